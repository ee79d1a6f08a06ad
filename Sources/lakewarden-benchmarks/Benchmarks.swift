internal import AsyncIO
internal import Glibc

/// Measures what the project promises: `lakewarden-benchmarks stream`.
@main struct Benchmarks {
    private static let usage = """
        USAGE: lakewarden-benchmarks stream [--runs N] [--rows N]

          stream    reads catalog rows from pyarrow's Flight server, by this client, by pyarrow's, and by one
                    that discards what it receives

          --runs N  how often each reads; medians are printed (default: 7)
          --rows N  how many rows, a multiple of 20,000 (default: 1,000,000)

        Python is $LAKEWARDEN_PYTHON, else .venv/bin/python of the package, else python3; it needs pyarrow and protobuf.
        """

    static func main() async {
        var arguments = Array(CommandLine.arguments.dropFirst())
        do {
            switch arguments.isEmpty ? "" : arguments.removeFirst() {
            case "stream":
                let options = try StreamOptions(arguments)
                try StreamBenchmark(options).run()
            case "read":
                // What `stream` starts as a process of its own, for its memory and CPU time to be measured apart.
                guard arguments.count == 2, let reader = Reader(rawValue: arguments[0]), let port = Int(arguments[1])
                else { throw BenchmarkError(usage) }
                FreedMemory.keep()
                print(try await reader.measure(port: port))
            case "--help", "-h", "help": print(usage)
            default: throw BenchmarkError(usage)
            }
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }
}

/// Why nothing was measured.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The options of `stream`.
struct StreamOptions {
    var runs = 7
    var rows = 1_000_000

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else {
                throw BenchmarkError("\(option) needs a number above 0")
            }
            switch option {
            case "--runs": runs = value
            case "--rows": rows = value
            default: throw BenchmarkError("unknown option \(option); see --help")
            }
        }
    }
}
