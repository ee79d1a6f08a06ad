import ArrowIPC
import FlightSQL
import Testing
import UTCTime

@testable import Micromegas

/// The examples of the Python API reference that read, in order, in Swift.
@Suite("The API reference's examples", .serialized, .timeLimit(.minutes(3)))
struct GuideReferenceTests {
    /// "Connection": `micromegas.connect()` asks the lake of this machine, with or without dictionaries kept.
    @Test func `the local lake is asked where none is named`() throws {
        let address = try ServerAddress(uri: FlightSQLClient.localLake)
        #expect(address == ServerAddress(host: "localhost", port: 50_051, isSecure: false))
    }

    /// "Connection": `micromegas.connect(preserve_dictionary=True)`. Listings do not need it, and a query may say otherwise.
    @Test func `a connection keeps dictionaries where it was made so`() async throws {
        try await GuideLake.with { _, lakehouse in
            let uri = "grpc://127.0.0.1:\(lakehouse.port)"
            try await FlightSQLClient.withConnection(to: uri, preserveDictionary: true) { client in
                let sql = "SELECT arrow_cast('x', 'Dictionary(Int32, Utf8)') AS d"
                let dictionary = DataType.dictionary(indices: .int32, values: .utf8, ordered: false)
                #expect(try await client.query(sql).first?.column("d")?.type == dictionary)
                #expect(try await client.query(client.prepareStatement(sql)).first?.column("d")?.type == dictionary)
                try await QueryExecutor(client).run(sql) { batch, _ in
                    #expect(batch.column("d")?.type == dictionary)
                }
                #expect(try await client.query(sql, preserveDictionary: false).first?.column("d")?.type == .utf8)
                #expect(try await client.listPartitions().partitions.isEmpty == false)
                #expect(try await client.listViewSets().isEmpty == false)
            }
        }
    }

    /// "`query_arrow(…)`" keeps whatever type the indices have.
    @Test func `dictionaries are kept whatever the width of their indices`() async throws {
        try await GuideLake.with { client, _ in
            let widths = ["Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"]
            let columns = widths.map { "arrow_cast(target, 'Dictionary(\($0), Utf8)') AS \($0.lowercased())" }
            let sql = "SELECT \(columns.joined(separator: ", ")) FROM log_entries ORDER BY time, target LIMIT 100"
            let days = try GuideLake.days.get()
            let kept = try await client.query(sql, range: days, preserveDictionary: true)
            let plain = try await client.query(sql, range: days)
            for name in widths.map({ $0.lowercased() }) {
                let type = try #require(kept.first?.column(name)?.type.description)
                #expect(type.contains("indices=\(name),"))
                #expect(plain.first?.column(name)?.type == .utf8)
            }
            #expect(try plain.rows.map(\.cells) == kept.rows.map(\.cells) && !plain.rows.isEmpty)
        }
    }

