import ArrowIPC
import Testing

@testable import Micromegas

/// What becomes of a query whose rows nobody reads any more, or nobody reads yet.
@Suite("Streamed queries", .serialized, .timeLimit(.minutes(2)))
struct QueryStreamTests {
    /// 400 MB in some six thousand messages.
    private static let large = "SELECT value FROM generate_series(1, 50000000) AS t(value)"

    private func withLake<R: Sendable>(
        _ body: @escaping @Sendable (FlightSQLClient, RunningLakehouse) async throws -> R
    ) async throws -> R {
        try await RunningLakehouse.with([]) { lakehouse in
            try await FlightSQLClient.withConnection(to: "grpc://127.0.0.1:\(lakehouse.port)") { client in
                try await body(client, lakehouse)
            }
        }
    }

    /// The server's latest call once it is as it should be, or as it is after a minute.
    private static func call(
        of lakehouse: RunningLakehouse, where isAwaited: (RunningLakehouse.Call) -> Bool
    ) async throws -> RunningLakehouse.Call {
        var call = try await lakehouse.calls().last
        for _ in 0..<1_200 where !(call.map(isAwaited) ?? false) {
            try await Task.sleep(for: .milliseconds(50))
            call = try await lakehouse.calls().last
        }
        return try #require(call)
    }

    @Test func `a query that is not read stays with the server, and dropping it cancels it`() async throws {
        try await withLake { client, lakehouse in
            do {
                let stream = try await client.queryStream(Self.large)
                let first = try await stream.makeAsyncIterator().next()
                #expect((first?.rowCount ?? 0) > 0)
                // Twice the same count: the server waits for the windows to open.
                var sent = -1
                let stalled = try await Self.call(of: lakehouse) { call in
                    defer { sent = call.messages }
                    return call.messages == sent && sent > 1
                }
                #expect(stalled.code == "RUNNING" && stalled.messages < 1_000)
                _ = stream.schema
            }
            #expect(try await Self.call(of: lakehouse) { $0.code != "RUNNING" }.code == "CANCELLED")
            // The connection is as good as before.
            #expect(try await client.count("SELECT 1") == 1)
        }
    }

    @Test func `a client and its streams that outlive their scope throw`() async throws {
        try await RunningLakehouse.with([]) { lakehouse in
            let uri = "grpc://127.0.0.1:\(lakehouse.port)"
            let (client, rows, bytes) = try await FlightSQLClient.withConnection(to: uri) { client in
                (client, try await client.queryStream(Self.large), try await client.queryIPC(Self.large))
            }
            func expectRefusal(_ body: () async throws -> Void) async {
                let error = await #expect(throws: MicromegasError.self) { try await body() }
                #expect(error?.code == .refused && error?.message.contains("withConnection") == true)
            }
            await expectRefusal { _ = try await client.count("SELECT 1") }
            await expectRefusal { _ = try await rows.nextBatches() }
            await expectRefusal { _ = try await rows.makeAsyncIterator().next() }
            await expectRefusal {
                var messages = bytes.makeAsyncIterator()
                _ = try await messages.next()
            }
            await client.disconnect()
        }
    }

    @Test func `cancelling the task that reads a query cancels the query`() async throws {
        try await withLake { client, lakehouse in
            let reading = Task {
                var rows = 0
                for try await batch in try await client.queryStream(Self.large) { rows += batch.rowCount }
                return rows
            }
            _ = try await Self.call(of: lakehouse) { $0.messages > 10 }
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
            let call = try await Self.call(of: lakehouse) { $0.code != "RUNNING" }
            #expect(call.code == "CANCELLED" && call.messages < 6_000)
            #expect(try await client.count("SELECT 1") == 1)
        }
    }
}
