import ArrowIPC
import Testing
import UTCTime

@testable import Micromegas

/// What is refused before anything is sent.
@Suite("Bulk ingest refuses", .serialized, .timeLimit(.minutes(2)))
struct IngestRefusalTests {
    @Test func `rows and columns that a table cannot take are refused before anything is sent`() async throws {
        try await RunningLakehouse.with(["--scenario", "empty"]) { lakehouse in
            try await FlightSQLClient.withConnection(to: "http://127.0.0.1:\(lakehouse.port)") { client in
                for refusal in try Self.refusals() {
                    let error = await #expect(throws: MicromegasError.self, "\(refusal.message)") {
                        try await refusal.call(client)
                    }
                    #expect(error?.code == .refused && error?.mayHaveBeenProcessed == false)
                    #expect(error?.message == refusal.message)
                }
                // No rows: nothing to send either.
                #expect(try await client.bulkIngest(blocks: []) == 0)
                #expect(try await client.bulkIngest([], into: .payloads) == 0)
                #expect(try await lakehouse.calls().isEmpty)
            }
        }
        let unknown = #expect(throws: MicromegasError.self) { try IngestTable(named: "images") }
        #expect(
            unknown?.message
                == "bulk ingest into “images”: a server takes rows into processes, streams, blocks, payloads")
        #expect(try IngestTable(named: "blocks") == .blocks)
    }

    @Test func `texts may be in dictionaries, and other values may not`() {
        let (texts, bytes) = (DataType.utf8, DataType.binary)
        for kind in [IngestColumn.Kind.id, .idOrEmpty, .text] {
            #expect(kind.accepts(.dictionary(indices: .uint8, values: texts, ordered: false)))
            #expect(!kind.accepts(.dictionary(indices: .uint8, values: bytes, ordered: false)))
        }
        #expect(!IngestColumn.Kind.bytes.accepts(.dictionary(indices: .uint8, values: bytes, ordered: false)))
    }

    @Test func `a count that counts nothing is no answer`() throws {
        #expect(try IngestTable.blocks.count(told: 3) == 3)
        let error = #expect(throws: MicromegasError.self) { try IngestTable.blocks.count(told: -1) }
        #expect(error?.code == .unexpectedAnswer && error?.mayHaveBeenProcessed == true)
        #expect(error?.message == "the server took rows into blocks and answered with a count of -1")
    }

    private struct Refusal: Sendable {
        let message: String
        let call: @Sendable (FlightSQLClient) async throws -> Int
    }

    private static func refusals() throws -> [Refusal] {
        var refusals: [Refusal] = []
        func process(_ message: String, _ change: (inout ProcessRow) -> Void) throws {
            var row = try Sample.processRow()
            change(&row)
            let rows = [try Sample.processRow(), row]
            refusals.append(
                Refusal(message: "bulk ingest into processes: " + message) { try await $0.bulkIngest(processes: rows) })
        }
        let uuid = "write it as 550e8400-e29b-41d4-a716-446655440000"
        try process("column “process_id”, row 2: “nobody” is no UUID; \(uuid)") { $0.processID = "nobody" }
        try process("column “process_id”, row 2: “” is no UUID; \(uuid)") { $0.processID = "" }
        try process("column “parent_process_id”, row 2: “\(Sample.block)-” is no UUID; \(uuid)") {
            $0.parentProcessID = Sample.block + "-"
        }
        try process(
            "column “start_time”, row 2: the time lies outside 1677 to 2262; write the one that is meant"
        ) { $0.startTime = Timestamp(seconds: .max) }
        try process(
            "column “insert_time”, row 2: the time lies outside 1677 to 2262; write the one that is meant"
        ) { $0.insertTime = Timestamp(seconds: .min) }
        try process("column “exe”, row 2: the text holds NUL, which a lake cannot keep; take it out") {
            $0.exe = "a\0b"
        }
        try process(
            "column “properties”, row 2: its element 1: the text holds NUL, which a lake cannot keep; take it out"
        ) { $0.properties = ["a": "\0"] }
        let large = PayloadRow(
            processID: Sample.process, streamID: Sample.stream, blockID: Sample.block,
            payload: [UInt8](repeating: 0, count: IngestMessages.largestRow))
        refusals.append(
            Refusal(
                message: "bulk ingest into payloads: row 1 has 100663424 bytes and a server takes rows of 100663296:"
                    + " leave it out"
            ) { try await $0.bulkIngest(payloads: [large]) })
        return try refusals + batchRefusals()
    }

    private static func batchRefusals() throws -> [Refusal] {
        let batches = try Sample.batches().mapValues { $0[0] }
        var refusals: [Refusal] = []
        func refuse(_ table: IngestTable, _ message: String, _ change: (inout [(Field, Column)]) throws -> Void) throws
        {
            guard let batch = batches[table] else { return }
            var columns = Array(zip(batch.schema.fields, batch.columns))
            try change(&columns)
            let changed = try RecordBatch(Schema(fields: columns.map(\.0)), columns.map(\.1))
            // Rows are counted through all batches.
            let given = [batch, changed]
            refusals.append(
                Refusal(message: "bulk ingest into \(table.rawValue): \(message)") {
                    try await $0.bulkIngest(given, into: table)
                })
        }
        func column(_ name: String, _ type: DataType, _ value: Value) throws -> (Field, Column) {
            (Field(name: name, type: type), try Column(type, [value]))
        }
        let pairs = "list<item: struct<key: string, value: string>>"
        try refuse(.payloads, "the column “payload” is missing; add it as binary") { $0.removeLast() }
        try refuse(.payloads, "the column “payload” is there twice; leave one out") { $0.append($0[3]) }
        try refuse(
            .payloads,
            "the column “size” is not the table's; leave it out, or name it as one of process_id, stream_id, block_id, payload"
        ) { $0.append(try column("size", .integer(.int64), .integer(1))) }
        try refuse(.payloads, "the column “payload” is of type string; convert it to binary") {
            $0[3] = try column("payload", .utf8, .text("a"))
        }
        try refuse(.blocks, "the column “nb_objects” is of type int64; convert it to int32") {
            $0[7] = try column("nb_objects", .integer(.int64), .integer(1))
        }
        let times: [DataType] = [
            .timestamp(.microseconds, timeZone: "UTC"), .timestamp(.nanoseconds, timeZone: nil),
            .timestamp(.nanoseconds, timeZone: "Europe/Berlin"),
        ]
        for type in times {
            try refuse(
                .blocks, "the column “begin_time” is of type \(type); convert it to timestamp[ns, tz=+00:00]"
            ) { $0[3] = try column("begin_time", type, .integer(1)) }
        }
        try refuse(.blocks, "column “nb_objects”, row 2: it is null; write a value") {
            $0[7] = try column("nb_objects", .integer(.int32), .null)
        }
        try refuse(.blocks, "column “end_time”, row 2: the time lies outside 1677 to 2262; write the one that is meant")
        {
            $0[5] = try column("end_time", .timestamp(.nanoseconds, timeZone: "Z"), .integer(.max))
        }
        try refuse(.processes, "column “parent_process_id”, row 2: it is null; write an empty text where there is none")
        {
            $0[11] = try column("parent_process_id", .utf8, .null)
        }
        try refuse(.processes, "the column “properties” is of type binary; convert it to \(pairs)") {
            $0[12] = try column("properties", .binary, .bytes([]))
        }
        let keyed = [("k", DataType.utf8), ("value", .integer(.int64))].map { name, type in
            DataType.list(
                Field(
                    name: "item",
                    type: .structure([Field(name: "key", type: .utf8), Field(name: name, type: type)])))
        }
        for type in keyed {
            try refuse(.processes, "the column “properties” is of type \(type); convert it to \(pairs)") {
                $0[12] = try column("properties", type, .list([]))
            }
        }
        let numbers = DataType.list(Field(name: "tag", type: .integer(.int64)))
        try refuse(.streams, "the column “tags” is of type \(numbers); convert it to list<item: string>") {
            $0[4] = try column("tags", numbers, .list([]))
        }
        let tags = DataType.list(Field(name: "tag", type: .utf8))
        try refuse(
            .streams,
            "column “tags”, row 2: its element 2: the text holds NUL, which a lake cannot keep; take it out"
        ) { $0[4] = try column("tags", tags, .list([.text("log"), .text("\0")])) }
        let many = [Value](repeating: .text(""), count: Value.maximumCount)
        try refuse(.streams, "column “tags”, row 2: it comes to more than 1048576 values; leave the row out") {
            $0[4] = try column("tags", tags, .list(many))
        }
        let list = IngestColumn.Kind.properties.type
        let twice = Value.list([pair("a", .text("b")), pair("c", .text("d")), pair("a", .text("e"))])
        try refuse(
            .processes,
            "column “properties”, row 2: the key “a” is there twice; a server keeps one of them: leave the other out"
        ) { $0[12] = try column("properties", list, twice) }
        try refuse(.processes, "column “properties”, row 2: its element 1: the value is null; write a text") {
            $0[12] = try column("properties", list, .list([pair("a", .null)]))
        }
        try refuse(.streams, "column “tags”, row 2: its element 2 is null; leave it out") {
            $0[4] = try column("tags", .list(Field(name: "tag", type: .utf8)), .list([.text("log"), .null]))
        }
        return refusals
    }

    private static func pair(_ key: String, _ value: Value) -> Value {
        .structure([Value.Member(name: "key", value: .text(key)), Value.Member(name: "value", value: value)])
    }
}
