import ArrowIPC
import Testing
import UTCTime

@testable import Micromegas

/// The examples of the Python package's README, in order, in Swift.
@Suite("The README's examples", .serialized, .timeLimit(.minutes(2)))
struct GuideReadmeTests {
    /// "Example usage": the most recent log entries.
    @Test func `the most recent log entries are queried`() async throws {
        try await GuideLake.with { client, _ in
            let sql = """
                SELECT time, process_id, level, target, msg
                FROM log_entries
                WHERE level <= 4
                AND exe LIKE '%game%'
                ORDER BY time DESC
                LIMIT 2
                """
            let end = try await client.serverNow()
            let rows = try await client.query(sql, range: TimeRange(end - .days(1), end)).rows
            #expect(rows.count == 2)
            #expect(rows[0].schema.fields.map(\.name) == ["time", "process_id", "level", "target", "msg"])
            #expect(try #require(rows[0].time("time")) >= #require(rows[1].time("time")))
            #expect(rows.allSatisfy { ($0.integer("level") ?? 9) <= 4 && $0.text("msg") != nil })
        }
    }

    /// "Example usage": the slowest top level spans of a trace. Newer engines take `end` for a keyword unless it is quoted.
    @Test func `the slowest spans of a thread are queried`() async throws {
        try await GuideLake.with { client, _ in
            let days = try GuideLake.days.get()
            let stream = try #require(
                try await client.queryStreams(in: days, limit: 1_000, tagFilter: "cpu").rows.last?.text("stream_id"))
            let sql = """
                SELECT begin, "end", duration, name
                FROM view_instance('thread_spans', \(try SQLText.literal(stream)))
                WHERE depth=1
                ORDER BY duration DESC
                LIMIT 10
                ;
                """
            let durations = try await client.query(sql, range: days).rows.compactMap { $0.integer("duration") }
            #expect(durations == durations.sorted(by: >) && durations.count <= 10)
        }
    }

    /// "View sets": `DESCRIBE` of each.
    @Test func `view sets are described`() async throws {
        try await GuideLake.with { client, _ in
            for name in ["log_entries", "measures", "thread_spans", "processes", "streams", "blocks"] {
                let columns = try await client.describe(name).columns
                #expect(!columns.isEmpty && columns.allSatisfy { !$0.type.isEmpty })
                // The statement itself, where the view has a global instance.
                if name == "thread_spans" { continue }
                let rows = try await client.query("DESCRIBE \(name)").rows
                #expect(rows.map { $0.text("column_name") } == columns.map(\.name))
            }
        }
    }

    /// "view instances": the log of one process.
    @Test func `the log of one process is queried`() async throws {
        try await GuideLake.with { client, _ in
            let process = try #require(
                try await client.query("SELECT process_id FROM processes", limit: 1).rows.first?.text("process_id"))
            let id = try SQLText.literal(process)
            let rows = try await client.query("SELECT process_id, msg FROM view_instance('log_entries', \(id))").rows
            #expect(!rows.isEmpty && rows.allSatisfy { $0.text("process_id") == process })
        }
    }

    /// The library's own README: the library in ten lines, on the lake of this test.
    @Test func `the library is used in ten lines`() async throws {
        try await GuideLake.with { _, lakehouse in
            let day = try TimeRange(begin: "2026-11-20", end: "2026-11-21")
            var rows = 0
            try await FlightSQLClient.withConnection(to: "grpc://localhost:\(lakehouse.port)") { lake in
                // Batch by batch: what is not read yet stays with the server.
                for try await batch in try await lake.queryStream("SELECT target, msg FROM log_entries", range: day) {
                    for row in try batch.rows where row.text("target") != nil && row.text("msg") != nil { rows += 1 }
                }
            }
            #expect(rows > 0)
        }
    }
}
