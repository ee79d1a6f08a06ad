internal import AsyncIO
internal import Glibc

/// Measures what the project promises, beside the clients that people use today.
@main struct Benchmarks {
    private static let usage = """
        USAGE: lakewarden-benchmarks NAME [--runs N] [--rows N] [--tls]

          stream              1,000,000 catalog rows: this client, pyarrow's, one that discards what it receives
          stream --tls        the same over TLS, with a certificate made for it
          first-row           from starting a program to the first row it prints: lakewarden query, a script of pyarrow
          small-calls         10,000 queries of one row, one after the other on one connection: also grpcio
          one-row-messages    100,000 log rows, one a message
          concurrent-streams  64 streams of 10 MiB at once: grpcio, with threads and with asyncio
          all                 all of them, and a closing table

          --runs N  how often each reads, in turn with the others; medians are printed (default: 7)
          --rows N  how many rows `stream` reads, a multiple of 20,000 (default: 1,000,000)

        Python is $LAKEWARDEN_PYTHON, else .venv/bin/python of the package, else python3; it needs pyarrow, grpcio and
        protobuf. first-row starts the program lakewarden that lies beside this one; stream --tls needs openssl's command.
        """

    static func main() async {
        var arguments = Array(CommandLine.arguments.dropFirst())
        do {
            switch arguments.isEmpty ? "" : arguments.removeFirst() {
            case "read":
                // What a benchmark starts as a process of its own, for its memory and CPU time to be measured apart.
                FreedMemory.keep()
                print(try await Reader(arguments).measure())
            case "--help", "-h", "help": print(usage)
            case let name: try measure(name, try Options(arguments))
            }
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }

    private static func measure(_ name: String, _ options: Options) throws {
        var verdicts: [Verdict] = []
        #if DEBUG
            print("This is a debug build: what it measures is not what is promised.")
        #endif
        switch name {
        case "stream": verdicts = try StreamBenchmark(options).run()
        case "first-row": verdicts = try FirstRowBenchmark(options).run()
        case "small-calls": verdicts = try SmallCallsBenchmark(options).run()
        case "one-row-messages": verdicts = try OneRowMessagesBenchmark(options).run()
        case "concurrent-streams": verdicts = try ConcurrentStreamsBenchmark(options).run()
        case "all":
            for tls in [false, true] {
                var options = options
                options.tls = tls
                verdicts += try StreamBenchmark(options).run()
            }
            verdicts += try FirstRowBenchmark(options).run()
            verdicts += try SmallCallsBenchmark(options).run()
            verdicts += try OneRowMessagesBenchmark(options).run()
            verdicts += try ConcurrentStreamsBenchmark(options).run()
        default: throw BenchmarkError(usage)
        }
        print(Verdict.table(verdicts, runs: options.runs))
    }
}

/// Why nothing was measured.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// How the benchmarks are run.
struct Options {
    var runs = 7
    var rows = 1_000_000
    var tls = false

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            if option == "--tls" {
                tls = true
                continue
            }
            guard option == "--runs" || option == "--rows" else {
                throw BenchmarkError("unknown option \(option); see --help")
            }
            guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else {
                throw BenchmarkError("\(option) needs a number above 0")
            }
            if option == "--runs" { runs = value } else { rows = value }
        }
    }
}
