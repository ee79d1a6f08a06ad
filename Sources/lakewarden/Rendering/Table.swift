/// Rows in columns: figures to the right, words to the left, the last column wrapped to what is left of the line.
struct Table: Sendable {
    struct Column: Sendable {
        var title: String
        var isFigure = false
    }

    struct Cell: Sendable, ExpressibleByStringInterpolation {
        var text: String
        var role = Look.Role.body

        init(_ text: String, _ role: Look.Role = .body) {
            self.text = text
            self.role = role
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    var columns: [Column]
    var rows: [[Cell]] = []
    /// What stands before each line.
    var indent = 2

    /// Its lines: a line of titles, then the rows; past the limit their number. Columns that hold nothing are left out.
    func lines(_ look: Look) -> [String] {
        let shown = look.showsAll ? rows[...] : rows.prefix(Look.listLimit)
        if shown.isEmpty { return [] }
        let used = columns.indices.filter { column in shown.contains { !$0[column].text.isEmpty } }
        let titles = columns.map { Cell($0.title, .quiet) }
        let hasTitles = used.contains { !columns[$0].title.isEmpty }
        let all = (hasTitles ? [titles] : []) + shown
        let texts = all.map { row in used.map { look.plain(row[$0].text) } }
        let widths = used.indices.map { column in texts.map { $0[column].count }.max() ?? 0 }
        var lines: [String] = []
        for (row, texts) in zip(all, texts) {
            let cells = zip(used, texts).map { (column: columns[$0], text: $1, role: row[$0].role) }
            lines += Self.lines(of: cells, widths, indent, look)
        }
        let hidden = rows.count - shown.count
        if hidden > 0 {
            lines.append(
                blanks(indent) + look.painted(look.plain("… and \(figure(hidden)) more; --all shows them"), .quiet))
        }
        return lines
    }

    private static func lines(
        of cells: [(column: Column, text: String, role: Look.Role)], _ widths: [Int], _ indent: Int, _ look: Look
    ) -> [String] {
        var line = blanks(indent)
        var position = indent
        var continued: [String] = []
        for (index, cell) in cells.enumerated() {
            let isLast = index == cells.count - 1
            var text = cell.text
            if isLast, !cell.column.isFigure {
                // Where little is left of the line, the last column goes below the second one instead.
                let below = cells.count > 2 ? indent + widths[0] + 2 : indent + 4
                let hanging = look.width - position >= 24 ? position : below
                var pieces = wrapped(text, to: look.width - hanging)
                if hanging == position || position + text.count <= look.width {
                    text = pieces.isEmpty ? "" : pieces.removeFirst()
                } else {
                    text = ""
                }
                continued = pieces.map { blanks(hanging) + look.painted($0, cell.role) }
            }
            let padding = blanks(max(0, widths[index] - text.count))
            let painted = look.painted(text, cell.role)
            line += cell.column.isFigure ? padding + painted : painted + (isLast ? "" : padding)
            if !isLast { line += "  " }
            position += widths[index] + 2
        }
        return [trimmed(line)] + continued
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}

/// So many blanks.
func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }

/// A text in lines of a width, broken between words; a longer word has a line of its own.
func wrapped(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
        if let last = lines.last, last.count + 1 + word.count <= max(20, width) {
            lines[lines.count - 1] = last + " " + word
        } else {
            lines.append(String(word))
        }
    }
    return lines
}
