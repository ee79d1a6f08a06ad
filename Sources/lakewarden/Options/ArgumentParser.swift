import Configuration

extension Invocation {
    /// Reads a command line, the program's name left out.
    ///
    /// Options are written `--name`, `--name value` or `--name=value`; after `--` nothing is an option.
    ///
    /// - Throws: ``UsageError`` with the nearest word that would have been right.
    init(arguments: [String]) throws(UsageError) {
        guard let first = arguments.first else { throw UsageError("a command is missing") }
        switch first {
        case "--version": self = .version
        case "--help", "-h", "help": self = .help(try Self.helpTopic(arguments.dropFirst()))
        default:
            var rest = arguments[...]
            let command = try Self.command(&rest)
            var parser = ArgumentParser(command: command)
            let values = try parser.parse(rest)
            self = values.has(.help) ? .help(command.name) : .command(command.name, values)
        }
    }

    private static func helpTopic(_ words: ArraySlice<String>) throws(UsageError) -> Command.Name? {
        if words.isEmpty || words.first?.hasPrefix("-") == true { return nil }
        var rest = words
        return try command(&rest).name
    }

    /// Takes a command's words off the front.
    private static func command(_ arguments: inout ArraySlice<String>) throws(UsageError) -> Command {
        for command in Command.table {
            let words = command.words.split(separator: " ").map(String.init)
            if arguments.starts(with: words) {
                arguments = arguments.dropFirst(words.count)
                return command
            }
        }
        throw unknownCommand(arguments)
    }

    private static func unknownCommand(_ arguments: ArraySlice<String>) -> UsageError {
        let first = arguments.first ?? ""
        if first.hasPrefix("-") {
            let meant = nearest(to: first, among: Option.table.map(\.spelling) + ["--version"])
            let isOption = Option.table.contains { $0.spelling == first }
            return UsageError(
                isOption ? "\(first) stands before the command; write the command first" : "unknown option \(first)",
                meant: isOption ? nil : meant)
        }
        let verbs = Command.table.map(\.words).filter { $0.hasPrefix(first + " ") }
        if !verbs.isEmpty {
            let verb = arguments.dropFirst().first
            let message = verb.map { "unknown command \(first) \($0)" } ?? "\(first) needs another word"
            return UsageError(message, meant: verbs[0])
        }
        let names = Command.table.map(\.words) + ["help"]
        return UsageError("unknown command \(first)", meant: nearest(to: first, among: names))
    }
}

/// Reads what follows a command's words.
private struct ArgumentParser {
    let command: Command
    private var values = OptionValues()

    init(command: Command) { self.command = command }

    mutating func parse(_ arguments: ArraySlice<String>) throws(UsageError) -> OptionValues {
        var rest = arguments
        while let argument = rest.popFirst() {
            if argument == "--" {
                for operand in rest { try add(operand: operand) }
                break
            }
            if Self.isOption(argument) {
                try option(argument, &rest)
            } else {
                try add(operand: argument)
            }
        }
        if values.has(.dryRun), values.has(.yes) {
            throw error("--dry-run and --yes exclude one another")
        }
        if values.has(.detailedExitCode), !values.has(.dryRun) {
            throw error("--detailed-exitcode goes with --dry-run")
        }
        if let operands = command.operands, operands.count == .one, values.operands.isEmpty, !values.has(.help) {
            throw error("\(command.words) needs \(operands.name)")
        }
        return values
    }

    /// Whether an argument is meant as an option; SQL that begins with a comment is not: no option's name holds a blank.
    private static func isOption(_ argument: String) -> Bool {
        argument.hasPrefix("-") && argument != "-" && !argument.prefix { $0 != "=" }.contains(where: \.isWhitespace)
    }

    private mutating func option(_ argument: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let spelling = parts[0] == "-h" ? "--help" : parts[0]
        guard let row = command.rows.first(where: { $0.spelling == spelling }) else { throw unknown(spelling) }
        let attached = parts.count == 2 ? parts[1] : nil
        switch row.kind {
        case .flag:
            guard attached == nil else { throw error("\(spelling) takes no value") }
            values.given[row.id] = []
        case .value(let name, _, let repeats):
            let value = try self.value(row, attached, &rest, needed: name)
            // A command that takes files takes as many as are named.
            if !repeats, command.operands?.count != .any, values.has(row.id) {
                throw error("\(spelling) is given twice")
            }
            values.given[row.id, default: []].append(value)
        case .choice(let words, _):
            let value = try self.value(row, attached, &rest, needed: words.joined(separator: " or "))
            guard words.contains(value) else {
                let said = "\(spelling) takes \(words.joined(separator: ", ")), not \"\(value)\""
                throw error(said, meant: nearest(to: value, among: words).map { "\(spelling) \($0)" })
            }
            if values.has(row.id) { throw error("\(spelling) is given twice") }
            values.given[row.id] = [value]
        }
    }

    private func value(
        _ row: Option, _ attached: String?, _ rest: inout ArraySlice<String>, needed: @autoclosure () -> String
    ) throws(UsageError) -> String {
        // What looks like an option is none's value: `--config --yes` forgot the file. `--config=--yes` says so.
        let found = attached ?? (rest.first?.hasPrefix("--") == true ? nil : rest.popFirst())
        guard let found, !found.isEmpty else { throw error("\(row.spelling) needs a value: \(needed())") }
        return found
    }

    private mutating func add(operand: String) throws(UsageError) {
        guard command.operands != nil else {
            let meant = nearest(to: "--" + operand, among: command.rows.map(\.spelling))
            throw error("\(command.words) takes no \"\(operand)\"", meant: meant)
        }
        if let operands = command.operands, operands.count != .any, !values.operands.isEmpty {
            throw error("\(command.words) takes one \(operands.name); \"\(operand)\" is one more")
        }
        values.operands.append(operand)
    }

    private func unknown(_ spelling: String) -> UsageError {
        let dashes = spelling.prefix { $0 == "-" }
        let name = "--" + spelling.dropFirst(dashes.count)
        let own = command.rows.map(\.spelling)
        let meant = own.contains(name) ? name : nearest(to: name, among: own)
        if Option.table.contains(where: { $0.spelling == spelling }) {
            return error("\(command.words) takes no \(spelling)", meant: meant)
        }
        return error("unknown option \(spelling)", meant: meant)
    }

    private func error(_ message: String, meant: String? = nil) -> UsageError {
        UsageError(message, meant: meant, command: command.name)
    }
}
