/// How text is shown: what the terminal, the locale and the options allow. A value, so that every screen is a function.
struct Look: Sendable, Hashable {
    /// Whether control sequences may colour it.
    var color = false
    /// Whether more than ASCII may be written.
    var unicode = true
    /// Columns of a line.
    var width = 100
    /// Whether long lists are shown whole.
    var showsAll = false

    /// So many rows of a list are shown unless all are asked for.
    static let listLimit = 20

    /// Text that cannot do more than be read: control characters, which a server's answer may hold, are written out,
    /// and without Unicode the few signs used here have ASCII forms.
    func plain(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                shown += scalar == "\n" || scalar == "\t" ? " " : "\\u{\(String(scalar.value, radix: 16))}"
            default:
                if scalar.isASCII || unicode {
                    shown.unicodeScalars.append(scalar)
                } else {
                    shown += Self.ascii[scalar] ?? "?"
                }
            }
        }
        return shown
    }

    private static let ascii: [Unicode.Scalar: String] = [
        "…": "..", "✓": "ok", "✗": "no", "“": "\"", "”": "\"", "’": "'", "≥": ">=", "≤": "<=", "≠": "!=", "→": "->",
        "–": "-", "—": "-", "×": "x",
    ]

    /// Text in a colour, where colours are allowed. The text is plain already.
    func painted(_ text: String, _ role: Role) -> String {
        guard color, let code = role.code, !text.isEmpty else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    /// What a piece of text is, which decides its colour.
    enum Role: Sendable, Hashable {
        case body, heading, quiet, rebuild, retire, hold, good, bad

        /// The parameter of the terminal's colour sequence (ECMA-48, SGR).
        var code: String? {
            switch self {
            case .body: nil
            case .heading: "1"
            case .quiet: "2"
            case .rebuild: "33"
            case .retire: "31"
            case .hold: "36"
            case .good: "32"
            case .bad: "1;31"
            }
        }
    }
}
