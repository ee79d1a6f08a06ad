/// Many streams at once on one connection: throughput, and memory that the windows bound even where nobody reads.
struct ConcurrentStreamsBenchmark {
    private let options: Options
    private let package = PackageFolder()
    private static let streams = 64
    /// What may be on the way on one stream, in MiB, and what a program takes that reads nothing.
    private static let window = 4.0
    private static let base = 40.0

    init(_ options: Options) { self.options = options }

    func run() throws -> [Verdict] {
        let server = try Server("answer_server.py", ["blocks"])
        let bytes = (Int(server.words[0]) ?? 0) * Self.streams
        let work = [server.port, String(Self.streams)]
        func contender(_ name: String, _ arguments: [String]) -> Contender {
            Contender(name: name, arguments: arguments, expected: "\(bytes) ")
        }
        let standings = try Contest(
            title: "\(Self.streams) streams of 10 MiB at once, messages of 256 KiB, from answer_server.py",
            runs: options.runs,
            readers: [
                contender("this client", package.reader(["concurrent"] + work)),
                contender("grpcio, asyncio", package.python("grpc_reader.py", ["tasks"] + work)),
                contender("grpcio, threads", package.python("grpc_reader.py", ["threads"] + work)),
            ]
        ).run()
        let late = try contender("", package.reader(["late"] + work)).run()
        print(
            "first read when nothing more comes".left(52) + "peak".right(9)
                + "\(late.peakMemory.text(digits: 1)) MiB".right(12))
        let windows = Double(Self.streams) * Self.window
        return [
            .ratio(
                "concurrent-streams: wall", standings.ratio(to: 1, 2, by: \.wall), of: "grpcio's faster", atMost: 0.5),
            .memory("concurrent-streams", standings.peakMemory(0), under: windows + Self.base, ", the windows and 40"),
            .memory(
                "concurrent-streams, read late", late.peakMemory, under: windows + Self.base, ", the windows and 40"),
        ]
    }
}
