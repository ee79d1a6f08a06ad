import ArrowIPC
import Foundation
import Testing
import UTCTime

@testable import Micromegas

/// Rows written into the development lakehouse, which checks types and counts as the contract says (§1).
@Suite("Bulk ingest", .serialized, .timeLimit(.minutes(2)))
struct IngestTests {
    /// What the lake holds once it has made partitions of the hour: the messages and what stands beside them.
    private static func expectTelemetry(_ client: FlightSQLClient) async throws {
        let begin = try Sample.hour.get()
        for view in ["blocks", "log_entries", "processes", "streams"] {
            let progress = try await client.materializePartitions(
                viewSet: view, begin: begin, end: begin + .hours(1), deltaSeconds: 3_600)
            for try await event in progress { #expect(!event.row.isTrouble, "\(view): \(event)") }
        }
        let entries = try await client.query("SELECT time, msg, level, exe, computer FROM log_entries ORDER BY time")
            .rows
        #expect(entries.map { $0.text("msg") } == ["one", "two"])
        #expect(entries.map { $0.integer("level") } == [4, 2])
        #expect(entries.first?.time("time") == begin)
        #expect(entries.first?.text("exe") == "/usr/bin/it's" && entries.first?.text("computer") == "naïve ☃")
        let blocks = try await client.query("SELECT * FROM blocks").rows
        #expect(blocks.map { $0.text("block_id") } == [Sample.block])
        #expect(blocks.first?.integer("begin_ticks") == -1 && blocks.first?.integer("end_ticks") == .max)
        #expect(blocks.first?["nb_objects"] == .integer(2))
        #expect(blocks.first?.time("begin_time") == begin + .seconds(1))
        let streams = try await client.query("SELECT * FROM streams").rows
        #expect(streams.map { $0.text("stream_id") } == [Sample.stream])
        #expect(streams.first?["tags"] == .list([.text("log"), .text("x")]))
        #expect(streams.first?["dependencies_metadata"] == .bytes([0, 0xFF]))
        #expect(streams.first?.text("format") == "micromegas-transit")
        let processes = try await client.findProcess(Sample.process).rows
        #expect(processes.first?.integer("start_ticks") == 5 && processes.first?.time("start_time") == begin)
        #expect(processes.first?.text("parent_process_id") == "")
        let ids = "'\(Sample.process)', '\(Sample.stream)', '\(Sample.block)'"
        let payload = try await client.query("SELECT get_payload(\(ids)) AS p").rows
        #expect(payload.first?["p"] == .bytes(try Sample.logs()))
    }

    @Test func `rows of all four tables become what the lake's views hold`() async throws {
        try await RunningLakehouse.withClient("empty") { client, lakehouse in
            #expect(try await client.bulkIngest(processes: [Sample.processRow()]) == 1)
            #expect(try await client.bulkIngest(streams: [Sample.streamRow()]) == 1)
            #expect(try await client.bulkIngest(blocks: [Sample.blockRow()]) == 1)
            let payload = PayloadRow(
                processID: Sample.process, streamID: Sample.stream.uppercased(), blockID: Sample.block,
                payload: try Sample.logs())
            #expect(try await client.bulkIngest(payloads: [payload]) == 1)
            try await Self.expectTelemetry(client)

            // What is there already is counted and stays as it is.
            var changed = try Sample.processRow()
            changed.exe = "another"
            var second = changed
            second.processID = "11000000-0000-4000-8000-000000000000"
            second.parentProcessID = Sample.process
            #expect(try await client.bulkIngest(processes: [changed, second]) == 2)
            let begin = try Sample.hour.get()
            for try await _ in try await client.regeneratePartitions(
                viewSet: "log_entries", begin: begin, end: begin + .hours(1), deltaSeconds: 3_600)
            {}
            #expect(
                try await client.query("SELECT DISTINCT exe FROM log_entries").rows.map { $0.text("exe") } == [
                    "/usr/bin/it's"
                ])
            let puts = try await lakehouse.calls().filter { $0.method == "DoPut" }
            #expect(
                puts.map(\.sql) == ["processes", "streams", "blocks", "payloads", "processes"].map { "ingest \($0)" })
            #expect(puts.allSatisfy { $0.metadata.contains(["x-client-type", "swift"]) })
        }
    }

    @Test func `batches of all four tables become what the lake's views hold`() async throws {
        try await RunningLakehouse.withClient("empty") { client, _ in
            let batches = try Sample.batches()
            for table in IngestTable.allCases {
                #expect(try await client.bulkIngest(#require(batches[table]), into: table) == 1)
            }
            try await Self.expectTelemetry(client)
        }
    }

    @Test func `rows that one lake answers with go into another`() async throws {
        try await RunningLakehouse.withClient("empty") { source, _ in
            try await source.bulkIngest(processes: [Sample.processRow()])
            try await source.bulkIngest(streams: [Sample.streamRow()])
            try await source.bulkIngest(blocks: [Sample.blockRow()])
            let begin = try Sample.hour.get()
            for try await _ in try await source.materializePartitions(
                viewSet: "blocks", begin: begin, end: begin + .hours(1), deltaSeconds: 3_600)
            {}
            let names = IngestTable.blocks.schema.fields.map(\.name).reversed().joined(separator: ", ")
            let ids = "arrow_cast(stream_id, 'Dictionary(Int16, Utf8)') AS stream_id"
            let sql = "SELECT \(names.replacingOccurrences(of: "stream_id", with: ids)) FROM blocks"
            let blocks = try await source.query(sql, preserveDictionary: true)
            #expect(blocks.first?.column("stream_id")?.type.description.hasPrefix("dictionary") == true)
            let copied = try await RunningLakehouse.withClient("empty") { target, _ in
                try await target.bulkIngest(processes: [Sample.processRow()])
                try await target.bulkIngest(streams: [Sample.streamRow()])
                #expect(try await target.bulkIngest(blocks, into: .blocks) == 1)
                for try await _ in try await target.materializePartitions(
                    viewSet: "blocks", begin: begin, end: begin + .hours(1), deltaSeconds: 3_600)
                {}
                return try await target.query(sql).rows.map(\.values)
            }
            #expect(try copied == blocks.rows.map(\.values) && copied.count == 1)
        }
    }

    @Test func `many rows go in messages that a server takes, and are counted together`() async throws {
        try await RunningLakehouse.withClient("empty") { client, lakehouse in
            let blocks = try (0..<20_000).map { try Sample.blockRow(Sample.id($0)) }
            #expect(try await client.bulkIngest(blocks: blocks) == 20_000)
            // A payload of more than a message's usual size, and small ones around it.
            let sizes = [10, 3 << 20, 0, 700_000, 700_000, 5]
            let payloads = sizes.enumerated().map { index, size in
                PayloadRow(
                    processID: Sample.process, streamID: Sample.stream, blockID: Sample.id(index),
                    payload: [UInt8](repeating: UInt8(index), count: size))
            }
            #expect(try await client.bulkIngest(payloads: payloads) == sizes.count)
            for row in payloads {
                let sql = "SELECT get_payload('\(row.processID)', '\(row.streamID)', '\(row.blockID)') AS p"
                #expect(try await client.query(sql).rows.first?["p"] == .bytes(row.payload))
            }
            #expect(try await lakehouse.calls().count { $0.method == "DoPut" } == 2)
        }
    }

    @Test func `without the admin right it is refused by the server`() async throws {
        let tokens = ["--admin-token", "good-token", "--user-token", "plain-token"]
        try await RunningLakehouse.withClient("empty", tokens) { _, lakehouse in
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("token-\(UUID())").path
            try "plain-token".write(toFile: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(atPath: file) }
            let error = await #expect(throws: MicromegasError.self) {
                try await FlightSQLClient.withConnection(
                    to: "http://127.0.0.1:\(lakehouse.port)", credentials: .tokenFile(file)
                ) { try await $0.bulkIngest(blocks: (0..<20_000).map { try Sample.blockRow(Sample.id($0)) }) }
            }
            #expect(error?.code == .permissionDenied)
            #expect(error?.message == "bulk_ingest requires admin privileges")
        }
    }

    @Test func `a lost answer leaves the outcome open, and the call is not made again`() async throws {
        try await RunningLakehouse.withClient("empty") { _, lakehouse in
            try await lakehouse.post("/connection", #"{"kind": "lose_answer", "asked": "CommandStatementIngest"}"#)
            let error = await #expect(throws: MicromegasError.self) {
                try await FlightSQLClient.withConnection(to: "http://127.0.0.1:\(lakehouse.proxyPort)") {
                    try await $0.bulkIngest(blocks: [Sample.blockRow()])
                }
            }
            #expect(error?.code == .unavailable && error?.mayHaveBeenProcessed == true)
            #expect(try await lakehouse.calls().count { $0.method == "DoPut" } == 1)
        }
    }

    @Test func `what a server says against rows is passed on`() async throws {
        try await RunningLakehouse.withClient("empty") { client, _ in
            // The client would not send this; another program's rows could be of such a table.
            let writer = try StreamWriter(Schema(fields: [Field(name: "exe", type: .utf8)]))
            var sent = false
            let error = await #expect(throws: MicromegasError.self) {
                try await client.ingest(into: "processes") {
                    defer { sent = true }
                    return sent ? nil : writer.schemaMessage
                }
            }
            #expect(error?.code == .failedWhileRunning)
            #expect(error?.message.contains("process_id") == true)
            #expect(error?.mayHaveBeenProcessed == true)
        }
    }

    @Test func `an answer without a count is an error that leaves the outcome open`() async throws {
        try await RunningLakehouse.withClient("empty") { client, lakehouse in
            try await lakehouse.post("/faults", #"{"point": "message", "sql": "ingest", "n": 0, "code": "OK"}"#)
            let error = await #expect(throws: MicromegasError.self) {
                try await client.bulkIngest(blocks: [Sample.blockRow()])
            }
            #expect(error?.code == .unexpectedAnswer && error?.mayHaveBeenProcessed == true)
            #expect(error?.message.contains("0 results came for the rows of one table") == true)
        }
    }

    @Test func `a call that waits for its answer ends with its task`() async throws {
        try await RunningLakehouse.withClient("empty") { _, lakehouse in
            try await lakehouse.post(
                "/connection", #"{"kind": "stall", "after": 0, "asked": "CommandStatementIngest"}"#)
            try await FlightSQLClient.withConnection(to: "http://127.0.0.1:\(lakehouse.proxyPort)") { client in
                let call = Task { try await client.bulkIngest(blocks: [Sample.blockRow()]) }
                while try await !lakehouse.calls().contains(where: { $0.sql == "ingest blocks" }) { await Task.yield() }
                call.cancel()
                await #expect(throws: CancellationError.self) { try await call.value }
            }
        }
    }
}
