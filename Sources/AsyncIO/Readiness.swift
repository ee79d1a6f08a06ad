internal import CLinux

/// What the loop knows of one descriptor: for each direction whether it is worth a try, and who waits until it is.
///
/// Events are edge-triggered. A flag is taken down *before* the system call that may find nothing, so an event between
/// the two is kept.
final class Readiness: Sendable {
    typealias Direction = Socket.Direction

    private struct Side: Sendable {
        var isReady = true
        /// Mostly one; under TLS a reader may wait for the same direction as a writer.
        var waiters: [Suspension<Void>] = []
    }

    private struct State: Sendable {
        var reading = Side()
        var writing = Side()
        var ended = false

        subscript(direction: Direction) -> Side {
            get { direction == .reading ? reading : writing }
            set { if direction == .reading { reading = newValue } else { writing = newValue } }
        }
    }

    /// Never given to another registration, so that an event cannot reach the wrong one.
    let id: UInt64
    private let loop: EventLoop
    private let state = Lock(State())

    init(id: UInt64, loop: EventLoop) {
        self.id = id
        self.loop = loop
    }

    /// Marks a direction as tried; ``keep(_:)`` undoes it where the try brought something.
    func take(_ direction: Direction) { state.withLock { $0[direction].isReady = false } }

    /// Marks a direction as worth another try.
    func keep(_ direction: Direction) { state.withLock { $0[direction].isReady = true } }

    /// Waits until a direction is worth a try.
    func wait(_ direction: Direction, until deadline: ContinuousClock.Instant?) async throws {
        let waiter = Suspension<Void>(on: loop)
        let isReady = try state.withLock { state in
            if state.ended { throw WaitError.loopStopped }
            if !state[direction].isReady { state[direction].waiters.append(waiter) }
            return state[direction].isReady
        }
        if isReady { return }
        do {
            try await waiter.wait(until: deadline)
        } catch {
            state.withLock { $0[direction].waiters.removeAll { $0 === waiter } }
            throw error
        }
    }

    /// Takes what epoll says. A hang-up or an error is for both directions to find out by trying.
    func record(_ events: UInt32) {
        let both = EPOLLHUP.rawValue | EPOLLERR.rawValue
        let forReading = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | both
        let forWriting = EPOLLOUT.rawValue | both
        let waiters = state.withLock { state -> [Suspension<Void>] in
            var waiters: [Suspension<Void>] = []
            for (direction, mask) in [(Direction.reading, forReading), (.writing, forWriting)] where events & mask != 0
            {
                state[direction].isReady = true
                waiters += state[direction].waiters
                state[direction].waiters = []
            }
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// The loop stops: whoever waits is told, and whoever comes later.
    func end() {
        let waiters = state.withLock { state -> [Suspension<Void>] in
            state.ended = true
            defer { (state.reading.waiters, state.writing.waiters) = ([], []) }
            return state.reading.waiters + state.writing.waiters
        }
        for waiter in waiters { waiter.resume(with: .failure(WaitError.loopStopped)) }
    }
}
