public import ArrowIPC

/// How a table is written as text.
public enum TableFormat: String, Sendable, CaseIterable {
    /// An object a line (JSON Lines); a second column of a name is written `name_2`.
    case jsonLines = "json"
    /// RFC 4180: a line of names, lines ended with CRLF, quotes where they are needed.
    case csv
    /// Columns aligned by blanks.
    case text = "table"
}

/// Writes rows as text, a piece at a time: what is held is never more than the rows that were just given and, for a text
/// table, its first ``rowsMeasured`` rows.
///
///     var writer = TableWriter(.csv, stream.schema)
///     for try await batch in stream { print(try writer.text(of: batch), terminator: "") }
///     print(writer.end(), terminator: "")
///
/// Null is `null` in JSON, nothing in CSV (where an empty text is `""`) and nothing in a text table. Bytes are lower-case
/// hexadecimal digits, times RFC 3339. In a text table control characters are written out, wide characters take two
/// columns, and values past ``longestCell`` columns end in `…`.
public struct TableWriter: Sendable {
    /// A text table's columns are as wide as these first rows need; later values that are longer push their line out.
    public static let rowsMeasured = 500
    /// Columns of a value in a text table.
    public static let longestCell = 160

    private let format: TableFormat
    private let fields: [Field]
    private let keys: [String]
    private var hasBegun = false
    private var layout: TextLayout

    /// A writer of rows of a schema.
    ///
    ///     var writer = TableWriter(.jsonLines, batch.schema)
    public init(_ format: TableFormat, _ schema: Schema) {
        self.format = format
        fields = schema.fields
        keys = Self.distinct(fields.map(\.name))
        layout = TextLayout(fields)
    }

    /// The text of a batch's rows, all or some; in the first one what stands above the rows comes first.
    ///
    ///     print(try writer.text(of: batch, rows: 0..<min(10, batch.rowCount)), terminator: "")
    ///
    /// - Throws: `ArrowError` of code `tooLarge` where a value holds more others, or bytes, than are made at once
    ///   (`Value.maximumCount`, `Value.maximumBytes`).
    public mutating func text(of batch: RecordBatch, rows: Range<Int>? = nil) throws(ArrowError) -> String {
        var text = opening()
        for row in rows ?? 0..<batch.rowCount {
            var values: [Value] = []
            for column in batch.columns { values.append(try column.value(at: row)) }
            write(values, to: &text)
        }
        return text
    }

    /// The text of rows given as values in the order of the columns.
    ///
    ///     print(writer.text(of: [[.text("log_entries"), .integer(24)]]), terminator: "")
    public mutating func text(of rows: some Sequence<[Value]>) -> String {
        var text = opening()
        for row in rows { write(row, to: &text) }
        return text
    }

    /// What is left to write after the last row.
    ///
    ///     print(writer.end(), terminator: "")
    public mutating func end() -> String {
        var text = opening()
        if format == .text { layout.end(to: &text) }
        return text
    }

    private mutating func write(_ row: [Value], to text: inout String) {
        switch format {
        case .jsonLines: writeObject(row, to: &text)
        case .csv: writeRecord(row, to: &text)
        case .text: layout.add(row, to: &text)
        }
    }

    private mutating func opening() -> String {
        if hasBegun { return "" }
        hasBegun = true
        return format == .csv ? fields.map { Self.quoted($0.name) }.joined(separator: ",") + "\r\n" : ""
    }

    private func writeObject(_ row: [Value], to text: inout String) {
        text += "{"
        for (index, value) in row.enumerated() {
            if index > 0 { text += "," }
            JSONText.write(keys[index], to: &text)
            text += ":"
            JSONText.write(value, fields[index].type, to: &text)
        }
        text += "}\n"
    }

    private func writeRecord(_ row: [Value], to text: inout String) {
        for (index, value) in row.enumerated() {
            if index > 0 { text += "," }
            if value == .null { continue }
            text += Self.quoted(CellText.text(value, fields[index].type))
        }
        text += "\r\n"
    }

    /// A field of CSV: quoted where it holds a quote, a comma or a line's end, and where it is empty, as null is not.
    private static func quoted(_ text: String) -> String {
        var (isQuoted, quotes) = (text.isEmpty, 0)
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { quotes += 1 }
            if byte == UInt8(ascii: ",") || byte == 0x0D || byte == 0x0A { isQuoted = true }
        }
        if quotes == 0 { return isQuoted ? "\"\(text)\"" : text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + quotes)
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        return "\"\(String(decoding: bytes, as: UTF8.self))\""
    }

    /// Names of which each is there once, as an object needs them.
    private static func distinct(_ names: [String]) -> [String] {
        var taken = Set(names)
        var seen: Set<String> = []
        return names.map { name in
            if seen.insert(name).inserted { return name }
            var number = 2
            while taken.contains("\(name)_\(number)") { number += 1 }
            taken.insert("\(name)_\(number)")
            return "\(name)_\(number)"
        }
    }
}
