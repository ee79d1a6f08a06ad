import AsyncIO
import Foundation
import Testing

@testable import Micromegas

/// The advanced guide's examples that read, in order, in Swift.
@Suite("The advanced guide's examples", .serialized, .timeLimit(.minutes(2)))
struct GuideAdvancedTests {
    /// "Authentication and Headers", first: a token, which comes from a file and not from the program's text.
    @Test func `headers and a token go with every call`() async throws {
        try await GuideLake.with(["--admin-token", "good-token"]) { _, lakehouse in
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("token-\(UUID())").path
            try "good-token\n".write(toFile: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(atPath: file) }
            var configuration = ClientConfiguration(
                address: try ServerAddress(uri: "grpc://127.0.0.1:\(lakehouse.port)"), credentials: .tokenFile(file))
            configuration.headers = [
                RequestHeader("x-tenant-id", "production"), RequestHeader("x-request-id", "trace-12345"),
            ]
            let fixed = configuration
            let count = try await FlightSQLClient.withConnection(fixed) { try await $0.count("SELECT 1") }
            #expect(count == 1)
            let sent = try #require(try await lakehouse.calls().last?.metadata)
            #expect(sent.contains(["x-tenant-id", "production"]) && sent.contains(["x-request-id", "trace-12345"]))
        }
    }

    /// "Authentication and Headers", second: an API key, and a header that says which client calls.
    @Test func `an API key goes in a header`() async throws {
        try await GuideLake.with { _, lakehouse in
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(UUID())").path
            try "mm_prod_1234567890abcdef\n".write(toFile: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(atPath: file) }
            var configuration = ClientConfiguration(
                address: try ServerAddress(uri: "grpc://127.0.0.1:\(lakehouse.port)"))
            configuration.headers = [
                RequestHeader("x-api-key", secret: .file(file)), RequestHeader("x-client-version", "swift-1.0.0"),
            ]
            let fixed = configuration
            let count = try await FlightSQLClient.withConnection(fixed) { try await $0.count("SELECT 1") }
            #expect(count == 1)
            let sent = try #require(try await lakehouse.calls().last?.metadata)
            #expect(sent.contains(["x-api-key", "mm_prod_1234567890abcdef"]))
            #expect(sent.contains(["x-client-version", "swift-1.0.0"]))
        }
    }

    /// "Advanced Schema Introspection".
    @Test func `a query's columns and sizes are told without running it`() async throws {
        try await GuideLake.with { client, _ in
            let analysis = try await client.analyzeQuerySchema("SELECT time, process_id, level, msg FROM log_entries")
            #expect(analysis.columnCount == 4 && analysis.estimatedRowSize == 112)
            #expect(analysis.columns.map(\.estimatedBytes) == [8, 50, 4, 50])
        }
    }

    /// "Query Validation Pipeline".
    @Test func `a query is validated before it is run`() async throws {
        try await GuideLake.with { client, _ in
            let sql = "SELECT time, process_id, level, target, msg, properties FROM log_entries ORDER BY time DESC"
            let validation = try await client.validateQuery(sql)
            #expect(validation.isValid && validation.error == nil)
            #expect(
                validation.recommendations == [
                    "ORDER BY without LIMIT may be expensive, consider adding LIMIT",
                    "No time filtering detected, consider adding time range parameters",
                ])
            #expect(try await client.validateQuery("SELECT").isValid == false)
        }
    }

    /// "Intelligent Batching for Large Datasets".
    @Test func `a large query is estimated, followed and timed`() async throws {
        try await GuideLake.with { client, _ in
            var warnings = 0
            var told: [Double] = []
            let statistics = try await QueryExecutor(client).run(
                "SELECT time, level, target, msg FROM log_entries WHERE level <= 4", range: GuideLake.days.get()
            ) { batch, progress in
                warnings += try batch.rows.count { ($0.integer("level") ?? 9) <= 4 }
                told.append(progress.fraction ?? -1)
            }
            #expect(warnings > 0 && statistics.rows == Int64(warnings))
            #expect(statistics.estimatedRows == statistics.rows && told.last == 1)
            #expect(statistics.batches == told.count && statistics.totalTime >= statistics.processingTime)
        }
    }
}
