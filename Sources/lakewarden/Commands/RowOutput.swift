import ArrowIPC
import Micromegas

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

    mutating func write(_ batch: RecordBatch) throws(Stop) {
        var start = 0
        while start < batch.rowCount {
            let end = min(start + Self.piece, batch.rowCount)
            try Self.send(Array(writer.text(of: batch, rows: start..<end).utf8), console)
            rows += end - start
            start = end
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
