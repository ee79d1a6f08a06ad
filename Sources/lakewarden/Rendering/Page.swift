/// Lines of a screen, in the order in which they are read.
struct Page: Sendable {
    let look: Look
    private(set) var lines: [String] = []

    init(_ look: Look) { self.look = look }

    /// An empty line between two parts; none at the beginning, never two.
    mutating func space() {
        if let last = lines.last, !last.isEmpty { lines.append("") }
    }

    /// A sentence, wrapped to the width.
    mutating func add(_ text: String, _ role: Look.Role = .body) {
        for line in wrapped(look.plain(text), to: look.width) { lines.append(look.painted(line, role)) }
    }

    /// A line that is not wrapped, such as a command to copy.
    mutating func verbatim(_ text: String, _ role: Look.Role = .body) {
        lines.append(look.painted(look.plain(text), role))
    }

    /// A line that has its colours and signs already.
    mutating func painted(_ line: String) { lines.append(line) }

    mutating func add(_ table: Table) { lines += table.lines(look) }

    mutating func add(_ page: Page) {
        if page.lines.isEmpty { return }
        space()
        lines += page.lines
    }

    /// The text, every line ended.
    var text: String { lines.map { $0 + "\n" }.joined() }
}
