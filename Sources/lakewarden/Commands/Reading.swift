import ArrowIPC
import Micromegas

/// What a reading command asks of a lake, checked before anything is sent.
enum Reading: Sendable {
    /// Rows that a statement answers.
    case query(sql: String, range: TimeRange?, limit: Int?, format: String)
    /// A process, looked up by its id.
    case process(id: String, format: String)
    case incompatible(viewSet: String?, TableFormat)
    case describe(view: String, TableFormat)

    /// Reads a command's options.
    ///
    /// - Throws: ``UsageError`` where a time, a number or a name cannot be used.
    init(_ name: Command.Name, _ options: OptionValues) throws(UsageError) {
        let operand = options.operands.first
        let format = options.value(.queryFormat) ?? "table"
        let rowFormat = options.value(.rowFormat).flatMap(TableFormat.init) ?? .text
        do throws(MicromegasError) {
            switch name {
            case .query:
                try Self.checkReads(operand ?? "")
                let range = try TimeRange.parse(begin: options.value(.begin), end: options.value(.end))
                self = .query(sql: operand ?? "", range: range, limit: try Self.limit(options), format: format)
            case .partitions:
                let limit = try Self.limit(options)
                self = .query(sql: try Self.partitions(of: operand), range: nil, limit: limit, format: format)
            case .process: self = .process(id: operand ?? "", format: format)
            case .incompatible: self = .incompatible(viewSet: operand, rowFormat)
            case .describe: self = .describe(view: operand ?? "", rowFormat)
            default: self = .query(sql: Self.views, range: nil, limit: nil, format: format)
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
        case .query(let sql, let range, let limit, "arrow"):
            for try await bytes in try await client.queryIPC(sql, range: range, limit: limit) {
                try RowOutput.send(bytes, console)
            }
        case .query(let sql, let range, let limit, let format):
            let stream = try await client.queryStream(sql, range: range, limit: limit)
            var output = RowOutput(TableFormat(rawValue: format) ?? .text, stream.schema, console)
            for try await batch in stream { try output.write(batch) }
            try output.end()
        case .process(let id, let format): try await Self.printProcess(id, format, from: client, to: console)
        case .incompatible(let viewSet, let format):
            let groups = try await client.listIncompatiblePartitions(viewSetName: viewSet)
            try Self.print(groups, format, to: console)
        case .describe(let view, let format):
            let analysis = try await client.describe(view)
            let fields = [
                Field(name: "column", type: .utf8), Field(name: "type", type: .utf8),
                Field(name: "nullable", type: .bool),
            ]
            var output = RowOutput(format, Schema(fields: fields), console)
            try output.write(analysis.columns.map { [.text($0.name), .text($0.type), .bool($0.nullable)] })
            try output.end()
        }
    }

    private static func printProcess(
        _ id: String, _ format: String, from client: FlightSQLClient, to console: Console
    ) async throws {
        let sql = try FlightSQLClient.processStatement(id)
        guard format == "table" else {
            return try await Reading.query(sql: sql, range: nil, limit: nil, format: format)
                .print(from: client, to: console)
        }
        let rows = try await client.query(sql).rows
        if rows.isEmpty { throw MicromegasError(.notFound, "the lake knows no process \(id)") }
        // One row of many columns is read more easily upright.
        let fields = ["column", "value"].map { Field(name: $0, type: .utf8) }
        for row in rows {
            var output = RowOutput(.text, Schema(fields: fields), console)
            try output.write(zip(row.schema.fields, row.cells).map { [.text($0.name), .text($1)] })
            try output.end()
        }
    }

    private static func print(
        _ groups: [IncompatiblePartitions], _ format: TableFormat, to console: Console
    ) throws {
        var fields = [
            Field(name: "view_set_name", type: .utf8), Field(name: "view_instance_id", type: .utf8),
            Field(name: "incompatible_schema_hash", type: .binary), Field(name: "current_schema_hash", type: .binary),
            Field(name: "partition_count", type: .integer(.int64)),
            Field(name: "total_size_bytes", type: .integer(.int64)),
        ]
        // A list of files is no cell of a table for people.
        let hasFiles = format == .jsonLines
        if hasFiles { fields.append(Field(name: "file_paths", type: .list(Field(name: "item", type: .utf8)))) }
        var output = RowOutput(format, Schema(fields: fields), console)
        for group in groups {
            let row: [Value] = [
                .text(group.viewSetName), .text(group.viewInstanceID), .bytes(group.incompatibleSchemaHash),
                group.currentSchemaHash.map(Value.bytes) ?? .null, .integer(Int64(group.partitionCount)),
                .integer(group.totalSizeBytes),
            ]
            try output.write([hasFiles ? row + [.list(group.filePaths.map(Value.text))] : row])
        }
        try output.end()
    }
}
