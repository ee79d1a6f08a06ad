import Testing

@testable import lakewarden

@Suite struct InvocationTests {
    @Test(arguments: [
        ("--version", Invocation.version), ("--help", .help(nil)), ("-h", .help(nil)), ("help", .help(nil)),
        ("help apply", .help(.apply)), ("help audit verify", .help(.auditVerify)), ("apply --help", .help(.apply)),
        ("validate -h", .help(.validate)),
        ("apply", .command(.apply, OptionValues())),
        ("apply --dry-run --all", .command(.apply, OptionValues(given: [.dryRun: [], .all: []]))),
        (
            "apply --config a.yaml --audit=b --yes",
            .command(.apply, OptionValues(given: [.config: ["a.yaml"], .audit: ["b"], .yes: []]))
        ),
        ("apply --config=a=b", .command(.apply, OptionValues(given: [.config: ["a=b"]]))),
        ("apply --config=--yes", .command(.apply, OptionValues(given: [.config: ["--yes"]]))),
        (
            "validate --config a --config b c",
            .command(.validate, OptionValues(given: [.config: ["a", "b"]], operands: ["c"]))
        ),
        ("validate -- --yes -x", .command(.validate, OptionValues(operands: ["--yes", "-x"]))),
        ("query a --limit 3", .command(.query, OptionValues(given: [.limit: ["3"]], operands: ["a"]))),
        (
            "query --format=arrow -- -a",
            .command(.query, OptionValues(given: [.rowFormat: ["arrow"]], operands: ["-a"]))
        ),
        ("partitions", .command(.partitions, OptionValues())),
        (
            "incompatible blocks --format csv",
            .command(.incompatible, OptionValues(given: [.rowFormat: ["csv"]], operands: ["blocks"]))
        ),
        ("query --help", .help(.query)),
        ("audit verify --format json", .command(.auditVerify, OptionValues(given: [.format: ["json"]]))),
    ])
    func `a command line is read`(_ line: String, _ invocation: Invocation) throws {
        #expect(try Invocation(arguments: line.split(separator: " ").map(String.init)) == invocation)
    }

    @Test(arguments: ["-- all of them\nSELECT 1", "--all = 1\nSELECT 1", "-", "-1 + 1 AS x"])
    func `SQL that begins as an option does is SQL`(_ sql: String) throws {
        let invocation = try Invocation(arguments: ["query", sql])
        #expect(invocation == .command(.query, OptionValues(operands: [sql])))
    }

    @Test(arguments: [
        ("", "a command is missing"),
        ("aply", "unknown command aply; did you mean apply?"),
        ("verify", "unknown command verify"),
        ("audit", "audit needs another word; did you mean audit verify?"),
        ("audit check", "unknown command audit check; did you mean audit verify?"),
        ("--yes apply", "--yes stands before the command; write the command first"),
        ("--vresion", "unknown option --vresion; did you mean --version?"),
        ("help aply", "unknown command aply; did you mean apply?"),
        ("apply --dryrun", "unknown option --dryrun; did you mean --dry-run?"),
        ("apply -config x", "unknown option -config; did you mean --config?"),
        ("apply --frobnicate", "unknown option --frobnicate"),
        ("apply --yes=true", "--yes takes no value"),
        ("apply --config", "--config needs a value: FILE"),
        ("apply --config --yes", "--config needs a value: FILE"),
        ("apply --config=", "--config needs a value: FILE"),
        ("apply --config a --config b", "--config is given twice"),
        ("apply --format xml", "--format takes text, json, not \"xml\""),
        ("apply --format jsn", "--format takes text, json, not \"jsn\"; did you mean --format json?"),
        ("apply --format", "--format needs a value: text or json"),
        ("apply dry-run", "apply takes no \"dry-run\"; did you mean --dry-run?"),
        ("apply --yes --dry-run", "--dry-run and --yes exclude one another"),
        ("apply --detailed-exitcode", "--detailed-exitcode goes with --dry-run"),
        ("validate --yes", "validate takes no --yes"),
        ("query", "query needs SQL"), ("query a b", "query takes one SQL; \"b\" is one more"),
        ("partitions a b", "partitions takes one VIEW; \"b\" is one more"), ("views a", "views takes no \"a\""),
        ("describe a --limit 1", "describe takes no --limit"),
        ("incompatible --format xml", "--format takes table, json, csv, arrow, not \"xml\""),
        ("query a --config x --config y", "--config is given twice"),
        ("querry a", "unknown command querry; did you mean query?"),
        ("audit verify --config x", "audit verify takes no --config"),
    ])
    func `a command line that cannot be followed gets the nearest that could`(_ line: String, _ said: String) {
        let arguments = line.split(separator: " ").map(String.init)
        let error = #expect(throws: UsageError.self) { try Invocation(arguments: arguments) }
        #expect(error?.page(Look()).lines.first == "error: " + said)
    }

    @Test func `a usage error says how the command is used and where more is said`() {
        let error = #expect(throws: UsageError.self) { try Invocation(arguments: ["validate", "--fromat"]) }
        #expect(
            error?.page(Look()).text == """
                error: unknown option --fromat; did you mean --format?
                usage: lakewarden validate [OPTION...] [FILE...]
                see:   lakewarden help validate

                """)
    }

    @Test func `every option and every command has its row`() {
        for command in Command.table {
            #expect(Command.row(command.name) == command)
            #expect(command.rows.map(\.id).count == command.options.count)
        }
        for row in Option.table { #expect(Option.row(row.id) == row) }
        #expect(Set(Command.table.map(\.name)) == Set(Command.Name.allCases))
    }

    @Test func `help says what the program does and what to type first`() {
        #expect(
            HelpText.overview == """
                Keeps the partitions of a Micromegas lake as its policies ask for, and proves it.

                  lakewarden apply         plan, ask, do it and prove it; --dry-run stops at the plan
                  lakewarden validate      check policy files without a lake
                  lakewarden audit verify  check that the record of what was done is whole
                  lakewarden query         run SQL that only reads, and print its rows
                  lakewarden partitions    list partitions, of one view set or all
                  lakewarden views         list the server's view sets and their schema hashes
                  lakewarden incompatible  list partitions that no query reads
                  lakewarden describe      show a view's columns
                  lakewarden process       show what is known of a process
                  lakewarden help COMMAND  examples and options of a command
                  lakewarden --version

                Begin with: lakewarden apply --config config/quickstart.yaml --dry-run
                """)
    }

    @Test func `help on a command is one sentence, examples, then options with their defaults`() {
        #expect(
            HelpText.text(for: .validate) == """
                Check policy files, without a lake, and say everything that is wrong with them.

                  lakewarden validate                check lakewarden.yaml
                  lakewarden validate config/*.yaml  check several

                Usage: lakewarden validate [OPTION...] [FILE...]

                  --config FILE              the policy file (default: lakewarden.yaml)
                  --format text|json         json: one document, as config/output.schema.json (default: text)
                  --color auto|always|never  auto: on a terminal, unless NO_COLOR is set (default: auto)
                  --help                     show this help
                """)
    }

    @Test func `help fits a screen`() {
        for text in [HelpText.overview] + Command.Name.allCases.map(HelpText.text) {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 24)
            #expect(lines.allSatisfy { $0.count <= 100 })
        }
    }
}
