/// One command: its words, what it is for, and which options it takes.
struct Command: Sendable, Hashable {
    let name: Name
    /// `audit verify`
    let words: String
    /// A few words, for the list of commands.
    let brief: String
    /// One sentence without a full stop.
    let summary: String
    /// What may follow the options; nil where nothing may.
    let operands: Operands?
    /// A command line and what it does.
    let examples: [Example]
    let options: [Option.ID]

    enum Name: Sendable, Hashable, CaseIterable {
        case apply, validate, auditVerify, query, partitions, views, incompatible, describe, process
    }

    /// What follows the options.
    struct Operands: Sendable, Hashable {
        let name: String
        let count: Count

        enum Count: Sendable, Hashable {
            /// Exactly one.
            case one
            /// One or none.
            case optional
            /// As many as are named.
            case any
        }

        /// As usage shows it.
        var form: String {
            switch count {
            case .one: name
            case .optional: "[\(name)]"
            case .any: "[\(name)...]"
            }
        }
    }

    struct Example: Sendable, Hashable {
        let line: String
        let meaning: String
    }

    /// The options' rows in the table's order.
    var rows: [Option] { Option.table.filter { options.contains($0.id) } }

    /// Every command, in the order in which help tells them.
    static let table: [Command] =
        [
            Command(
                name: .apply, words: "apply", brief: "plan, ask, do it and prove it; --dry-run stops at the plan",
                summary:
                    "Bring a lake to what its policies ask for: list it, plan, and with consent do it and prove it",
                operands: nil,
                examples: [
                    Example(line: "lakewarden apply --dry-run", meaning: "what would be done, and why"),
                    Example(line: "lakewarden apply", meaning: "show the plan, ask, do it"),
                    Example(line: "lakewarden apply --yes", meaning: "the same, unattended"),
                ],
                options: [
                    .config, .audit, .lake, .dryRun, .yes, .detailedExitCode, .all, .format, .color, .help,
                ]),
            Command(
                name: .validate, words: "validate", brief: "check policy files without a lake",
                summary: "Check policy files, without a lake, and say everything that is wrong with them",
                operands: Operands(name: "FILE", count: .any),
                examples: [
                    Example(line: "lakewarden validate", meaning: "check lakewarden.yaml"),
                    Example(line: "lakewarden validate config/*.yaml", meaning: "check several"),
                ],
                options: [.config, .format, .color, .help]),
            Command(
                name: .auditVerify, words: "audit verify", brief: "check that the record of what was done is whole",
                summary: "Read the audit log from its first record and find the first that does not follow",
                operands: nil,
                examples: [
                    Example(line: "lakewarden audit verify", meaning: "is the record whole and unaltered?")
                ],
                options: [.audit, .format, .color, .help]),
        ] + reading

    /// The row of a command.
    static func row(_ name: Name) -> Command {
        table.first { $0.name == name } ?? table[0]
    }
}
