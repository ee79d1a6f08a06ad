/// Help is a text that is made here and printed elsewhere: one sentence, examples, then the rest, on one screen.
enum HelpText {
    /// Help on the program.
    static let overview: String = {
        let commands = Command.table.map { ("  lakewarden \($0.words)", $0.brief) }
        let others = [
            ("  lakewarden help COMMAND", "examples and options of a command"), ("  lakewarden --version", ""),
        ]
        return """
            Keeps the partitions of a Micromegas lake as its policies ask for, and proves it.

            \(columns(commands + others))

            Begin with: lakewarden apply --config config/quickstart.yaml --dry-run
            """
    }()

    /// Help on a command.
    static func text(for name: Command.Name) -> String {
        let command = Command.row(name)
        let examples = command.examples.map { ("  \($0.line)", $0.meaning) }
        let options = command.rows.map { row in
            ("  \(row.form)", row.help + (row.defaultValue.map { " (default: \($0))" } ?? ""))
        }
        let exits = name == .apply ? "\n\n" + exitCodes : ""
        return """
            \(command.summary).

            \(columns(examples))

            Usage: \(usage(name))

            \(columns(options))\(exits)
            """
    }

    /// A command's usage in a line.
    static func usage(_ name: Command.Name) -> String {
        let command = Command.row(name)
        let operands = command.operands.map { " " + $0.form } ?? ""
        return "lakewarden \(command.words) [OPTION...]\(operands)"
    }

    private static let exitCodes = """
        Exit codes: 0 done, or nothing to do; 1 error, or no consent; 2 changes are planned
        (--detailed-exitcode); 3 refused by a guard rail; 4 done in part, held by a failed
        proof, or unknown; 64 usage.
        """

    private static func columns(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { row in
            row.1.isEmpty ? row.0 : row.0 + blanks(width - row.0.count) + "  " + row.1
        }.joined(separator: "\n")
    }
}

extension UsageError {
    /// What is wrong, what was meant, how it is used, where more is said; it may repeat what was typed.
    func page(_ look: Look) -> Page {
        var page = Page(look)
        page.verbatim("error: \(message)\(meant.map { "; did you mean \($0)?" } ?? "")")
        page.verbatim("usage: \(command.map(HelpText.usage) ?? "lakewarden COMMAND [OPTION...]")")
        page.verbatim("see:   \(command.map { "lakewarden help \(Command.row($0).words)" } ?? "lakewarden --help")")
        return page
    }
}
