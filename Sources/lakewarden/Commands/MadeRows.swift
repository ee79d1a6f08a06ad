import ArrowIPC
import Micromegas

/// Rows that are made here rather than answered by a server, in every format that an answer has.
struct MadeRows {
    var fields: [Field]
    var rows: [[Value]]

    /// Writes them to standard output.
    ///
    /// - Throws: ``RowOutput/Stop``.
    func print(_ format: RowFormat, to console: Console) throws {
        guard format == .arrow else {
            var output = RowOutput(format.text, Schema(fields: fields), console)
            try output.write(rows)
            return try output.end()
        }
        var columns: [Column] = []
        for (index, field) in fields.enumerated() { columns.append(try Column(field.type, rows.map { $0[index] })) }
        let schema = Schema(fields: fields)
        try RowOutput.send(try StreamWriter(schema).stream(of: [RecordBatch(schema, columns)]), console)
    }
}

extension MadeRows {
    /// The columns of a view.
    init(_ columns: [QuerySchemaAnalysis.Column]) {
        fields = [
            Field(name: "column", type: .utf8, nullable: false), Field(name: "type", type: .utf8, nullable: false),
            Field(name: "nullable", type: .bool, nullable: false),
        ]
        rows = columns.map { [.text($0.name), .text($0.type), .bool($0.nullable)] }
    }

    /// Partitions that no query reads, grouped; their files only where a program reads the rows: a list of them is no cell
    /// of a table for people or of a spreadsheet.
    init(_ groups: [IncompatiblePartitions], _ format: RowFormat) {
        fields = [
            Field(name: "view_set_name", type: .utf8, nullable: false),
            Field(name: "view_instance_id", type: .utf8, nullable: false),
            Field(name: "incompatible_schema_hash", type: .binary, nullable: false),
            Field(name: "current_schema_hash", type: .binary),
            Field(name: "partition_count", type: .integer(.int64), nullable: false),
            Field(name: "total_size_bytes", type: .integer(.int64), nullable: false),
        ]
        let hasFiles = format == .json || format == .arrow
        if hasFiles {
            let file = Field(name: "item", type: .utf8, nullable: false)
            fields.append(Field(name: "file_paths", type: .list(file), nullable: false))
        }
        rows = groups.map { group in
            let row: [Value] = [
                .text(group.viewSetName), .text(group.viewInstanceID), .bytes(group.incompatibleSchemaHash),
                group.currentSchemaHash.map(Value.bytes) ?? .null, .integer(Int64(group.partitionCount)),
                .integer(group.totalSizeBytes),
            ]
            return hasFiles ? row + [.list(group.filePaths.map(Value.text))] : row
        }
    }
}
