/// A place where one task waits until it is resumed, its deadline passes, or it is cancelled: whichever is first.
///
/// Every wait of the transport is one of these.
package final class Suspension<Value: Sendable>: Sendable {
    private enum State: Sendable {
        case open
        case waiting(UnsafeContinuation<Value, any Error>)
        case over(Result<Value, any Error>)
    }

    private let state = Lock(State.open)
    private let loop: EventLoop?

    /// - Parameter loop: Whose timers serve the deadline; nil for a wait that has none.
    package init(on loop: EventLoop? = nil) { self.loop = loop }

    /// Ends the wait, also one that has not begun.
    ///
    /// - Returns: False where it was over already, and `result` went nowhere.
    @discardableResult
    package func resume(with result: Result<Value, any Error>) -> Bool {
        let (first, continuation) = state.withLock { state -> (Bool, UnsafeContinuation<Value, any Error>?) in
            switch state {
            case .open:
                state = .over(result)
                return (true, nil)
            case .waiting(let continuation):
                state = .over(result)
                return (true, continuation)
            case .over:
                return (false, nil)
            }
        }
        continuation?.resume(with: result)
        return first
    }

    /// Waits. To be called once.
    ///
    /// - Throws: ``WaitError``, `CancellationError`, or what ``resume(with:)`` was given.
    package func wait(until deadline: ContinuousClock.Instant? = nil) async throws -> Value {
        precondition(deadline == nil || loop != nil, "a wait without a loop cannot have a deadline")
        let timer = deadline.flatMap { deadline in
            loop?.schedule(at: deadline) { end in
                self.resume(with: .failure(end == .due ? WaitError.timedOut : WaitError.loopStopped))
            }
        }
        defer { timer?.cancel() }
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Value, any Error>? in
                    if case .over(let result) = state { return result }
                    state = .waiting(continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            resume(with: .failure(CancellationError()))
        }
    }
}

extension Suspension where Value == Void {
    /// Ends the wait.
    @discardableResult
    package func resume() -> Bool { resume(with: .success(())) }
}
