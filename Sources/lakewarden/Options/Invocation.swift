/// What a command line asks for.
enum Invocation: Sendable, Hashable {
    /// A command with its options.
    case command(Command.Name, OptionValues)
    /// Help on a command, or on all of it.
    case help(Command.Name?)
    /// The version.
    case version
}

/// The options of a command line; what was left out has its default.
struct OptionValues: Sendable, Hashable {
    var given: [Option.ID: [String]] = [:]
    /// What followed the options.
    var operands: [String] = []

    /// Whether a flag is there.
    func has(_ id: Option.ID) -> Bool { given[id] != nil }

    /// An option's value or its default; nil where it has neither.
    func value(_ id: Option.ID) -> String? { given[id]?.last ?? Option.row(id).defaultValue }
}

/// Why a command line cannot be followed.
struct UsageError: Error, Sendable, Hashable {
    /// What is wrong, without a full stop.
    var message: String
    /// What was probably meant.
    var meant: String?
    /// The command that it is about, whose help would say more.
    var command: Command.Name?

    init(_ message: String, meant: String? = nil, command: Command.Name? = nil) {
        self.message = message
        self.meant = meant
        self.command = command
    }
}
