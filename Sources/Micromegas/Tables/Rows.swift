public import ArrowIPC
public import UTCTime

/// A row of an answer as Swift values.
public struct Row: Sendable {
    /// The columns' names and types.
    public let schema: Schema
    /// The values in the order of the columns.
    public let values: [Value]

    /// The value of the first column of a name; nil where there is no such column.
    ///
    ///     row["level"] == .integer(4)
    public subscript(name: String) -> Value? {
        schema.fields.firstIndex { $0.name == name }.map { values[$0] }
    }

    /// The values as the text of a table's cells, in the order of the columns.
    public var cells: [String] { zip(values, schema.fields).map { CellText.text($0, $1.type) } }

    /// The text in a column; nil where it holds none.
    ///
    ///     let exe = row.text("exe") ?? "unknown"
    public func text(_ name: String) -> String? {
        if case .text(let text)? = self[name] { text } else { nil }
    }

    /// The whole number in a column; nil where it holds none, or one that is too large.
    ///
    ///     let isError = (row.integer("level") ?? 6) <= 2
    public func integer(_ name: String) -> Int64? {
        switch self[name] {
        case .integer(let number): number
        case .unsigned(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// The floating-point number in a column; nil where it holds none.
    ///
    ///     let mean = rows.compactMap { $0.double("value") }.reduce(0, +) / Double(rows.count)
    public func double(_ name: String) -> Double? {
        if case .double(let number)? = self[name] { number } else { nil }
    }

    /// The truth in a column; nil where it holds none.
    ///
    ///     let isGlobal = row.bool("global_instance_available") ?? false
    public func bool(_ name: String) -> Bool? {
        if case .bool(let truth)? = self[name] { truth } else { nil }
    }

    /// The bytes in a column, such as a payload or a hash; nil where it holds none.
    ///
    ///     let hash = row.bytes("file_schema_hash") ?? []
    public func bytes(_ name: String) -> [UInt8]? {
        if case .bytes(let bytes)? = self[name] { bytes } else { nil }
    }

    /// The time in a column of timestamps; nil where it holds none that nanoseconds since 1970 can say.
    ///
    ///     let age = row.time("start_time").map { now - $0 }
    public func time(_ name: String) -> Timestamp? {
        guard let column = schema.fields.firstIndex(where: { $0.name == name }),
            case .integer(let number) = values[column]
        else { return nil }
        return TemporalText.timestamp(number, schema.fields[column].type)
    }
}

extension Row: CustomStringConvertible {
    /// The row as a line of JSON Lines has it: `{"level":4,"msg":"started"}`.
    public var description: String {
        var writer = TableWriter(.jsonLines, schema)
        return String(writer.text(of: CollectionOfOne(values)).dropLast())
    }
}

extension RecordBatch {
    /// The rows as Swift values, made one by one as they are asked for.
    ///
    /// - Throws: `ArrowError` of code `tooLarge` where a value holds more others, or bytes, than are made at once
    ///   (`Value.maximumCount`, `Value.maximumBytes`); the columns' typed views read such rows too.
    public var rows: some Sequence<Row> {
        get throws(ArrowError) {
            try checkSizes()
            return (0..<rowCount).lazy.map { self.row($0) }
        }
    }

    /// The row at an index, its values' sizes having been checked. Traps where there is none.
    private func row(_ index: Int) -> Row {
        Row(schema: schema, values: columns.map { $0.checkedValue(at: index) })
    }
}

extension Sequence<RecordBatch> {
    /// The rows of all batches as Swift values.
    ///
    ///     for row in try await client.query("SELECT msg FROM log_entries", limit: 10).rows { print(row.text("msg")) }
    ///
    /// - Throws: As a batch's `rows`.
    public var rows: [Row] {
        get throws(ArrowError) {
            var rows: [Row] = []
            for batch in self { rows += try batch.rows }
            return rows
        }
    }
}
