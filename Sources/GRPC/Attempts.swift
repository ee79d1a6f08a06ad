/// The attempts at one call: which failures are followed by another attempt, and after which pause. No clock.
struct Attempts: Sendable {
    /// So many attempts at the most, for whatever reasons.
    static let limit = 5

    /// What follows a failed attempt.
    enum Next: Sendable, Equatable {
        case attempt(after: Duration)
        /// The call has failed, with this error.
        case end(RPCError)
    }

    /// How many have begun.
    private(set) var count = 1
    private var retries: Int
    private var backoff = Backoff.ofCalls
    /// Whether the server may have acted on one of those that failed.
    private var mayHaveBeenProcessed = false

    init(_ policy: RetryPolicy) { retries = policy.retries }

    /// Takes the end of an attempt of whose answer no message came.
    ///
    /// - Parameters:
    ///   - chance: 0 to 1, for the pause.
    ///   - left: What is left of the call's time; nil for no limit.
    mutating func failed(_ failure: AttemptError, chance: Double, left: Duration? = nil) -> Next {
        let error = told(failure.error)
        mayHaveBeenProcessed = error.mayHaveBeenProcessed
        guard count < Self.limit else { return .end(error) }
        if !failure.isUnprocessed {
            // What is wrong with the server's security does not pass by itself.
            guard error.code == .unavailable, error.security == nil, retries > 0 else { return .end(error) }
            retries -= 1
        }
        let pause: Duration
        switch Pushback(error.trailingMetadata) {
        case .absent: pause = backoff.pause(chance: chance)
        case .wait(let asked) where left.map { asked < $0 } ?? true:
            pause = asked
            backoff = .ofCalls
        case .wait, .never: return .end(error)
        }
        count += 1
        return .attempt(after: pause)
    }

    /// An error as the whole call's: an earlier attempt may have been processed.
    func told(_ error: RPCError) -> RPCError {
        var error = error
        error.mayHaveBeenProcessed = error.mayHaveBeenProcessed || mayHaveBeenProcessed
        return error
    }
}

/// An attempt that failed before any message of the answer came.
struct AttemptError: Error {
    var error: RPCError
    /// Whether the server is proved not to have acted on it.
    var isUnprocessed: Bool
}
