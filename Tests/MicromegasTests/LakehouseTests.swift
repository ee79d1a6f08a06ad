import ArrowIPC
import AsyncIO
import FlightSQL
import Foundation
import Testing
import UTCTime

@testable import Micromegas

/// The client against the development lakehouse, which is itself held against the recorded calls.
@Suite("The client against a lakehouse", .serialized, .timeLimit(.minutes(2)))
struct LakehouseTests {
    private func withClient<R>(
        _ port: Int, _ body: (FlightSQLClient) async throws -> R
    ) async throws -> R {
        try await EventLoop.withLoop(name: "test") { loop in
            var configuration = ClientConfiguration(address: ServerAddress(host: "127.0.0.1", port: port))
            configuration.agent = "tests/1"
            return try await FlightSQLClient.withConnection(configuration, on: loop, body)
        }
    }

    @Test("a lake is listed, with the server's clock and what it offers", arguments: ["0.30", "0.33"])
    func reading(version: String) async throws {
        let arguments = ["--scenario", "golden-upgraded", "--version", version, "--clock", "2026-11-21T08:00:00Z"]
        try await RunningLakehouse.with(arguments) { lakehouse in
            try await withClient(lakehouse.port) { client in
                let listing = try await client.listPartitions()
                #expect(listing.partitions.contains { $0.viewSetName == "blocks" && $0.viewInstanceID == "global" })
                let start = try Timestamp(rfc3339: "2026-11-21T08:00:00Z")
                #expect(listing.serverNow >= start && listing.serverNow < start + .hours(1))
                #expect(try await client.serverNow() >= listing.serverNow)

                let viewSets = try await client.listViewSets()
                #expect(viewSets.contains { $0.name == "log_entries" && $0.globalInstanceAvailable })

                let capabilities = try await client.probeCapabilities()
                let isNew = version == "0.33"
                #expect(capabilities.retireByMetadata == (isNew ? .five : .four))
                #expect(capabilities.retireByFile && capabilities.materialize && capabilities.regenerate)
                #expect(capabilities.definitions == isNew)
                if isNew {
                    let definitions = try await client.listViewSetDefinitions()
                    #expect(definitions.first { $0.name == "log_stats" }?.definitionSQL != nil)
                }
                // Nothing that was probed was run, and every call says who makes it.
                let calls = try await lakehouse.calls()
                #expect(calls.filter { $0.method == "DoGet" }.allSatisfy { !$0.sql.contains("_partition_by_") })
                for call in calls {
                    #expect(call.metadata.contains(["x-client-type", "swift"]))
                    #expect(call.metadata.contains(["x-client-agent", "tests/1"]))
                }
            }
        }
    }

