internal import Glibc

/// A process that this one started and ends at the latest when it is dropped.
///
/// Its standard output is read here; its standard input is a pipe that closes with this process, for those that run until
/// then.
struct ChildProcess: ~Copyable {
    private let pid: pid_t
    private let output: CInt
    private let input: CInt

    /// What a process used: its peak of resident memory, in bytes, and its processor time in seconds.
    struct Usage {
        let peakMemory: Int
        let cpu: Double
    }

    /// Starts a program found on the search path.
    ///
    /// - Parameter silent: Whether what it says of errors is dropped.
    init(_ arguments: [String], silent: Bool = false) throws {
        let (childInput, input) = try Self.pipe()
        let (output, childOutput) = try Self.pipe()
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, childInput, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, childOutput, 1)
        if silent { unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) }
        var pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        var pid = pid_t()
        let result = unsafe posix_spawnp(&pid, arguments[0], &actions, nil, &pointers, environ)
        close(childInput)
        close(childOutput)
        guard result == 0 else {
            close(input)
            close(output)
            throw BenchmarkError("\(arguments[0]) could not be started: \(unsafe String(cString: strerror(result)))")
        }
        self.pid = pid
        self.output = output
        self.input = input
    }

    deinit {
        close(input)
        close(output)
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// The next line of its output, nil where it ended before one.
    func line() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while unsafe read(output, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }

    /// Waits until it ends by itself.
    ///
    /// - Throws: where it failed.
    consuming func usage() throws -> Usage {
        var status: CInt = 0
        var usage = rusage()
        unsafe wait4(pid, &status, 0, &usage)
        close(input)
        close(output)
        discard self
        guard status == 0 else { throw BenchmarkError("a program ended with wait status \(status)") }
        return Usage(peakMemory: usage.ru_maxrss * 1024, cpu: CPUTime.seconds(usage))
    }

    /// The end to read from and the end to write to; neither is left open in other children.
    private static func pipe() throws -> (CInt, CInt) {
        var ends: [CInt] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else { throw BenchmarkError("no pipe could be made") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
