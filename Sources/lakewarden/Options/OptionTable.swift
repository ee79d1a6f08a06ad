/// One option: the row that drives parsing, help and suggestions alike.
struct Option: Sendable, Hashable {
    let id: ID
    /// `--config`
    let spelling: String
    let kind: Kind
    /// A line of help, without the default.
    let help: String

    /// What the program calls it.
    enum ID: Sendable, Hashable {
        case config, audit, lake, dryRun, yes, detailedExitCode, format, color, all, help
        /// `--config` where a lake can be named without a file.
        case lakeFile
        /// `--lake` of a command that only reads.
        case readLake
        /// `--format` of rows.
        case rowFormat
        case begin, end, limit
    }

    enum Kind: Sendable, Hashable {
        /// It is there or not.
        case flag
        /// It takes any text; `repeats` says whether it may stand there more than once.
        case value(name: String, default: String?, repeats: Bool)
        /// It takes one of these words.
        case choice([String], default: String)
    }

    /// The option with what it takes, for help: `--config FILE`, `--format text|json`.
    var form: String {
        switch kind {
        case .flag: spelling
        case .value(let name, _, _): "\(spelling) \(name)"
        case .choice(let words, _): "\(spelling) \(words.joined(separator: "|"))"
        }
    }

    /// What it is when it is left out; nil where that needs no word.
    var defaultValue: String? {
        switch kind {
        case .flag: nil
        case .value(_, let value, _): value
        case .choice(_, let value): value
        }
    }

    /// Every option, in the order in which help tells them.
    static let table: [Option] = [
        Option(
            id: .config, spelling: "--config", kind: .value(name: "FILE", default: "lakewarden.yaml", repeats: false),
            help: "the policy file"),
        Option(
            id: .audit, spelling: "--audit", kind: .value(name: "FOLDER", default: "lakewarden-audit", repeats: false),
            help: "the audit log's folder"),
        Option(
            id: .lake, spelling: "--lake", kind: .value(name: "URI", default: nil, repeats: false),
            help: "this lake instead of the file's lake.uri"),
        Option(
            id: .readLake, spelling: "--lake", kind: .value(name: "URI", default: nil, repeats: false),
            help: "grpc://HOST:PORT; else the policy file's, else this machine's"),
        Option(
            id: .lakeFile, spelling: "--config", kind: .value(name: "FILE", default: nil, repeats: false),
            help: "names lake and token (default: lakewarden.yaml, if there is one)"),
        Option(
            id: .begin, spelling: "--begin", kind: .value(name: "TIME", default: nil, repeats: false),
            help: "with --end: event times from here, a date or RFC 3339"),
        Option(
            id: .end, spelling: "--end", kind: .value(name: "TIME", default: nil, repeats: false),
            help: "with --begin: event times to here"),
        Option(
            id: .limit, spelling: "--limit", kind: .value(name: "N", default: nil, repeats: false),
            help: "at most so many rows"),
        Option(id: .dryRun, spelling: "--dry-run", kind: .flag, help: "show the plan and change nothing"),
        Option(id: .yes, spelling: "--yes", kind: .flag, help: "follow the plan without asking"),
        Option(
            id: .detailedExitCode, spelling: "--detailed-exitcode", kind: .flag,
            help: "with --dry-run: exit 2 where changes are planned"),
        Option(id: .all, spelling: "--all", kind: .flag, help: "show long lists whole"),
        Option(
            id: .format, spelling: "--format", kind: .choice(["text", "json"], default: "text"),
            help: "json: one document, as config/output.schema.json"),
        Option(
            id: .rowFormat, spelling: "--format",
            kind: .choice(RowFormat.allCases.map(\.rawValue), default: RowFormat.table.rawValue),
            help: "json: an object a line; arrow: an IPC stream"),
        Option(
            id: .color, spelling: "--color", kind: .choice(["auto", "always", "never"], default: "auto"),
            help: "auto: on a terminal, unless NO_COLOR is set"),
        Option(id: .help, spelling: "--help", kind: .flag, help: "show this help"),
    ]

    /// The row of an option.
    static func row(_ id: ID) -> Option {
        // Each id has a row: a test reads them all.
        table.first { $0.id == id } ?? table[0]
    }
}
