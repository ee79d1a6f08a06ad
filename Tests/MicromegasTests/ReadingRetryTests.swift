import GRPC
import Testing

@testable import Micromegas

@Suite(.timeLimit(.minutes(1))) struct ReadingRetryTests {
    @Test(
        arguments: [
            "SELECT * FROM list_partitions()", "SELECT now() AS now", "select target, msg FROM log_entries",
            "SELECT count(*) AS rows FROM measures",
            "SELECT begin_insert_time, updated FROM list_partitions() ORDER BY end_insert_time",
            "SELECT insert_time, dropped, altered_at FROM blocks",
        ])
    func whatReadsIsSentAgain(_ sql: String) {
        #expect(RetryPolicy.reading(sql).retries == 2)
    }

    @Test(
        arguments: [
            "SELECT * FROM retire_partitions('log_entries', 'global', '2026-01-01', '2026-01-02')",
            "select * from MATERIALIZE_PARTITIONS('blocks', '2026-01-01', '2026-01-02', 3600)",
            "SELECT * FROM regenerate_partitions('blocks', '2026-01-01', '2026-01-02', 3600)",
            "SELECT retire_partition_by_file(p) FROM (VALUES ('a')) AS t(p)",
            "EXPLAIN ANALYZE SELECT Retire_Partition_By_Metadata('a')", "DELETE FROM t", "DROP VIEW v",
            "WITH x AS (SELECT 1) INSERT\nINTO t SELECT * FROM x", "/*a*/UPDATE/*b*/t SET n = 1", "alter table t",
            "SELECT count(*) FROM view_instance('thread_spans', '2b6c1f58-5e1f-4a3c-9d4e-6f1a2b3c4d5e')",
        ])
    func whatMightChangeALakeIsNot(_ sql: String) {
        #expect(RetryPolicy.reading(sql) == .never)
    }

    @Test func aListingWhoseAnswerWasLostIsAskedForAgainAndAChangeIsNot() async throws {
        try await RunningLakehouse.withClient("golden-upgraded", throughProxy: true) { lake, lakehouse in
            try await lakehouse.post("/connection", #"{"kind": "lose_answer", "asked": "list_partitions"}"#)
            #expect(try await lake.listPartitions().partitions.isEmpty == false)
            #expect(try await lakehouse.calls().filter { $0.sql.contains("list_partitions") }.count == 2)

            // A view that has no partition: sent or not, it changes nothing.
            let sql = "SELECT * FROM retire_partitions('no_view', 'global', '2020-01-01', '2020-01-02')"
            for run in [lake.runChange, { (sql: String) in try await lake.queryStream(sql) }] {
                try await lakehouse.post("/connection", #"{"kind": "lose_answer", "asked": "no_view"}"#)
                await lake.disconnect()
                let before = try await lakehouse.calls().count
                let error = await #expect(throws: MicromegasError.self) {
                    for try await _ in try await run(sql) {}
                }
                #expect(error?.code == .unavailable)
                #expect(error?.mayHaveBeenProcessed == true)
                #expect(try await lakehouse.calls().count == before + 1)
            }
        }
    }
}
