import ArrowIPC
import Testing

@testable import Micromegas

/// How rows are cut into messages.
@Suite struct IngestMessagesTests {
    private func payload(_ number: Int, size: Int) -> [Value] {
        PayloadRow(
            processID: Sample.process, streamID: Sample.stream, blockID: Sample.id(number),
            payload: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size)
        ).values
    }

    /// The rows of each message but the schema's, and how many rows had been asked for when it was made.
    private func messages(
        _ count: Int, _ row: @escaping (Int) -> [Value], of table: IngestTable
    ) throws -> [(message: EncodedMessage, batch: RecordBatch, taken: Int)] {
        var taken = 0
        let rows = { () -> [Value]? in
            guard taken < count else { return nil }
            taken += 1
            return row(taken - 1)
        }
        var messages = try IngestMessages(rows, of: table)
        var decoder = StreamDecoder()
        var made: [(EncodedMessage, RecordBatch, Int)] = []
        while let message = try messages.next() {
            let bytes = message.header + message.body
            let decoded = try decoder.decode(
                metadata: 0..<message.header.count, body: message.header.count..<bytes.count, in: bytes)
            switch decoded {
            case .schema(let schema):
                #expect(made.isEmpty && schema == table.schema && taken == 0)
            case .batch(let batch): made.append((message, batch, taken))
            case .dictionary: Issue.record("a dictionary")
            }
        }
        return made
    }

    @Test func `a message is made when it is asked for, and holds about a mebibyte`() throws {
        let blocks = try Sample.blockRow().values
        let made = try messages(100_000, { _ in blocks }, of: .blocks)
        #expect(made.count > 10)
        var rows = 0
        for (message, batch, taken) in made {
            rows += batch.rowCount
            #expect(message.body.count <= IngestMessages.messageSize)
            // One more row than it holds: the one that did not fit.
            #expect(taken <= rows + 1)
        }
        #expect(rows == 100_000)
        for (message, _, _) in made.dropLast() { #expect(message.body.count > IngestMessages.messageSize / 2) }
    }

    @Test func `a row that is longer than a message goes alone, and all keep their order`() throws {
        let sizes = [10, 3 << 20, 0, 600_000, 400_000, 600_000, 2 << 20]
        let made = try messages(sizes.count, { self.payload($0, size: sizes[$0]) }, of: .payloads)
        #expect(made.map(\.batch.rowCount) == [1, 1, 3, 1, 1])
        let payloads = try made.flatMap { message in
            let bytes = try #require(message.batch.column("payload")).binaries()
            return (0..<bytes.count).map { bytes[$0]?.count }
        }
        #expect(payloads == sizes)
    }

    @Test func `ids are sent in lower case, in which a server seeks payloads`() throws {
        let row = PayloadRow(processID: "ABCDEF00-0000-4000-8000-00000000000A", streamID: "", blockID: "", payload: [])
        let made = try messages(1, { _ in row.values }, of: .payloads)
        #expect(try made.first?.batch.column("process_id")?.text(at: 0) == "abcdef00-0000-4000-8000-00000000000a")
        var process = try Sample.processRow()
        process.parentProcessID = row.processID
        let values = process.values
        let parent = try messages(1, { _ in values }, of: .processes).first?.batch.column("parent_process_id")
        #expect(try parent?.text(at: 0) == "abcdef00-0000-4000-8000-00000000000a")
    }
}
