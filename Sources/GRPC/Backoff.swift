/// The pauses between attempts: each about 1.6 times the one before, with chance in it so that clients spread out
/// (`doc/connection-backoff.md` of the gRPC project).
struct Backoff: Sendable {
    /// So many attempts in all.
    static let attempts = 5
    private static let longest = Duration.seconds(5)
    private var next = Duration.milliseconds(50)

    /// The next pause.
    ///
    /// - Parameter chance: 0 to 1: where in the range of ±20 % it lies.
    mutating func pause(chance: Double) -> Duration {
        defer { next = min(next * 1.6, Self.longest) }
        return next * (0.8 + 0.4 * chance)
    }
}
