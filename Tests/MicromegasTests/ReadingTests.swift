import ArrowIPC
import Testing
import UTCTime

@testable import Micromegas

/// What the library offers for reading, against the development lakehouse.
@Suite("Reading a lakehouse", .serialized, .timeLimit(.minutes(2)))
struct ReadingTests {
    private static let days = Result { try TimeRange(begin: "2026-11-10", end: "2026-11-22") }

    @Test func `rows are Swift values`() async throws {
        try await RunningLakehouse.withClient("golden-upgraded") { client, _ in
            let sql = "SELECT 7 AS n, 'x' AS t, NULL AS nothing, TIMESTAMP '2026-11-21T06:14:03Z' AS at"
            let rows = try await client.query(sql).rows
            #expect(rows.count == 1)
            #expect(rows[0].integer("n") == 7 && rows[0].text("t") == "x" && rows[0]["nothing"] == .null)
            #expect(rows[0].time("at")?.rfc3339 == "2026-11-21T06:14:03Z")
            #expect(rows[0].integer("t") == nil && rows[0]["absent"] == nil && rows[0].cells.count == 4)
        }
    }

    @Test func `a range that is inverted and a limit below zero are refused before anything is sent`() async throws {
        // Nothing listens there.
        try await FlightSQLClient.withConnection(to: "grpc://127.0.0.1:1") { client in
            let now = Timestamp(seconds: 1_795_000_000)
            let inverted = TimeRange(now, now - .hours(1))
            let refusals = [
                await #expect(throws: MicromegasError.self) { try await client.query("SELECT 1", range: inverted) },
                await #expect(throws: MicromegasError.self) { try await client.queryStream("SELECT 1", limit: -1) },
                await #expect(throws: MicromegasError.self) { try await client.queryIPC("SELECT 1", range: inverted) },
                await #expect(throws: MicromegasError.self) {
                    try await client.queryStreams(in: inverted, limit: 1, tagFilter: "log")
                },
            ]
            #expect(refusals.allSatisfy { $0?.code == .refused })
            let sent = await #expect(throws: MicromegasError.self) {
                try await client.query("SELECT 1", range: TimeRange(now, now), limit: 0)
            }
            #expect(sent?.code == .unavailable)
        }
    }

    @Test func `a number without a sign is a whole number where it fits`() throws {
        let schema = Schema(fields: [Field(name: "n", type: .integer(.uint64))])
        let column = try Column(.integer(.uint64), [.unsigned(7), .unsigned(.max), .null])
        let rows = try [RecordBatch(schema, [column])].rows
        #expect(rows.map { $0.integer("n") } == [7, nil, nil])
    }

    @Test func `processes, streams, blocks and spans are found by their ids`() async throws {
        try await RunningLakehouse.withClient("golden-upgraded") { client, lakehouse in
            let days = try Self.days.get()
            let streams = try await client.queryStreams(in: days, limit: 1_000).rows
            let stream = try #require(streams.first)
            let (process, id) = (try #require(stream.text("process_id")), try #require(stream.text("stream_id")))
            let own = try await client.queryStreams(in: days, limit: 1_000, processID: process).rows
            #expect(own.count == streams.count { $0.text("process_id") == process })
            guard case .list(let tags)? = stream["tags"], case .text(let tag)? = tags.first else {
                Issue.record("a stream without tags")
                return
            }
            let tagged = try await client.queryStreams(in: days, limit: 1_000, tagFilter: tag).rows
            #expect(tagged.contains { $0.text("stream_id") == id })
            #expect(try await client.queryStreams(in: days, limit: 1_000, tagFilter: "no such'tag").rows.isEmpty)
            #expect(try await client.queryStreams(in: days, limit: 1).rows.count == 1)

            #expect(try await client.findProcess(process).rows.map { $0.text("process_id") } == [process])
            let nobody = try await client.findProcess("550e8400-e29b-41d4-a716-446655440000")
            #expect(try nobody.rows.isEmpty && nobody.first?.column("process_id")?.type == .utf8)
            let blocks = try await client.queryBlocks(in: days, limit: 10, streamID: id).rows
            #expect(!blocks.isEmpty && blocks.allSatisfy { $0.text("stream_id") == id })
            _ = try await client.querySpans(in: days, limit: 10, streamID: id)

            let before = try await lakehouse.calls().count
            await #expect(throws: MicromegasError.self) { try await client.findProcess("x' OR 'a'='a") }
            #expect(try await lakehouse.calls().count == before)
        }
    }

    @Test func `a query is analyzed and validated without being run`() async throws {
        try await RunningLakehouse.withClient("golden-upgraded") { client, lakehouse in
            let sql = "SELECT time, process_id, level, msg FROM log_entries"
            let analysis = try await client.analyzeQuerySchema(sql)
            #expect(analysis.columns.map(\.name) == ["time", "process_id", "level", "msg"])
            #expect(analysis.estimatedRowSize == 112)
            let validation = try await client.validateQuery(sql)
            #expect(validation.isValid && validation.analysis == analysis)
            let bad = try await client.validateQuery("SELECT nope FROM log_entries")
            #expect(!bad.isValid && bad.error?.hasPrefix("Schema analysis failed: ") == true)
            #expect(bad.error?.contains("nope") == true)
            #expect(try await lakehouse.calls().allSatisfy { $0.method == "DoAction" })
        }
    }

    @Test func `an Arrow stream holds what the query answers`() async throws {
        try await RunningLakehouse.withClient("golden-upgraded") { client, _ in
            let sql = "SELECT * FROM list_partitions() ORDER BY 1, 2, 3"
            for keeps in [false, true] {
                var bytes: [UInt8] = []
                for try await part in try await client.queryIPC(sql, preserveDictionary: keeps) { bytes += part }
                var reader = StreamReader(bytes)
                var rows = 0
                while let decoded = try reader.next() {
                    if case .batch(let batch) = decoded { rows += batch.rowCount }
                }
                let whole = try await client.query(sql, preserveDictionary: keeps).rows
                #expect(rows == whole.count && rows > 0)
                #expect(reader.schema == whole.first?.schema)
            }
            let error = await #expect(throws: MicromegasError.self) { try await client.queryIPC("SELECT nope") }
            #expect(error?.code == .invalidQuery)
        }
    }

    @Test func `partitions that no query reads are those whose hash is not the view's`() async throws {
        try await RunningLakehouse.withClient("golden-upgraded") { client, _ in
            let groups = try await client.listIncompatiblePartitions()
            let current = Dictionary(
                try await client.listViewSets().map { ($0.name, $0.currentSchemaHash) }, uniquingKeysWith: { a, _ in a }
            )
            let old = try await client.listPartitions().partitions.filter {
                current[$0.viewSetName] != $0.fileSchemaHash
            }
            #expect(groups.reduce(0) { $0 + $1.partitionCount } == old.count && !old.isEmpty)
            #expect(groups.reduce(0) { $0 + $1.totalSizeBytes } == old.reduce(0) { $0 + $1.fileSize })
            let name = try #require(groups.first?.viewSetName)
            let some = try await client.listIncompatiblePartitions(viewSetName: name)
            #expect(some == groups.filter { $0.viewSetName == name })
        }
    }

    @Test func `a view is described, one that has instances only too`() async throws {
        try await RunningLakehouse.withClient("golden-upgraded") { client, _ in
            let columns = try await client.describe("log_entries").columns
            #expect(columns.contains { $0.name == "msg" && $0.type == "string" })
            let instance = try await client.describe("thread_spans").columns
            #expect(instance.contains { $0.name == "depth" })
            let error = await #expect(throws: MicromegasError.self) { try await client.describe("no\"where") }
            #expect(error?.code == .notFound)
        }
    }
}
