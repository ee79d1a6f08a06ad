import ArrowIPC
import AsyncIO
import FlightSQL
import Testing
import UTCTime

@testable import Micromegas

/// Prepared statements that are run, and queries that are estimated and timed.
@Suite("Running queries", .serialized, .timeLimit(.minutes(2)))
struct QueryExecutorTests {
    @Test func `a prepared statement is run as the query it is`() async throws {
        try await RunningLakehouse.withClient("golden-upgraded") { client, lakehouse in
            let sql = "SELECT view_set_name, num_rows FROM list_partitions() ORDER BY 1, 2"
            let statement = try await client.prepareStatement(sql)
            #expect(try statement.query == sql)
            let stream = try await client.queryStream(statement)
            #expect(stream.schema.fields.map(\.name) == statement.schema?.fields.map(\.name))
            let rows = try await client.query(statement).rows.map(\.cells)
            #expect(try await rows == client.query(sql).rows.map(\.cells) && !rows.isEmpty)
            #expect(try await client.query(statement, limit: 2).rows.count == 2)

            let range = try TimeRange(begin: "2026-11-18", end: "2026-11-19")
            _ = try await client.query(client.prepareStatement("SELECT 1"), range: range, preserveDictionary: true)
            let sent = try #require(await lakehouse.calls().last)
            #expect(sent.method == "DoGet" && sent.sql == "SELECT 1")
            #expect(sent.metadata.contains(["query_range_begin", "2026-11-18T00:00:00Z"]))
            #expect(sent.metadata.contains(["preserve_dictionary", "true"]))
        }
    }

    @Test func `a handle that is no text is an unexpected answer`() {
        for handle: [UInt8] in [[], [0xFF, 0xFE]] {
            let error = #expect(throws: MicromegasError.self) {
                try PreparedStatement(handle: handle, schema: nil).query
            }
            #expect(error?.code == .unexpectedAnswer)
        }
    }

    /// A clock that moves on by a second each time it is read.
    private static func steppingClock() -> @Sendable () -> Duration {
        let reads = Lock(0)
        return {
            reads.withLock {
                $0 += 1
                return .seconds($0)
            }
        }
    }

    @Test func `a query is estimated, told of batch by batch, and timed`() async throws {
        try await RunningLakehouse.withClient("golden-upgraded") { client, _ in
            let executor = QueryExecutor(client, preserveDictionary: false, elapsed: Self.steppingClock())
            let sql = "SELECT value FROM generate_series(1,20000) AS t(value) -- all of them\n;"
            var told: [QueryProgress] = []
            var rows = 0
            let statistics = try await executor.run(sql) { batch, progress in
                rows += batch.rowCount
                told.append(progress)
                #expect(progress.rows == Int64(rows))
            }
            #expect(rows == 20_000 && statistics.rows == 20_000 && statistics.estimatedRows == 20_000)
            #expect(told.count > 1 && told.map(\.batches) == Array(1...told.count))
            #expect(told.last?.fraction == 1 && (told.first?.fraction ?? 1) < 1)
            // The clock is read once at the start, twice a batch, and once at the end.
            #expect(statistics.batches == told.count && statistics.processingTime == .seconds(told.count))
            #expect(statistics.averageBatchTime == .seconds(1))
            #expect(statistics.totalTime == .seconds(2 * told.count + 1))
            #expect(statistics.rowsPerSecond == 20_000 / Double(2 * told.count + 1))
        }
    }

    private static func refusedCount(_ text: String) -> String {
        #"{"point": "call", "sql": "COUNT", "code": "RESOURCE_EXHAUSTED", "text": "\#(text)"}"#
    }

    @Test func `a query that cannot be counted is run without an estimate`() async throws {
        try await RunningLakehouse.withClient("golden-upgraded") { client, lakehouse in
            try await lakehouse.post(
                "/faults", Self.refusedCount("Resources exhausted"))
            let statistics = try await QueryExecutor(client).run("SELECT 1 AS one") { _, progress in
                #expect(progress.estimatedRows == nil && progress.fraction == nil && progress.rows == 1)
            }
            #expect(statistics.rows == 1 && statistics.estimatedRows == nil && statistics.rowsPerSecond != nil)
            // What is wrong with the query itself is said when it is run; a rule that denies it ends it at once.
            let wrong = await #expect(throws: MicromegasError.self) {
                try await QueryExecutor(client).run("SELECT nope")
            }
            #expect(wrong?.code == .invalidQuery)
            try await lakehouse.post("/faults", Self.refusedCount("query denied by rule 1 (reason: x)"))
            let before = try await lakehouse.calls().count
            let denied = await #expect(throws: MicromegasError.self) { try await QueryExecutor(client).run("SELECT 2") }
            #expect(denied?.code == .deniedByRule)
            #expect(try await lakehouse.calls().count == before + 1)
        }
    }

    @Test func `what changes a lake is not counted, and a count does not take it for a query`() async throws {
        try await RunningLakehouse.withClient("golden-upgraded") { client, lakehouse in
            let before = try await lakehouse.calls().count
            let times = "'2026-01-01T00:00:00Z','2026-01-02T00:00:00Z'"
            let sql = "SELECT * FROM retire_partitions('measures','global',\(times))"
            for estimates in [true, false] {
                let error = await #expect(throws: MicromegasError.self) {
                    try await QueryExecutor(client).run(sql, estimates: estimates)
                }
                #expect(error?.code == .refused)
            }
            #expect(try await lakehouse.calls().count == before)
        }
    }

    private struct Full: Error {}

    @Test func `an error of the caller's work ends the query`() async throws {
        try await RunningLakehouse.withClient("golden-upgraded") { client, _ in
            await #expect(throws: Full.self) {
                try await QueryExecutor(client).run("SELECT value FROM generate_series(1,20000) AS t(value)") { _, _ in
                    throw Full()
                }
            }
            let one = try await client.count("SELECT 1")
            #expect(one == 1)
        }
    }

    @Test func `the count is a query of its own lines`() throws {
        let count = "SELECT COUNT(*) AS row_count FROM (\nSELECT 1 -- one\n) AS subquery"
        #expect(try QueryExecutor.count("SELECT 1 -- one\n ; ") == count)
    }
}
