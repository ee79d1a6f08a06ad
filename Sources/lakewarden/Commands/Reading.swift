import ArrowIPC
import Micromegas

/// What a reading command asks of a lake, checked before anything is sent.
enum Reading: Sendable {
    /// Rows that a statement answers.
    case query(sql: String, range: TimeRange?, limit: Int?, RowFormat)
    case partitions(viewSet: String?, limit: Int?, RowFormat)
    /// A process, looked up by its id.
    case process(id: String, RowFormat)
    case incompatible(viewSet: String?, RowFormat)
    case describe(view: String, RowFormat)

    /// Reads a command's options.
    ///
    /// - Throws: ``UsageError`` where a time, a number or a name cannot be used.
    init(_ name: Command.Name, _ options: OptionValues) throws(UsageError) {
        let operand = options.operands.first
        let format = RowFormat(rawValue: options.value(.rowFormat) ?? "") ?? .table
        do throws(MicromegasError) {
            switch name {
            case .query:
                try Self.checkReads(operand ?? "")
                let range = try TimeRange.parse(begin: options.value(.begin), end: options.value(.end))
                self = .query(sql: operand ?? "", range: range, limit: try Self.limit(options), format)
            case .partitions: self = .partitions(viewSet: operand, limit: try Self.limit(options), format)
            case .process:
                // An id that is none is refused here already.
                _ = try FlightSQLClient.processStatement(operand ?? "")
                self = .process(id: operand ?? "", format)
            case .incompatible: self = .incompatible(viewSet: operand, format)
            case .describe: self = .describe(view: operand ?? "", format)
            default: self = .query(sql: Self.views, range: nil, limit: nil, format)
            }
        } catch {
            throw UsageError(error.message, command: name)
        }
    }

    /// Refuses a statement that names what changes a lake.
    private static func checkReads(_ sql: String) throws(MicromegasError) {
        if let name = SQLText.change(in: sql) {
            throw MicromegasError(.refused, "query only reads, and this statement names \(name)")
        }
    }

    private static let views =
        "SELECT view_set_name, current_schema_hash, has_view_maker, global_instance_available FROM list_view_sets() "
        + "ORDER BY view_set_name"

    private static func partitions(of viewSet: String?) throws(MicromegasError) -> String {
        let filter = try viewSet.map { name throws(MicromegasError) in
            "WHERE view_set_name = \(try SQLText.literal(name)) "
        }
        return "SELECT view_set_name, view_instance_id, begin_insert_time, end_insert_time, num_rows, file_size, "
            + "file_schema_hash, updated, file_path FROM list_partitions() \(filter ?? "")"
            + "ORDER BY view_set_name, view_instance_id, begin_insert_time, file_schema_hash"
    }

    private static func limit(_ options: OptionValues) throws(MicromegasError) -> Int? {
        guard let text = options.value(.limit) else { return nil }
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let limit = Int(text) else {
            throw MicromegasError(.refused, "--limit takes a whole number, not \"\(text)\"")
        }
        return limit
    }
}

extension Reading {
    /// Asks a lake and writes what it answers to standard output.
    func print(from client: FlightSQLClient, to console: Console) async throws {
        switch self {
        case .query(let sql, let range, let limit, .arrow):
            for try await bytes in try await client.queryIPC(sql, range: range, limit: limit) {
                try RowOutput.send(bytes, console)
            }
        case .query(let sql, let range, let limit, let format):
            let stream = try await client.queryStream(sql, range: range, limit: limit)
            try await Self.print(stream, format, to: console)
        case .partitions(let viewSet?, let limit, let format) where format != .arrow:
            let stream = try await client.queryStream(try Self.partitions(of: viewSet), limit: limit)
            try await Self.print(stream, format, to: console) { try await Self.checkIsThere(viewSet, client) }
        case .partitions(let viewSet, let limit, let format):
            // The schema of an Arrow stream leaves before it is known whether a row follows.
            if let viewSet { try await Self.checkIsThere(viewSet, client) }
            try await Reading.query(sql: try Self.partitions(of: viewSet), range: nil, limit: limit, format)
                .print(from: client, to: console)
        case .process(let id, let format): try await Self.printProcess(id, format, from: client, to: console)
        case .incompatible(let viewSet, let format):
            let groups = try await client.listIncompatiblePartitions(viewSetName: viewSet)
            if let viewSet, groups.isEmpty { try await Self.checkIsThere(viewSet, client) }
            try MadeRows(groups, format).print(format, to: console)
        case .describe(let view, let format):
            try MadeRows(try await client.describe(view).columns).print(format, to: console)
        }
    }

    /// Prints rows as they come.
    ///
    /// - Parameter checkEmpty: Called where none came, before anything is printed.
    private static func print(
        _ stream: QueryStream, _ format: RowFormat, to console: Console, checkEmpty: () async throws -> Void = {}
    ) async throws {
        var output = RowOutput(format.text, stream.schema, console)
        for try await batch in stream { try output.write(batch) }
        if output.rows == 0 { try await checkEmpty() }
        try output.end()
    }

    /// Refuses a view set that the server does not list and of which no partition is left.
    private static func checkIsThere(_ viewSet: String, _ client: FlightSQLClient) async throws {
        if try await client.listViewSets().contains(where: { $0.name == viewSet }) { return }
        let name = try SQLText.literal(viewSet)
        if try await client.count("SELECT count(*) FROM list_partitions() WHERE view_set_name = \(name)") == 0 {
            throw MicromegasError(.notFound, "the server lists no view set “\(viewSet)” and no partition of it")
        }
    }

    private static func printProcess(
        _ id: String, _ format: RowFormat, from client: FlightSQLClient, to console: Console
    ) async throws {
        let batches = try await client.findProcess(id)
        let rows = try batches.rows
        guard let schema = batches.first?.schema, !rows.isEmpty else {
            throw MicromegasError(.notFound, "the lake knows no process \(id)")
        }
        if format == .arrow { return try RowOutput.send(StreamWriter(schema).stream(of: batches), console) }
        guard format == .table else {
            var output = RowOutput(format.text, schema, console)
            for batch in batches { try output.write(batch) }
            return try output.end()
        }
        // One row of many columns is read more easily upright.
        for row in rows {
            var cells = zip(row.schema.fields, row.cells).map { [Value.text($0.name), .text($1)] }
            if let place = row.schema.fields.firstIndex(where: { $0.name == "properties" }),
                case .bytes(let bytes) = row.values[place], let properties = Properties.value(of: bytes)
            {
                cells[place][1] = properties
            }
            try MadeRows(fields: [.init(name: "column", type: .utf8), .init(name: "value", type: .utf8)], rows: cells)
                .print(.table, to: console)
        }
    }
}
