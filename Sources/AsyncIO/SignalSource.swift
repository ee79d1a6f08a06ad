internal import Glibc
internal import Synchronization

/// The signals that ask a process to end, as values: while one of these lives, they do not end the process.
///
/// One lives at a time in a process.
public final class SignalSource: Sendable {
    /// A signal that asks a process to end.
    public enum Signal: Sendable, Hashable, CaseIterable {
        /// `SIGINT`: Ctrl-C.
        case interrupt
        /// `SIGTERM`: the service manager's.
        case terminate

        var number: CInt { self == .interrupt ? SIGINT : SIGTERM }
    }

    private let arrivals: Socket

    /// Begins to catch the signals.
    ///
    ///     let signals = try SignalSource(on: loop)
    ///
    /// - Throws: An error that names the system call that failed.
    public init(on loop: EventLoop) throws {
        var pair: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0 else {
            throw SystemError(call: "socketpair")
        }
        for descriptor in pair { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(pair[1], F_SETFL, O_NONBLOCK)
        let (free, _) = signalWriter.compareExchange(expected: -1, desired: pair[1], ordering: .sequentiallyConsistent)
        precondition(free, "signals are caught twice in one process")
        do {
            arrivals = try Socket(adopting: pair[0], on: loop)
        } catch {
            close(signalWriter.exchange(-1, ordering: .sequentiallyConsistent))
            throw error
        }
        for signal in Signal.allCases { Self.setAction(signal, writeSignalNumber) }
    }

    deinit {
        for signal in Signal.allCases { Self.setAction(signal, SIG_DFL) }
        close(signalWriter.exchange(-1, ordering: .sequentiallyConsistent))
    }

    /// Waits for the next signal.
    ///
    ///     let signal = try await SignalSource(on: loop).next()
    ///
    /// - Throws: `CancellationError`, or an error where the loop was stopped.
    public func next() async throws -> Signal {
        while true {
            var byte: UInt8 = 0
            if case .bytes = try withUnsafeMutableBytes(of: &byte, { try arrivals.read(into: $0) }),
                let signal = Signal.allCases.first(where: { $0.number == CInt(byte) })
            {
                return signal
            }
            try await arrivals.readable()
        }
    }

    private static func setAction(_ signal: Signal, _ handler: sighandler_t?) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = SA_RESTART
        sigemptyset(&action.sa_mask)
        sigaction(signal.number, &action, nil)
    }
}

/// Where the handler writes, -1 for nowhere.
private let signalWriter = Atomic<CInt>(-1)

/// The handler: only what is safe in one (signal-safety(7)), and `errno` as it was.
private let writeSignalNumber: @convention(c) (CInt) -> Void = { number in
    let saved = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(signalWriter.load(ordering: .relaxed), &byte, 1)
    errno = saved
}
