internal import Glibc

/// A worker that this process started, and ends at the latest when it is dropped.
struct WorkerProcess: ~Copyable {
    private let pid: pid_t
    private var isRunning = true

    /// How a worker ended.
    struct End {
        /// Its status as waitpid(2) gives it.
        let status: CInt
        /// The peak of its resident memory in KiB, as the kernel kept it (`ru_maxrss` of getrusage(2)): also of one that died
        /// at once. It is never below what this process had when it started the worker.
        let peak: Int
    }

    /// Starts this program as a worker that writes its progress to a file.
    init(_ arguments: [String], progress: CInt) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, progress, Progress.descriptor)
        var words = unsafe (["lakewarden-fuzz", "worker"] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var pid = pid_t()
        let result = unsafe posix_spawn(&pid, "/proc/self/exe", &actions, nil, &words, environ)
        guard result == 0 else { throw FuzzError("the worker could not be started: error \(result)") }
        self.pid = pid
    }

    deinit {
        guard isRunning else { return }
        _ = Glibc.kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// Its processor time so far (`utime` and `stime` of proc(5), in hundredths of a second).
    var processorTime: Duration {
        guard let file = unsafe fopen("/proc/\(pid)/stat", "r") else { return .zero }
        defer { unsafe _ = fclose(file) }
        var line = [CChar](repeating: 0, count: 1_024)
        guard unsafe fgets(&line, 1_024, file) != nil else { return .zero }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Behind the name, which stands in parentheses: state, then ten numbers.
        let words = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard words.count > 13, let user = Int64(words[12]), let system = Int64(words[13]) else { return .zero }
        return .milliseconds(10 * (user + system))
    }

    /// How it ended; nil while it runs. To be asked until it has ended, and no more.
    mutating func end() -> End? { ended(WNOHANG) }

    /// Ends it.
    mutating func kill() -> End? {
        _ = Glibc.kill(pid, SIGKILL)
        return ended(0)
    }

    private mutating func ended(_ options: CInt) -> End? {
        var status: CInt = 0
        var usage = rusage()
        guard unsafe wait4(pid, &status, options, &usage) == pid else { return nil }
        // From here on the number may be another process's.
        isRunning = false
        return End(status: status, peak: usage.ru_maxrss)
    }
}
