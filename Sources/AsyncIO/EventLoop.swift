internal import CLinux
internal import Glibc
internal import Synchronization

/// One thread that waits for descriptors and deadlines and runs the tasks and actors given to it.
///
/// An actor lives here with `nonisolated var unownedExecutor { loop.asUnownedSerialExecutor() }`; a task with
/// `Task(executorPreference: loop)`. While nothing is to be done the thread sleeps without a wake-up.
///
/// Actors of one loop never run at the same time. Yet every `await`, even of a method of the same actor, may let others
/// run first (it does where the task prefers another executor): what must not be torn apart has no `await` in it.
public final class EventLoop: SerialExecutor, TaskExecutor, Sendable {
    /// What any thread may hand to the loop.
    fileprivate struct Shared: Sendable {
        var work: [Work] = []
        var timers = Timers()
        var registrations: [UInt64: Readiness] = [:]
        var nextRegistration: UInt64 = 0
        /// The thread is about to wait, or waits, in `epoll_wait`: whoever brings something must wake it.
        var sleeps = false
        var phase = Phase.running
        var thread: pthread_t?
    }

    fileprivate enum Work: Sendable {
        case job(UnownedJob)
        case body(@Sendable () -> Void)
    }

    fileprivate enum Phase: Sendable { case running, stopping, stopped }

    private let shared = Lock(Shared())
    private let name: String
    private let epoll: CInt
    private let bell: CInt
    /// The thread's identity, 0 before it runs.
    private let threadID = Atomic<UInt>(0)

