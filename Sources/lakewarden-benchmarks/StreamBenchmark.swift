internal import Glibc

/// Reads one catalog by three readers in turn and says how they compare.
struct StreamBenchmark {
    private let options: StreamOptions
    private let package = PackageFolder()

    init(_ options: StreamOptions) { self.options = options }

    func run() throws {
        let server = try ChildProcess([
            package.python, package.file("Tests/Benchmarks/flight_server.py"), String(options.rows),
        ])
        guard let line = server.line(), case let words = line.split(separator: " "), words.count == 3 else {
            throw BenchmarkError("pyarrow's Flight server did not start with \(package.python)")
        }
        let (port, checksum) = (String(words[0]), String(words[2]))
        print("\(options.rows) catalog rows from pyarrow's Flight server, \(options.runs) runs of each reader in turn")
        var runs = StreamRuns()
        for _ in 0..<options.runs {
            let checking = try run([package.program, "read", "checking", port])
            guard checking.rows == options.rows, checking.checksum == checksum else {
                throw BenchmarkError("this client read \(checking), the server sent \(options.rows) \(checksum)")
            }
            runs.checking.append(checking)
            let validating = try run([package.python, package.file("Tests/Benchmarks/flight_reader.py"), port])
            guard validating.rows == options.rows else {
                throw BenchmarkError("pyarrow read \(validating.rows) rows, the server sent \(options.rows)")
            }
            runs.validating.append(validating)
            runs.discarding.append(try run([package.program, "read", "discarding", port]))
        }
        print(runs.report())
        // The server runs until here: a value of a type that is not copied may end after its last use.
        _ = consume server
    }

    private func run(_ arguments: [String]) throws -> StreamRun {
        let start = ContinuousClock.now
        let process = try ChildProcess(arguments)
        let line = process.line()
        let usage = try process.usage()
        let lifetime = (ContinuousClock.now - start) / .seconds(1)
        guard let line, let run = StreamRun(line, usage, lifetime: lifetime) else {
            throw BenchmarkError("\(arguments) printed no result: \(line ?? "")")
        }
        return run
    }
}

/// Where the programs and scripts of a run are.
struct PackageFolder {
    private let folder = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined())

    /// This program itself.
    let program = "/proc/self/exe"

    /// A file of the package by its path in it.
    func file(_ path: String) -> String { folder + "/" + path }

    /// The Python to run.
    var python: String {
        if let named = unsafe getenv("LAKEWARDEN_PYTHON") { return unsafe String(cString: named) }
        let own = file(".venv/bin/python")
        return unsafe access(own, X_OK) == 0 ? own : "python3"
    }
}
