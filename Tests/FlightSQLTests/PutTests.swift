import ArrowIPC
import AsyncIO
import Foundation
import GRPC
import GoldenCalls
import Testing

@testable import FlightSQL

/// DoPut against a server of grpcio's, which answers while it reads, or before it has read all.
@Suite(.serialized, .timeLimit(.minutes(1))) struct PutTests {
    private static let schema = Schema(fields: [Field(name: "data", type: .binary)])

    private static let peer = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Interop/put_peer.py")

    /// A stream of so many batches of a row of 64 KiB, each made when it is asked for.
    private struct Messages {
        let writer: StreamWriter
        let batch: RecordBatch
        var asked = 0
        let count: Int

        init(_ count: Int) throws {
            self.count = count
            writer = try StreamWriter(PutTests.schema)
            let row = Value.bytes([UInt8](repeating: 7, count: 64 << 10))
            batch = try RecordBatch(PutTests.schema, [Column(.binary, [row])])
        }

        mutating func next() throws -> EncodedMessage? {
            asked += 1
            return asked == 1 ? writer.schemaMessage : asked > count + 1 ? nil : try writer.messages(of: batch).last
        }
    }

    private func withPeer(_ kind: String, _ body: (FlightSQLConnection) async throws -> Void) async throws {
        let process = Process()
        process.executableURL = URL(filePath: PyarrowReading.python)
        process.arguments = [Self.peer.path, kind]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        defer {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = try #require(Int(line.prefix { $0.isNumber }))
        try await EventLoop.withLoop(name: "test") { loop in
            try await Channel.withChannel(ChannelConfiguration(host: "127.0.0.1", port: port), on: loop) { channel in
                try await body(FlightSQLConnection(channel: channel))
            }
        }
    }

    @Test func `a server that answers each message is read while more are sent`() async throws {
        try await withPeer("acknowledge") { connection in
            var messages = try Messages(300)
            let results = try await connection.put(
                FlightDescriptor.ingest("blocks"), metadata: Metadata(), timeout: nil
            ) { try messages.next() }
            #expect(results.count == 301)
            // What went out, as it came back: a descriptor with the first only, all bodies whole.
            let first = try FlightData(try #require(results.first))
            #expect(results.first?.starts(with: [0x0A, 0x5A]) == true && first.body.isEmpty)
            var decoder = StreamDecoder()
            for result in results {
                let data = try FlightData(result)
                _ = try decoder.decode(metadata: data.header, body: data.body, in: result)
            }
            #expect(decoder.schema == Self.schema)
        }
    }

    @Test func `a refusal that comes while rows are sent ends the sending`() async throws {
        try await withPeer("refuse") { connection in
            // Far more than the windows and what may wait hold.
            var messages = try Messages(4_000)
            let error = await #expect(throws: RPCError.self) {
                try await connection.ingest(into: "blocks") { try messages.next() }
            }
            #expect(error?.code == .permissionDenied && error?.message == "not for you")
            #expect(messages.asked < 4_000)
        }
    }

    @Test func `rows without a result are an error`() async throws {
        try await withPeer("nothing") { connection in
            var messages = try Messages(3)
            let error = await #expect(throws: FlightError.self) {
                try await connection.ingest(into: "blocks") { try messages.next() }
            }
            #expect(error?.message == "0 results came for the rows of one table")
        }
    }

    @Test func `rows that cannot be made end the call`() async throws {
        try await withPeer("nothing") { connection in
            var asked = 0
            let writer = try StreamWriter(Self.schema)
            await #expect(throws: ArrowError.self) {
                try await connection.ingest(into: "blocks") {
                    asked += 1
                    if asked == 3 { throw ArrowError(.unsupported, "a test's") }
                    return writer.schemaMessage
                }
            }
        }
    }
}