    /// Starts the loop's thread.
    ///
    ///     let loop = try EventLoop(name: "lake")
    ///     defer { loop.stop() }
    ///
    /// - Parameter name: What the system shows for the thread; its first 15 bytes are kept.
    /// - Throws: An error that names the system call that failed.
    public init(name: String) throws {
        self.name = name
        epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemError(call: "epoll_create1") }
        bell = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        guard bell >= 0 else {
            let error = SystemError(call: "eventfd")
            close(epoll)
            throw error
        }
        // Edge-triggered, the counter need never be read: each write is an event of its own.
        try control(EPOLL_CTL_ADD, bell, events: EPOLLIN.rawValue | EPOLLET.rawValue, id: Self.bellID)
        try startThread()
    }

    deinit {
        close(bell)
        close(epoll)
    }

    /// Makes a loop for the time of `body`, stops it and joins its thread on every way out.
    ///
    /// What still waits on the loop then is ended with an error. Must not be called from a task that runs on `body`'s loop.
    ///
    ///     try await EventLoop.withLoop(name: "clock") { loop in try await loop.sleep(for: .seconds(1)) }
    public static func withLoop<Result>(
        name: String, _ body: (EventLoop) async throws -> Result
    ) async throws -> Result {
        let loop = try EventLoop(name: name)
        defer { loop.stop() }
        return try await body(loop)
    }

    /// Ends what waits on the loop, lets what then can run come to its end, and joins the thread.
    ///
    /// Must be called once, from another thread. A job that comes later is a programming error and traps.
    ///
    ///     let loop = try EventLoop(name: "lake")
    ///     defer { loop.stop() }
    public func stop() {
        precondition(!isOnLoop, "a loop cannot join its own thread")
        let (thread, wake) = shared.withLock { shared -> (pthread_t?, Bool) in
            if shared.phase == .running { shared.phase = .stopping }
            return (shared.thread.take(), shared.takeSleep())
        }
        if wake { ring() }
        if let thread { pthread_join(thread, nil) }
    }

    /// Whether it has come to its end: what would have to run on it traps.
    public var isStopped: Bool { shared.withLock { $0.phase == .stopped } }

    // MARK: Executor

    /// Runs a job on the loop, after what is queued there. Traps where the loop has stopped: what uses it must end before it.
    ///
    ///     Task(executorPreference: loop) { print("on the loop") }
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let (accepted, wake) = add(.job(job))
        precondition(accepted, "a job was given to an event loop after it had stopped")
        if wake { ring() }
    }

    /// The loop as the executor that actors name.
    ///
    ///     actor Reader {
    ///         private let loop: EventLoop
    ///         nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    ///         init(on loop: EventLoop) { self.loop = loop }
    ///     }
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Traps where the calling thread is not the loop's.
    ///
    ///     loop.checkIsolated()
    public func checkIsolated() { precondition(isOnLoop, "this must run on its event loop") }

    /// Whether the calling thread is the loop's.
    ///
    ///     let isThere = loop.isIsolatingCurrentContext() ?? false
    public func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    /// Whether the calling thread is the loop's.
    package var isOnLoop: Bool { threadID.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Runs `body` on the loop's thread, after what is queued there. Dropped where the loop has stopped.
    package func execute(_ body: @escaping @Sendable () -> Void) {
        if add(.body(body)).wake { ring() }
    }

    // MARK: Time

    /// Waits; throws `CancellationError` where the task is cancelled meanwhile.
    ///
    ///     try await loop.sleep(for: .seconds(1))
    public func sleep(for duration: Duration) async throws {
        do {
            try await Suspension<Void>(on: self).wait(until: .now.advanced(by: duration))
        } catch WaitError.timedOut {
            return
        }
    }

    /// Lets everything that is queued run before going on: what `Task.yield` is, without waking Swift's global pool.
    package func turn() async {
        await withUnsafeContinuation { continuation in execute { continuation.resume() } }
    }

    /// Runs `body` on the loop's thread once the deadline has passed or the loop stops.
    package func schedule(
        at deadline: ContinuousClock.Instant, _ body: @escaping @Sendable (TimerEnd) -> Void
    ) -> ScheduledTimer {
        let (id, wake) = shared.withLock { shared -> (UInt64?, Bool) in
            guard shared.phase == .running else { return (nil, false) }
            let earliest = shared.timers.earliest
            let id = shared.timers.add(at: deadline, body)
            let comesFirst = earliest.map { deadline < $0 } ?? true
            return (id, comesFirst && shared.takeSleep())
        }
        if id == nil { execute { body(.loopStopped) } }
        if wake { ring() }
        return ScheduledTimer(loop: self, id: id ?? 0)
    }

    fileprivate func cancelTimer(_ id: UInt64) {
        // The body is let go outside the lock: what it held may come back here when it ends.
        let body = shared.withLock { $0.timers.cancel(id) }
        withExtendedLifetime(body) {}
    }

    // MARK: Descriptors

    /// Begins to watch a non-blocking descriptor, both ways.
    func register(_ descriptor: CInt) throws(SystemError) -> Readiness {
        let readiness = shared.withLock { shared -> Readiness in
            shared.nextRegistration += 1
            let readiness = Readiness(id: shared.nextRegistration, loop: self)
            if shared.phase == .running { shared.registrations[readiness.id] = readiness } else { readiness.end() }
            return readiness
        }
        do {
            let events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
            try control(EPOLL_CTL_ADD, descriptor, events: events, id: readiness.id)
        } catch {
            _ = shared.withLock { $0.registrations.removeValue(forKey: readiness.id) }
            throw error
        }
        return readiness
    }

    /// Ends the watch; to be called before the descriptor is closed.
    func deregister(_ descriptor: CInt, _ readiness: Readiness) {
        _ = shared.withLock { $0.registrations.removeValue(forKey: readiness.id) }
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
    }

    private static let bellID: UInt64 = 0

    private func control(_ operation: CInt, _ descriptor: CInt, events: UInt32, id: UInt64) throws(SystemError) {
        var event = epoll_event(events: events, data: epoll_data_t(u64: id))
        guard epoll_ctl(epoll, operation, descriptor, &event) == 0 else { throw SystemError(call: "epoll_ctl") }
    }

    // MARK: The thread

    private func startThread() throws(SystemError) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            context.release()
            throw SystemError(call: "pthread_create", number: result)
        }
        shared.withLock { $0.thread = thread }
    }

    private func run() {
        threadID.store(UInt(pthread_self()), ordering: .relaxed)
        linux_set_thread_name(name)
        receiveSignals()
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        let serial = asUnownedSerialExecutor()
        let task = asUnownedTaskExecutor()
        while let turn = nextTurn() {
            for work in turn.work {
                switch work {
                case .job(let job): job.runSynchronously(isolatedTo: serial, taskExecutor: task)
                case .body(let body): body()
                }
            }
            wait(milliseconds: turn.milliseconds, &events)
        }
    }

    /// Lets the thread take the signals of a ``SignalSource``: it may have been started by one of Swift's pool, which block them.
    /// A write to a peer that is gone is an error, not a signal, also where OpenSSL writes.
    private func receiveSignals() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in SignalSource.Signal.allCases { sigaddset(&signals, signal.number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// What is to be run now, and how long to wait for events then (0: only look, -1: without end); nil at the loop's end.
    private func nextTurn() -> (work: [Work], milliseconds: CInt)? {
        let (turn, ended) = shared.withLock { shared -> ((work: [Work], milliseconds: CInt)?, [Readiness]) in
            if shared.phase == .stopping {
                shared.work += shared.timers.takeAll().map { body in .body { body(.loopStopped) } }
            } else if shared.timers.count > 0 {
                shared.work += shared.timers.takeDue(at: .now).map { body in .body { body(.due) } }
            }
            var work: [Work] = []
            swap(&work, &shared.work)
            if shared.phase == .stopping {
                let ended = Array(shared.registrations.values)
                shared.registrations = [:]
                if work.isEmpty && ended.isEmpty {
                    shared.phase = .stopped
                    return (nil, [])
                }
                return ((work, 0), ended)
            }
            if !work.isEmpty { return ((work, 0), []) }
            shared.sleeps = true
            return (([], shared.millisecondsToWait()), [])
        }
        for readiness in ended { readiness.end() }
        return turn
    }

    private func wait(milliseconds: CInt, _ events: inout [epoll_event]) {
        let count = epoll_wait(epoll, &events, CInt(events.count), milliseconds)
        let awake = shared.withLock { shared -> [(Readiness, UInt32)] in
            shared.sleeps = false
            guard count > 0 else { return [] }
            // A registration that is gone is not found: an event that outlived it drops here.
            return events.prefix(Int(count)).compactMap { event in
                shared.registrations[event.data.u64].map { ($0, event.events) }
            }
        }
        for (readiness, events) in awake { readiness.record(events) }
    }

    private func add(_ work: Work) -> (accepted: Bool, wake: Bool) {
        shared.withLock { shared in
            guard shared.phase != .stopped else { return (false, false) }
            shared.work.append(work)
            return (true, shared.takeSleep())
        }
    }

    private func ring() { eventfd_write(bell, 1) }
}

extension EventLoop.Shared {
    /// Whether the thread sleeps and has to be woken; the one who asks is to do it.
    fileprivate mutating func takeSleep() -> Bool {
        defer { sleeps = false }
        return sleeps
    }

    /// Until the earliest deadline, rounded up so that it has passed then.
    fileprivate mutating func millisecondsToWait() -> CInt {
        guard let earliest = timers.earliest else { return -1 }
        let (seconds, attoseconds) = (earliest - .now).components
        if seconds < 0 || attoseconds < 0 { return 0 }
        let milliseconds = min(seconds, 1_000_000) * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return CInt(milliseconds)
    }
}

/// A timer that was set.
package struct ScheduledTimer: Sendable {
    fileprivate let loop: EventLoop
    fileprivate let id: UInt64

    /// Forgets the timer; does nothing where it has fired.
    package func cancel() { loop.cancelTimer(id) }
}
