import AsyncIO
import Testing

@testable import Micromegas

/// What a retirement does after a call that did not go as asked, each time with rows that are still to be sent.
@Suite("Retiring step by step", .serialized, .timeLimit(.minutes(3)))
struct RetireStepsTests {
    /// A retirement of rows with a file, then of those without; nothing was sent yet.
    private struct Begun {
        let lakehouse: RunningLakehouse
        let client: FlightSQLClient
        let preview: RetirePreview
        var steps: RetireStream.Iterator
        let files: Int
        let empty: Int

        /// How rows with a file and rows without end, if each kind ends in one way.
        mutating func outcomes() async throws -> [RetiredPartition.Outcome?] {
            var report: RetireReport?
            while let event = try await steps.next() {
                if case .finished(let last) = event { report = last }
            }
            let settled = try #require(report).partitions
            return [true, false].map { hasFile in
                let found = settled.filter { ($0.partition.filePath != nil) == hasFile }
                #expect(found.count == (hasFile ? files : empty))
                return Set(found.map(\.outcome)).count == 1 ? found.first?.outcome : nil
            }
        }

        func sent() async throws -> Int {
            try await lakehouse.calls().count { $0.method == "DoGet" && $0.sql.contains("retire_") }
        }
    }

    private func withBegun(_ body: @escaping @Sendable (inout Begun) async throws -> Void) async throws {
        try await RunningLakehouse.withClient("morning-after", throughProxy: true) { client, lakehouse in
            let preview = try await client.previewRetirement(of: .incompatible(viewSetName: "measures"))
            let files = preview.entries.count { $0.partition.filePath != nil }
            var begun = Begun(
                lakehouse: lakehouse, client: client, preview: preview,
                steps: client.retirement(of: preview, includingLastCopies: true).makeAsyncIterator(), files: files,
                empty: preview.entries.count - files)
            #expect(begun.files > 0 && begun.empty > 0 && preview.held.isEmpty)
            #expect(try await begun.steps.next() == .confirmed(partitions: preview.entries.count))
            try await body(&begun)
        }
    }

    @Test func `a call that fails stops the rest though all of its rows went`() async throws {
        try await withBegun { begun in
            try await begun.lakehouse.post("/faults", #"{"point": "after_commit", "text": "x"}"#)
            #expect(try await begun.outcomes() == [.gone, .held])
            #expect(try await begun.sent() == 1)
        }
    }

    @Test func `rows that are still listed stop the rest though the answer says success`() async throws {
        try await withBegun { begun in
            try await begun.lakehouse.post("/faults", #"{"point": "forget"}"#)
            #expect(try await begun.outcomes() == [.stillListed, .held])
            #expect(try await begun.sent() == 1)
        }
    }

    @Test func `without a listing after its call a row's fate is unknown, and the rest is held`() async throws {
        try await withBegun { begun in
            try await begun.lakehouse.post(
                "/faults", #"{"point": "call", "sql": "list_partitions", "code": "INTERNAL", "text": "x"}"#)
            #expect(try await begun.outcomes() == [.unknown, .held])
            #expect(try await begun.sent() == 1)
        }
    }

    @Test func `what could not be sent is held, and no listing is needed for that`() async throws {
        try await withBegun { begun in
            await begun.client.disconnect()
            try await begun.lakehouse.post("/connection", #"{"kind": "refuse", "times": -1}"#)
            #expect(try await begun.outcomes() == [.held, .held])
            #expect(try await begun.sent() == 0)
        }
    }

    @Test func `the connection on which an answer was lost is closed, which ends the call`() async throws {
        try await withBegun { begun in
            let before = try await begun.lakehouse.connections()
            try await begun.lakehouse.post("/faults", #"{"point": "before_commit", "text": "x"}"#)
            #expect(try await begun.outcomes() == [.unknown, .held])
            #expect(try await begun.lakehouse.connections() == before + 1)
        }
    }

    @Test func `a retirement that is cancelled during a call ends there`() async throws {
        try await withBegun { begun in
            try await begun.lakehouse.post("/faults", #"{"point": "before_commit", "delay": 60}"#)
            let (client, preview) = (begun.client, begun.preview)
            let retiring = Task { try await client.retire(preview, includingLastCopies: true) }
            while try await begun.lakehouse.struck().isEmpty { await Task.yield() }
            retiring.cancel()
            try await begun.lakehouse.clearFaults()
            await #expect(throws: CancellationError.self) { try await retiring.value }
            #expect(try await begun.sent() == 1)
        }
    }

    /// Cancels the task that asks for a token, and gives it none, once it is told to.
    private final class EndingCredentials: CredentialProvider {
        let isEnding = Lock(false)

        func token() async throws -> BearerToken {
            guard isEnding.withLock({ $0 }) else { return try BearerToken("x") }
            withUnsafeCurrentTask { $0?.cancel() }
            throw MicromegasError(.noToken, "x")
        }
    }

    @Test func `a retirement that is cancelled before its call is sent does not go on to tell what it holds`()
        async throws
    {
        try await RunningLakehouse.with(["--scenario", "morning-after", "--clock", "2026-11-21T08:00:00Z"]) {
            lakehouse in
            let credentials = EndingCredentials()
            let configuration = ClientConfiguration(
                address: ServerAddress(host: "127.0.0.1", port: lakehouse.port), credentials: credentials)
            try await EventLoop.withLoop(name: "test") { loop in
                try await FlightSQLClient.withConnection(configuration, on: loop) { client in
                    let preview = try await client.previewRetirement(of: .incompatible(viewSetName: "measures"))
                    let retiring = Task {
                        var steps = client.retirement(of: preview, includingLastCopies: true).makeAsyncIterator()
                        #expect(try await steps.next() == .confirmed(partitions: preview.entries.count))
                        credentials.isEnding.withLock { $0 = true }
                        return try await steps.next()
                    }
                    await #expect(throws: CancellationError.self) { try await retiring.value }
                }
            }
        }
    }
}
