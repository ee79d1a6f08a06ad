/// The pauses between attempts: each about 1.6 times the one before, with chance in it so that clients spread out
/// (`doc/connection-backoff.md` of the gRPC project).
struct Backoff: Sendable, Equatable {
    private var next: Duration
    private let longest: Duration

    private init(first: Duration, longest: Duration) {
        next = first
        self.longest = longest
    }

    /// Between the attempts of one call.
    static let ofCalls = Backoff(first: .milliseconds(50), longest: .seconds(5))
    /// Between attempts to connect. Shorter than gRPC's: nothing connects here but for a call that waits.
    static let ofConnections = Backoff(first: .milliseconds(200), longest: .seconds(20))

    /// The next pause.
    ///
    /// - Parameter chance: 0 to 1: where in the range of ±20 % it lies.
    mutating func pause(chance: Double) -> Duration {
        defer { next = min(next * 1.6, longest) }
        return next * (0.8 + 0.4 * chance)
    }
}
