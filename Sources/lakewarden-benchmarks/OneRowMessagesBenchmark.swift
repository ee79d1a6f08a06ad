/// Log rows as a materialization reports them, a message each: what a message costs.
struct OneRowMessagesBenchmark {
    private let options: Options
    private let package = PackageFolder()

    init(_ options: Options) { self.options = options }

    func run() throws -> [Verdict] {
        let server = try Server("answer_server.py", ["log-rows"])
        func pyarrow(_ kind: String) -> [String] { package.python("flight_reader.py", [kind, server.port]) }
        let standings = try Contest(
            title: "\(server.words[0]) log rows, one a message, from answer_server.py",
            runs: options.runs,
            readers: [
                Contender(
                    name: "this client", arguments: package.reader(["validating", server.port]), expected: server.count),
                Contender(name: "pyarrow", arguments: pyarrow("read"), expected: server.count),
                Contender(name: "pyarrow, validate(full)", arguments: pyarrow("validate"), expected: server.count),
                Contender(
                    name: "bytes discarded", arguments: package.reader(["discarding", server.port]), expected: "",
                    leastBytes: server.bytes),
                Contender(
                    name: "this client, summing", arguments: package.reader(["checking", server.port]),
                    expected: server.answer),
            ]
        ).run()
        return [
            .ratio("one-row-messages: wall", standings.ratio(to: 1, by: \.wall), of: "pyarrow", atMost: 0.5),
            .memory("one-row-messages", standings.peakMemory(0), under: 40),
        ]
    }
}