    @Test("queries count, take a range and a limit, and fail with one line")
    func queries() async throws {
        try await RunningLakehouse.with(["--scenario", "golden-upgraded", "--clock", "2026-11-21T08:00:00Z"]) {
            lakehouse in
            try await withClient(lakehouse.port) { client in
                #expect(try await client.count("SELECT 41 + 1") == 42)
                #expect(try await client.count("SELECT sum(x) FROM (VALUES (1)) AS t(x) WHERE x > 1") == nil)
                await #expect(throws: MicromegasError.self) { try await client.count("SELECT 1, 2") }
                await #expect(throws: MicromegasError.self) { try await client.count("SELECT 'one'") }
                let rows = try await client.query("SELECT * FROM list_partitions()", limit: 3)
                #expect(rows.reduce(0) { $0 + $1.rowCount } == 3)
                let begin = try Timestamp(rfc3339: "2026-11-18T00:00:00Z")
                _ = try await client.query(
                    "SELECT 1", range: TimeRange(begin, begin + .hours(1)), preserveDictionary: true)
                let sent = try #require(await lakehouse.calls().last?.metadata)
                #expect(sent.contains(["query_range_begin", "2026-11-18T00:00:00Z"]))
                #expect(sent.contains(["query_range_end", "2026-11-18T01:00:00Z"]))
                #expect(sent.contains(["preserve_dictionary", "true"]))

                let missing = await #expect(throws: MicromegasError.self) { try await client.query("SELECT nosuch()") }
                #expect(missing?.code == .functionMissing)
                let wrong = await #expect(throws: MicromegasError.self) { try await client.query("SELEC 1") }
                #expect(wrong?.code == .invalidQuery)
                // An error that comes after rows is an error.
                let late = await #expect(throws: MicromegasError.self) {
                    try await client.query("SELECT 10/(value-20000) AS x FROM generate_series(1,30000) AS t(value)")
                }
                #expect(late?.code == .failedWhileRunning)
                #expect(late?.mayHaveBeenProcessed == true)
                let prepared = try await client.prepareStatement("SELECT 1 AS one")
                #expect(prepared.schema?.fields.map(\.name) == ["one"])
            }
        }
    }

    @Test("materializing tells its progress, and retiring answers row by row")
    func maintenance() async throws {
        try await RunningLakehouse.with(["--scenario", "golden-upgraded", "--clock", "2026-11-21T08:00:00Z"]) {
            lakehouse in
            try await withClient(lakehouse.port) { client in
                let begin = try Timestamp(rfc3339: "2026-11-18T00:00:00Z")
                var events: [MaterializationEvent] = []
                let stream = try await client.materializePartitions(
                    viewSet: "blocks", begin: begin, end: begin + .days(1), deltaSeconds: 1_800)
                for try await event in stream { events.append(event) }
                #expect(events.count > 48)
                #expect(!events.contains { $0.row.isTrouble })
                #expect(Set(events.compactMap(\.row.opened)).count == 48)

                let listed = try await client.listPartitions().partitions
                let shadows = listed.filter {
                    $0.viewSetName == "blocks" && $0.beginInsertTime >= begin && $0.endInsertTime <= begin + .days(1)
                        && $0.endInsertTime - $0.beginInsertTime == .minutes(30)
                }
                #expect(shadows.count == 48)
                let paths = shadows.compactMap(\.filePath)
                #expect(!paths.isEmpty)

                // One path that is not there undoes the others, whatever their rows say.
                let failed = try await client.retirePartitionsByFile(paths + ["views/nope.parquet"])
                #expect(failed.problem != nil)
                #expect(try await client.listPartitions().partitions.count == listed.count)

                let done = try await client.retirePartitionsByFile(paths)
                #expect(done.problem == nil)
                let empty = shadows.filter { $0.filePath == nil }.map {
                    RetireKey(
                        viewSet: $0.viewSetName, instance: $0.viewInstanceID, begin: $0.beginInsertTime,
                        end: $0.endInsertTime, schemaHash: $0.fileSchemaHash)
                }
                let rest = try await client.retirePartitionsByMetadata(empty, arity: .five)
                #expect(rest.problem == nil)
                #expect(try await client.listPartitions().partitions.count == listed.count - 48)

                // A batch by metadata with one row that is not there ends in an error, and nothing is retired.
                let left = try await client.listPartitions().partitions.count
                let gone = await #expect(throws: MicromegasError.self) {
                    try await client.retirePartitionsByMetadata(Array(empty.prefix(2)), arity: .five)
                }
                #expect(gone?.code == .failedWhileRunning)
                #expect(try await client.listPartitions().partitions.count == left)

                // A failure under gRPC's OK.
                let unknown = try await client.materializePartitions(
                    viewSet: "nope", begin: begin, end: begin + .hours(1), deltaSeconds: 3_600)
                var failures = 0
                for try await event in unknown where event.row.isTrouble { failures += 1 }
                #expect(failures == 1)
            }
        }
    }

    @Test("where nothing listens the error names the address, and nothing was processed")
    func unreachable() async throws {
        let error = await #expect(throws: MicromegasError.self) {
            try await withClient(1) { try await $0.listPartitions() }
        }
        #expect(error?.code == .unavailable)
        #expect(error?.description.contains("127.0.0.1:1") == true)
        #expect(error?.mayHaveBeenProcessed == false)
    }

    @Test("a connection lost in the middle of a call leaves its outcome open, and the next call has a fresh one")
    func lost() async throws {
        try await RunningLakehouse.with(["--scenario", "golden-upgraded", "--clock", "2026-11-21T08:00:00Z"]) {
            lakehouse in
            try await withClient(lakehouse.proxyPort) { client in
                try await lakehouse.post("/connection", #"{"kind": "cut", "after": 20000}"#)
                let begin = try Timestamp(rfc3339: "2026-11-18T00:00:00Z")
                let error = await #expect(throws: MicromegasError.self) {
                    for _ in 0..<20 {
                        let stream = try await client.materializePartitions(
                            viewSet: "blocks", begin: begin, end: begin + .days(1), deltaSeconds: 1_800)
                        for try await _ in stream {}
                    }
                }
                #expect(error?.code == .unavailable)
                #expect(error?.mayHaveBeenProcessed == true)
                await client.disconnect()
                #expect(try await client.listPartitions().partitions.isEmpty == false)
            }
        }
    }
}
