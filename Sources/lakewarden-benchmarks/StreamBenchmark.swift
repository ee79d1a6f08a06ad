/// Catalog rows in one stream: every value checked, against pyarrow's client doing the same and against the bare transport.
///
/// A further reader sums up every value too: that what was checked is what was sent.
struct StreamBenchmark {
    private let options: Options
    private let package = PackageFolder()

    /// The longer stream shows that memory does not grow with it.
    private static let longer = 4

    init(_ options: Options) { self.options = options }

    func run() throws -> [Verdict] {
        if !options.tls { return try run(serverOptions: [], readerOptions: []) }
        let certificate = try Certificate()
        try certificate.make()
        return try run(serverOptions: [certificate.file, certificate.key], readerOptions: [certificate.file])
    }

    private func run(serverOptions: [String], readerOptions: [String]) throws -> [Verdict] {
        let server = try Server("flight_server.py", [String(options.rows)] + serverOptions)
        let place = [server.port] + readerOptions
        let contest = Contest(
            title: "\(options.rows) catalog rows from pyarrow's Flight server\(options.tls ? " over TLS" : "")",
            runs: options.runs,
            readers: [
                Contender(
                    name: "this client", arguments: package.reader(["validating"] + place), expected: server.count),
                Contender(
                    name: "pyarrow, validate(full)",
                    arguments: package.python("flight_reader.py", ["validate"] + place), expected: server.count),
                Contender(
                    name: "bytes discarded", arguments: package.reader(["discarding"] + place), expected: "",
                    leastBytes: server.bytes),
                Contender(
                    name: "this client, summing", arguments: package.reader(["checking"] + place),
                    expected: server.answer),
            ])
        let standings = try contest.run()
        let name = options.tls ? "stream --tls" : "stream"
        let wall = standings.ratio(to: 1, by: \.wall)
        let ofFloor = standings.ratio(to: 2, by: \.wall)
        let longer = try peakMemory(rows: options.rows * Self.longer, serverOptions, readerOptions)
        let peak = max(standings.peakMemory(0), longer)
        let verdicts = [
            Verdict(
                what: "\(name): wall",
                measured: "\(wall.text(digits: 3)) of pyarrow, \(ofFloor.text(digits: 3)) of the floor",
                aim: options.tls ? "0.75" : "0.60, or 1.15 of the floor",
                isMet: options.tls ? wall <= 0.75 : wall <= 0.6 || ofFloor <= 1.15),
            .memory(name, peak, under: 40),
        ]
        // Decrypting costs both the same.
        if options.tls { return verdicts }
        return verdicts + [.ratio("\(name): CPU", standings.ratio(to: 1, by: \.cpu), of: "pyarrow", atMost: 0.45)]
    }

    /// The peak of one run over more rows, in MiB.
    private func peakMemory(rows: Int, _ serverOptions: [String], _ readerOptions: [String]) throws -> Double {
        let server = try Server("flight_server.py", [String(rows)] + serverOptions)
        let reader = Contender(
            name: "this client", arguments: package.reader(["checking", server.port] + readerOptions),
            expected: server.answer)
        let run = try reader.run()
        print(
            "\(rows) rows".left(25) + "\(run.wall.text(digits: 3)) s".right(9) + "peak".right(27)
                + "\(run.peakMemory.text(digits: 1)) MiB".right(12))
        return run.peakMemory
    }
}
