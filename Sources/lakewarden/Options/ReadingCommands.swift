extension Command {
    /// The commands that only read a lake.
    static let reading: [Command] = [
        Command(
            name: .query, words: "query", brief: "run SQL that only reads, and print its rows",
            summary: "Run SQL, - for that of standard input, on a lake and print its rows as they come",
            operands: Operands(name: "SQL", count: .one),
            examples: [
                Example(line: "lakewarden query 'SELECT * FROM processes' --limit 10", meaning: "a table"),
                Example(
                    line: "lakewarden query 'SELECT * FROM measures' --begin 2026-11-20 --end 2026-11-21",
                    meaning: "of a day"),
                Example(line: "lakewarden query - <report.sql", meaning: "SQL from a file"),
                Example(
                    line: "lakewarden query 'SELECT 1' --format arrow >rows.arrows", meaning: "for Arrow readers"),
            ],
            options: [.readLake, .lakeFile, .begin, .end, .limit, .rowFormat, .color, .help]),
        Command(
            name: .partitions, words: "partitions", brief: "list partitions, of one view set or all",
            summary: "List the partitions that a lake holds", operands: Operands(name: "VIEW", count: .optional),
            examples: [
                Example(line: "lakewarden partitions log_entries", meaning: "those of a view set"),
                Example(line: "lakewarden partitions --format csv", meaning: "all, for a spreadsheet"),
            ],
            options: [.readLake, .lakeFile, .limit, .rowFormat, .color, .help]),
        Command(
            name: .views, words: "views", brief: "list the server's view sets and their schema hashes",
            summary: "List the view sets of a lake's server with the schema hashes that its queries read",
            operands: nil,
            examples: [Example(line: "lakewarden views", meaning: "what can be queried, and how")],
            options: [.readLake, .lakeFile, .rowFormat, .color, .help]),
        Command(
            name: .incompatible, words: "incompatible", brief: "list partitions that no query reads",
            summary: "List partitions whose schema hash is not the server's, grouped: no query reads them",
            operands: Operands(name: "VIEW", count: .optional),
            examples: [
                Example(line: "lakewarden incompatible", meaning: "count and bytes by view, instance and hash"),
                Example(line: "lakewarden incompatible --format json", meaning: "their files too; so does arrow"),
            ],
            options: [.readLake, .lakeFile, .rowFormat, .color, .help]),
        Command(
            name: .describe, words: "describe", brief: "show a view's columns",
            summary: "Show the columns of a view or a table", operands: Operands(name: "VIEW", count: .one),
            examples: [Example(line: "lakewarden describe log_entries", meaning: "name, type, whether it may be null")],
            options: [.readLake, .lakeFile, .rowFormat, .color, .help]),
        Command(
            name: .process, words: "process", brief: "show what is known of a process",
            summary: "Show what a lake knows of the process with an id", operands: Operands(name: "ID", count: .one),
            examples: [
                Example(
                    line: "lakewarden process 550e8400-e29b-41d4-a716-446655440000",
                    meaning: "program, machine, start, properties")
            ],
            options: [.readLake, .lakeFile, .rowFormat, .color, .help]),
    ]
}
