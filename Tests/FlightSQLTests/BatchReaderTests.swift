import ArrowIPC
import GRPC
import GoldenCalls
import Synchronization
import Testing

@testable import FlightSQL

/// Streams of batches over calls that are played from golden messages.
@Suite struct BatchReaderTests {
    /// A call that hands out messages in given portions and then ends.
    final class PlayedCall: Sendable {
        private let portions: Mutex<[[[UInt8]]]>
        private let end: (any Error)?
        let isCancelled = Mutex(false)

        init(_ portions: [[[UInt8]]], end: (any Error)? = nil) {
            self.portions = Mutex(portions)
            self.end = end
        }

        func nextMessages() throws -> [[UInt8]] {
            let portion = portions.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if portion == nil, let end { throw end }
            return portion ?? []
        }

        var reader: BatchReader {
            BatchReader({ try self.nextMessages() }, cancel: { self.isCancelled.withLock { $0 = true } })
        }
    }

    /// A schema and several batches, dictionaries before each.
    private func messages() throws -> [[UInt8]] {
        let call = try GoldenCall(server: "micromegas-0.30", name: "select-log_entries-many-dictionary")
        try #require(call.messages.count > 4)
        return call.messages
    }

    private func rows(of reader: BatchReader) async throws -> [Int] {
        var rows: [Int] = []
        while let batch = try await reader.nextBatch() { rows.append(batch.rowCount) }
        return rows
    }

    @Test("batches come in order, however the messages were delivered") func delivery() async throws {
        let messages = try messages()
        let byOne = try await rows(of: PlayedCall(messages.map { [$0] }).reader)
        let atOnce = try await rows(of: PlayedCall([messages]).reader)
        #expect(byOne == atOnce)
        #expect(byOne.count > 1)
        let reader = PlayedCall([Array(messages[..<1]), Array(messages[1...])]).reader
        _ = try await reader.schema()
        #expect(try await reader.nextBatches().map(\.rowCount) == byOne)
        #expect(try await reader.nextBatches().isEmpty)
    }

    @Test("an error after rows is thrown after the rows, and again") func errorAfterRows() async throws {
        let call = try GoldenCall(server: "micromegas-0.30", name: "error-after-rows")
        let error = RPCError(code: .internal, message: call.details, mayHaveBeenProcessed: true)
        let reader = PlayedCall([call.messages], end: error).reader
        #expect(try await reader.nextBatches().map(\.rowCount) == [8192])
        await #expect(throws: error) { try await reader.nextBatches() }
        await #expect(throws: error) { try await reader.nextBatch() }
    }

    @Test("an error before the schema is thrown in its place") func errorBeforeSchema() async throws {
        let error = RPCError(code: .invalidArgument, message: "no such table", mayHaveBeenProcessed: true)
        await #expect(throws: error) { try await PlayedCall([], end: error).reader.schema() }
    }

    @Test("a good end without a schema is an error") func noSchema() async throws {
        await #expect(throws: FlightError("the answer ended without a schema")) {
            try await PlayedCall([]).reader.schema()
        }
    }

    @Test("a malformed message ends the stream after the batches before it") func malformed() async throws {
        let messages = try messages()
        let whole = try await rows(of: PlayedCall([messages]).reader)
        var damaged = messages
        damaged[messages.count - 1].removeLast(8)
        let call = PlayedCall([damaged])
        let reader = call.reader
        let before = try await reader.nextBatches()
        #expect(before.map(\.rowCount) == whole.dropLast())
        await #expect(throws: FlightError.self) { try await reader.nextBatches() }
        await #expect(throws: FlightError.self) { try await reader.nextBatch() }
        #expect(call.isCancelled.withLock { $0 })
    }

    @Test("a message with only the application's metadata is passed over") func withoutHeader() async throws {
        let messages = try messages()
        let reader = PlayedCall([[[0x1A, 0x01, 0x6D]], messages, [[]]]).reader
        let plain = try await rows(of: PlayedCall([messages]).reader)
        #expect(try await rows(of: reader) == plain)
    }
}
