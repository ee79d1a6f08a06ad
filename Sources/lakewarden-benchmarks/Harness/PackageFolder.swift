internal import Glibc

/// Where the programs and scripts of a benchmark are.
struct PackageFolder {
    private let folder = String(#filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined())

    /// A script of `Tests/Benchmarks`, to be run with arguments.
    func python(_ script: String, _ arguments: [String]) -> [String] {
        [interpreter, "-B", folder + "/Tests/Benchmarks/" + script] + arguments
    }

    /// This program, reading as `Reader` does.
    func reader(_ arguments: [String]) -> [String] { ["/proc/self/exe", "read"] + arguments }

    /// The program lakewarden of the same build.
    func lakewarden() throws -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &path, path.count)
        let own = String(decoding: path.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let beside = own.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/lakewarden"
        guard unsafe access(beside, X_OK) == 0 else {
            throw BenchmarkError("there is no \(beside); build it: swift build -c release --product lakewarden")
        }
        return beside
    }

    private var interpreter: String {
        if let named = unsafe getenv("LAKEWARDEN_PYTHON") { return unsafe String(cString: named) }
        let own = folder + "/.venv/bin/python"
        return unsafe access(own, X_OK) == 0 ? own : "python3"
    }
}

/// A server in Python, ended with this value.
struct Server: ~Copyable {
    private let process: ChildProcess
    let port: String
    /// What else it said of what it serves: a count, a checksum, bytes, more.
    let words: [String]

    init(_ script: String, _ arguments: [String]) throws {
        let process = try ChildProcess(PackageFolder().python(script, arguments))
        let words = process.line()?.split(separator: " ").map(String.init) ?? []
        guard words.count >= 4 else { throw BenchmarkError("\(script) did not start") }
        self.process = process
        port = words[0]
        self.words = Array(words.dropFirst())
    }

    /// The count and the checksum, as a reader of every value prints them.
    var answer: String { "\(words[0]) \(words[1]) " }

    /// How many bytes an answer has, at the least.
    var bytes: Int { Int(words[2]) ?? .max }

    /// The count, as a reader prints it that makes no checksum.
    var count: String { "\(words[0]) 0 " }
}
