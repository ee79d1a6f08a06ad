import ArrowIPC

/// Rows in columns aligned by blanks, numbers to the right; widths are those of the first rows.
struct TextLayout: Sendable {
    /// A cell's text, and how many of a terminal's columns it takes.
    private struct Cell {
        var text = ""
        var width = 0
    }

    private let fields: [Field]
    private let isNumber: [Bool]
    private var widths: [Int]
    /// The first rows, until there are enough to measure; nil afterwards.
    private var measured: [[Cell]]? = []

    init(_ fields: [Field]) {
        self.fields = fields
        isNumber = fields.map { Self.isNumber($0.type) }
        widths = fields.map { Self.shown($0.name).width }
    }

    mutating func add(_ row: [Value], to text: inout String) {
        let cells = zip(row, fields).map { Self.shown(CellText.text($0, $1.type)) }
        guard var rows = measured else { return write(cells, to: &text) }
        measured = nil
        rows.append(cells)
        for (column, cell) in cells.enumerated() { widths[column] = max(widths[column], cell.width) }
        measured = rows
        if rows.count == TableWriter.rowsMeasured { end(to: &text) }
    }

    /// Writes the names and the rows that were measured, if they were not written yet.
    mutating func end(to text: inout String) {
        guard let rows = measured else { return }
        measured = nil
        write(fields.map { Self.shown($0.name) }, to: &text)
        for row in rows { write(row, to: &text) }
    }

    private func write(_ cells: [Cell], to text: inout String) {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: max(0, widths[column] - cell.width))
            if column > 0 { line += "  " }
            line += isNumber[column] ? padding + cell.text : cell.text + padding
        }
        while line.last == " " { line.removeLast() }
        text += line + "\n"
    }

    /// Text that stays in its cell: control characters written out, cut where it is long.
    private static func shown(_ text: String) -> Cell {
        // Most texts are as they are.
        let bytes = text.utf8
        if bytes.count <= TableWriter.longestCell, bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) {
            return Cell(text: text, width: bytes.count)
        }
        var cell = Cell()
        for scalar in text.unicodeScalars {
            let (shown, width) = shown(scalar)
            guard cell.width + width <= TableWriter.longestCell else {
                cell.text += "…"
                cell.width += 1
                return cell
            }
            cell.text += shown
            cell.width += width
        }
        return cell
    }

    private static func shown(_ scalar: Unicode.Scalar) -> (text: String, width: Int) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
            let text = scalar == "\n" ? "\\n" : scalar == "\t" ? "\\t" : "\\u{\(String(scalar.value, radix: 16))}"
            return (text, text.utf8.count)
        default: return (String(scalar), TextColumns.count(scalar))
        }
    }

    private static func isNumber(_ type: DataType) -> Bool {
        switch type {
        case .integer, .floatingPoint: true
        case .dictionary(_, let values, _): isNumber(values)
        default: false
        }
    }
}
