/// Queries of one row, one after the other on one connection: what a call costs.
struct SmallCallsBenchmark {
    private let options: Options
    private let package = PackageFolder()
    private static let calls = "10000"

    init(_ options: Options) { self.options = options }

    func run() throws -> [Verdict] {
        let server = try Server("answer_server.py", ["small-query"])
        let work = ["calls", server.port, Self.calls]
        let standings = try Contest(
            title: "\(Self.calls) queries of one row, one after the other, from answer_server.py",
            runs: options.runs,
            readers: [
                Contender(name: "this client", arguments: package.reader(work), expected: "\(Self.calls) "),
                Contender(
                    name: "pyarrow", arguments: package.python("flight_reader.py", work), expected: "\(Self.calls) "),
                Contender(
                    name: "grpcio, undecoded", arguments: package.python("grpc_reader.py", work),
                    expected: "\(Self.calls) "),
            ]
        ).run()
        return [
            .ratio("small-calls: wall", standings.ratio(to: 1, by: \.wall), of: "pyarrow", atMost: 0.65),
            .ratio("small-calls: wall", standings.ratio(to: 2, by: \.wall), of: "grpcio", atMost: 0.65),
        ]
    }
}
