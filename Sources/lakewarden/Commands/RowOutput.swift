import ArrowIPC
import Micromegas

/// How rows are printed: `--format`.
enum RowFormat: String, Sendable, CaseIterable {
    case table, json, csv, arrow

    /// As text; a table where it is none.
    var text: TableFormat { TableFormat(rawValue: rawValue) ?? .text }
}

/// Rows on their way to standard output, so many at a time.
struct RowOutput {
    let console: Console
    /// Rows that were given so far.
    private(set) var rows = 0
    private var writer: TableWriter

    /// Rows that are made into text at once.
    private static let piece = 256

    /// Why no more is written.
    enum Stop: Error {
        case nobodyReads
        case failed(String)
    }

    init(_ format: TableFormat, _ schema: Schema, _ console: Console) {
        self.console = console
        writer = TableWriter(format, schema)
    }

    /// - Throws: ``Stop``; `ArrowError` for a value that is larger than any that is made, the rows before it having been written.
    mutating func write(_ batch: RecordBatch) throws {
        var start = 0
        while start < batch.rowCount {
            let piece = batch.rows(from: start, most: Self.piece)
            try Self.send(Array(writer.text(of: batch, rows: piece).utf8), console)
            rows += piece.count
            start = piece.upperBound
        }
    }

    mutating func write(_ values: [[Value]]) throws(Stop) {
        try Self.send(Array(writer.text(of: values).utf8), console)
        rows += values.count
    }

    /// Writes what stands behind the last row.
    mutating func end() throws(Stop) { try Self.send(Array(writer.end().utf8), console) }

    /// Writes bytes to standard output.
    static func send(_ bytes: [UInt8], _ console: Console) throws(Stop) {
        if bytes.isEmpty { return }
        switch console.send(bytes) {
        case .done: return
        case .nobodyReads: throw .nobodyReads
        case .failed(let reason): throw .failed(reason)
        }
    }
}