    /// "Simple Queries".
    @Test func `a range of the last hour goes with a query`() async throws {
        try await GuideLake.with { client, _ in
            let now = try await client.serverNow()
            let hours = try await client.query(
                "SELECT * FROM log_entries LIMIT 10;", range: TimeRange(now - .hours(24), now))
            #expect(try hours.rows.count <= 10 && !hours.rows.isEmpty)
            var writer = TableWriter(.text, try #require(hours.first).schema)
            #expect(try (writer.text(of: hours[0]) + writer.end()).contains("msg"))
        }
    }

    /// "`query(sql, begin, end)`": a range as times, in SQL, as RFC 3339 text, and none.
    @Test func `a range is times or RFC 3339 text, stands in SQL, or is left out`() async throws {
        try await GuideLake.with { client, lakehouse in
            let select = "SELECT time, process_id, level, msg FROM log_entries WHERE level <= 4"
            let order = "ORDER BY time DESC LIMIT 100;"
            let begin = try Timestamp(rfc3339: "2026-11-19T00:00:00Z")
            let efficient = try await client.query("\(select) \(order)", range: TimeRange(begin, begin + .days(1))).rows
            let text = try TimeRange(begin: "2026-11-19T00:00:00Z", end: "2026-11-20T00:00:00Z")
            #expect(
                try await client.query("\(select) \(order)", range: text).rows.map(\.cells) == efficient.map(\.cells))
            #expect(
                try await lakehouse.calls().last?.metadata.contains(["query_range_begin", "2026-11-19T00:00:00Z"])
                    == true)
            let scanned = try await client.query("\(select) AND time >= now() - INTERVAL '3 days' \(order)").rows
            #expect(!scanned.isEmpty && !efficient.isEmpty)
            #expect(try await client.query("SELECT process_id, exe FROM processes LIMIT 10;").rows.count == 10)
        }
    }

    /// "`query_stream(sql, begin, end)`", "pyarrow RecordBatch" and "Query Streaming Benefits".
    @Test func `a large query is read batch by batch`() async throws {
        try await GuideLake.with { client, _ in
            var (rows, warnings, batches) = (0, 0, 0)
            let sql = "SELECT time, process_id, level, target, msg FROM log_entries ORDER BY time DESC;"
            for try await batch in try await client.queryStream(sql, range: GuideLake.days.get()) {
                #expect(batch.schema.fields.count == 5 && batch.columns.count == 5)
                rows += batch.rowCount
                batches += 1
                let levels = try #require(batch.column("level")).values(as: Int32.self)
                warnings += (0..<levels.count).count { (levels[$0] ?? 9) <= 4 }
                #expect(try batch.rows.map { $0.text("msg") }.count == batch.rowCount)
            }
            #expect(batches > 0 && rows > warnings && warnings > 0)
            let counted = try await QueryExecutor(client).estimate(sql, range: GuideLake.days.get())
            #expect(counted == Int64(rows))
        }
    }

    /// "`query_arrow(sql, begin, end)`" and "Dictionary Encoding for Memory Efficiency". The lakehouse has no
    /// `properties_to_dict`: a cast makes its dictionaries here.
    @Test func `dictionaries are kept where that is asked for`() async throws {
        try await GuideLake.with { client, _ in
            let sql = "SELECT time, arrow_cast(name, 'Dictionary(Int32, Utf8)') AS dict_name FROM measures"
            let days = try GuideLake.days.get()
            let kept = try await client.query(sql, range: days, preserveDictionary: true)
            guard case .dictionary(let indices, .utf8, _)? = kept.first?.column("dict_name")?.type else {
                Issue.record("no dictionary: \(String(describing: kept.first?.schema))")
                return
            }
            #expect(indices == .int32)
            let plain = try await client.query(sql, range: days)
            #expect(plain.first?.column("dict_name")?.type == .utf8)
            #expect(try plain.rows.map(\.cells) == kept.rows.map(\.cells))
        }
    }

    /// "pandas DataFrames": shape, columns, types, a filter, and counts by group.
    @Test func `rows are filtered and counted`() async throws {
        try await GuideLake.with { client, _ in
            let batches = try await client.query("SELECT process_id, exe, start_time FROM processes;")
            let rows = try batches.rows
            #expect(batches.first?.schema.fields.map(\.name) == ["process_id", "exe", "start_time"])
            #expect(batches.first?.schema.fields.map(\.type.description).last == "timestamp[ns, tz=+00:00]")
            let border = try await client.serverNow() - .days(2)
            let recent = rows.filter { ($0.time("start_time") ?? border) > border }
            #expect(!recent.isEmpty && recent.count < rows.count)
            let byExe = Dictionary(grouping: rows) { $0.text("exe") ?? "" }.mapValues(\.count)
            #expect(byExe == ["acme-game": rows.count])
        }
    }

    /// "pyarrow RecordBatch": `to_pylist`. Each kind of value has a word of its own; another kind is nil.
    @Test func `values of a row are taken by the kind they are of`() async throws {
        try await GuideLake.with { client, _ in
            let sql =
                "SELECT 1.5 AS d, true AS b, decode('00ff', 'hex') AS h, 'x' AS t, 7 AS i, "
                + "arrow_cast(NULL, 'Float64') AS n"
            let row = try #require(try await client.query(sql).rows.first)
            #expect(row.double("d") == 1.5 && row.bool("b") == true && row.bytes("h") == [0, 255])
            #expect(row.text("t") == "x" && row.integer("i") == 7)
            #expect(row.double("n") == nil && row.double("i") == nil && row.bool("t") == nil && row.bytes("t") == nil)
            #expect(row.double("nowhere") == nil)
            #expect("\(row)" == #"{"d":1.5,"b":true,"h":"00ff","t":"x","i":7,"n":null}"#)
        }
    }

    /// "`FlightSQLClient(uri, headers)`" and "Connection Configuration".
    @Test func `a client is configured with headers`() async throws {
        try await GuideLake.with { _, lakehouse in
            var configuration = ClientConfiguration(
                address: try ServerAddress(uri: "grpc://127.0.0.1:\(lakehouse.port)"))
            configuration.headers = [RequestHeader("x-tenant-id", "production")]
            let fixed = configuration
            let one = try await FlightSQLClient.withConnection(fixed) { try await $0.count("SELECT 1") }
            #expect(one == 1)
            #expect(try await lakehouse.calls().last?.metadata.contains(["x-tenant-id", "production"]) == true)
            #expect(try ServerAddress(uri: "grpc+tls://remote-server:50051").isSecure)
        }
    }

    /// "`prepare_statement(sql)`" and "`prepared_statement_stream(statement)`".
    @Test func `a statement is prepared, looked at and run`() async throws {
        try await GuideLake.with { client, _ in
            let sql = "SELECT time, level, msg FROM log_entries WHERE level <= 4"
            let statement = try await client.prepareStatement(sql)
            let columns = try #require(statement.schema).fields.map { "\($0.name): \($0.type)" }
            #expect(columns == ["time: timestamp[ns, tz=+00:00]", "level: int32", "msg: string"])
            #expect(try statement.query == sql)
            var rows = 0
            for try await batch in try await client.queryStream(statement) { rows += batch.rowCount }
            #expect(rows > 0)
        }
    }

    /// "`find_process(process_id)`".
    @Test func `a process is found or not`() async throws {
        try await GuideLake.with { client, _ in
            #expect(try await client.findProcess("550e8400-e29b-41d4-a716-446655440000").rows.isEmpty)
            let id = try #require(
                try await client.query("SELECT process_id FROM processes", limit: 1).rows.first?.text("process_id"))
            let process = try #require(try await client.findProcess(id).rows.first)
            #expect(process.text("exe") == "acme-game" && process.text("computer") == "studio-07")
            #expect(process.time("start_time") != nil)
        }
    }

    /// "`query_streams(…)`", "`query_blocks(…)`" and "`query_spans(…)`".
    @Test func `streams, blocks and spans are found`() async throws {
        try await GuideLake.with { client, _ in
            let days = try GuideLake.days.get()
            let streams = try await client.queryStreams(in: days, limit: 100).rows
            let first = try #require(streams.first)
            let process = try #require(first.text("process_id"))
            let own = try await client.queryStreams(in: days, limit: 50, processID: process).rows
            #expect(!own.isEmpty && own.allSatisfy { $0.text("process_id") == process })
            let logs = try await client.queryStreams(in: days, limit: 20, tagFilter: "log").rows
            #expect(!logs.isEmpty && logs.allSatisfy { $0["tags"] == .list([.text("log")]) })

            let stream = try #require(first.text("stream_id"))
            let blocks = try await client.queryBlocks(in: days, limit: 100, streamID: stream).rows
            #expect(blocks.compactMap { $0.integer("nb_objects") }.reduce(0, +) > 0)
            #expect(blocks.compactMap { $0.integer("payload_size") }.reduce(0, +) > 0)

            let threads = try await client.queryStreams(in: days, limit: 100, tagFilter: "cpu").rows
            var spans: [Row] = []
            for thread in threads.compactMap({ $0.text("stream_id") }) where spans.isEmpty {
                spans = try await client.querySpans(in: days, limit: 1_000, streamID: thread).rows
            }
            let slow = spans.sorted { ($0.integer("duration") ?? 0) > ($1.integer("duration") ?? 0) }.prefix(10)
            #expect(!slow.isEmpty && slow.allSatisfy { $0.text("name") != nil })
            // The guide looks for spans without a parent; a server gives those a depth of 0.
            let roots = spans.filter { $0.integer("depth") == 0 }
            #expect(!roots.isEmpty && roots.count < spans.count)
        }
    }

    /// "Error Handling".
    @Test func `a failure is an error, and an empty answer is none`() async throws {
        try await GuideLake.with { client, _ in
            do {
                _ = try await client.query("SELECT * FROM no_such_view;", range: GuideLake.days.get())
                Issue.record("it did not fail")
            } catch let error as MicromegasError {
                #expect(error.code == .invalidQuery && error.message.contains("no_such_view"))
            }
            let quiet = try TimeRange(begin: "2020-01-01", end: "2020-01-02")
            #expect(try await client.query("SELECT * FROM log_entries;", range: quiet).rows.isEmpty)
        }
    }

    /// "Limit Result Size".
    @Test func `a limit is part of the query, or goes beside it`() async throws {
        try await GuideLake.with { client, _ in
            let days = try GuideLake.days.get()
            #expect(try await client.query("SELECT * FROM log_entries LIMIT 10;", range: days).rows.count == 10)
            #expect(try await client.query("SELECT * FROM log_entries", range: days, limit: 10).rows.count == 10)
        }
    }

    /// "Data Pipeline": a process's measures, summed up by name.
    @Test func `a process's measures are summed up`() async throws {
        try await GuideLake.with { client, _ in
            let days = try GuideLake.days.get()
            let id = try #require(
                try await client.query("SELECT process_id FROM measures", range: days, limit: 1).rows.first?
                    .text("process_id"))
            let sql = """
                SELECT time, name, value, unit
                FROM view_instance('measures', \(try SQLText.literal(id)))
                ORDER BY time;
                """
            var values: [String: [Double]] = [:]
            for row in try await client.query(sql, range: days).rows {
                guard let name = row.text("name"), let value = row.double("value") else { continue }
                values[name, default: []].append(value)
            }
            let means = values.mapValues { $0.reduce(0, +) / Double($0.count) }
            let deviations = values.map { name, values in
                let squares = values.map { ($0 - (means[name] ?? 0)) * ($0 - (means[name] ?? 0)) }
                return (name, (squares.reduce(0, +) / Double(max(1, values.count - 1))).squareRoot())
            }
            let frames = try #require(values["Frame Time"])
            #expect(means["Frame Time"].map { $0 <= frames.max() ?? 0 && $0 >= frames.min() ?? 0 } == true)
            #expect(deviations.allSatisfy { $0.1 >= 0 } && deviations.count == values.count)
        }
    }

    /// "Streaming for Large Results": counted first, then batch by batch or as a whole.
    @Test func `what is large is read batch by batch, and what is small as a whole`() async throws {
        try await GuideLake.with { client, _ in
            let days = try GuideLake.days.get()
            let sql = "SELECT time, msg FROM log_entries"
            let expected = try await QueryExecutor(client).estimate(sql, range: days)
            for border in [expected - 1, expected] {
                var rows: Int64 = 0
                if expected > border {
                    for try await batch in try await client.queryStream(sql, range: days) {
                        rows += Int64(batch.rowCount)
                    }
                } else {
                    rows = Int64(try await client.query(sql, range: days).rows.count)
                }
                #expect(rows == expected && rows > 0)
            }
        }
    }

    /// "Jupyter Notebooks", without the plot: the points of a curve.
    @Test func `a measure is a curve over time`() async throws {
        try await GuideLake.with { client, _ in
            let sql = """
                SELECT time, name, value
                FROM measures
                WHERE name = 'Frame Time'
                """
            var points: [(time: Timestamp, value: Double)] = []
            for batch in try await client.query(sql, range: GuideLake.days.get()) {
                let times = try #require(batch.column("time")).values(as: Int64.self)
                let values = try #require(batch.column("value")).values(as: Double.self)
                for row in 0..<batch.rowCount {
                    points.append((Timestamp(nanoseconds: try #require(times[row])), try #require(values[row])))
                }
            }
            points.sort { $0.time < $1.time }
            #expect(points.count > 10 && points.allSatisfy { $0.value.isFinite })
            #expect(try GuideLake.days.get().begin <= #require(points.first).time)
        }
    }

    /// "Time Utilities".
    @Test func `times are formatted, and deltas parsed`() async throws {
        let time = try Timestamp(rfc3339: "2024-01-01T12:00:00Z")
        #expect(formatDatetime(time) == "2024-01-01T12:00:00+00:00")
        #expect(try parseTimeDelta("1h") == .hours(1))
        #expect(try parseTimeDelta("30m") == .minutes(30))
        #expect(try parseTimeDelta("7d") == .days(7))
        #expect(try formatDatetime(time - parseTimeDelta("2h")) == "2024-01-01T10:00:00+00:00")
    }
}
