/// From starting a program to the first row that it prints: what someone waits who asks for one row.
///
/// Timed from before the process is started to its line with the row having been read from a pipe: loading the program
/// (or Python with pyarrow.flight), connecting, the call, decoding, and writing the row. The server answers at once.
struct FirstRowBenchmark {
    private let options: Options
    private let package = PackageFolder()

    init(_ options: Options) { self.options = options }

    func run() throws -> [Verdict] {
        let server = try Server("flight_server.py", ["1"])
        let value = server.words[3]
        let query = ["query", "SELECT * FROM list_partitions() LIMIT 1", "--format", "csv"]
        let standings = try Contest(
            title: "Process start to the first row of LIMIT 1 from pyarrow's Flight server",
            runs: options.runs,
            readers: [
                // The first line holds the columns' names.
                Contender(
                    name: "lakewarden query",
                    arguments: [try package.lakewarden()] + query + ["--lake", "grpc://127.0.0.1:\(server.port)"],
                    clock: .untilLine(2), expected: value),
                Contender(
                    name: "script of pyarrow", arguments: package.python("first_row.py", [server.port]),
                    clock: .untilLine(1), expected: value),
            ]
        ).run()
        return [.ratio("first-row: wall", standings.ratio(to: 1, by: \.wall), of: "pyarrow", atMost: 0.1)]
    }
}
