/// What a server says of when a call that it failed may be made again (gRPC proposal A6, "Pushback").
enum Pushback: Sendable, Equatable {
    /// Nothing: this side chooses.
    case absent
    /// After so long.
    case wait(Duration)
    /// Not at all. A value that is no number says so too.
    case never

    /// A longer wait is not believed, and counts as ``never``: who calls is better told.
    static let longestWait = Duration.seconds(60)

    /// Reads `grpc-retry-pushback-ms`: one signed 32-bit number of milliseconds without needless digits.
    init(_ trailers: Metadata) {
        let values = trailers.values("grpc-retry-pushback-ms")
        guard let text = values.first else {
            self = .absent
            return
        }
        guard values.count == 1, let milliseconds = Int32(text), "\(milliseconds)" == text, milliseconds >= 0,
            case let wait = Duration.milliseconds(milliseconds), wait <= Self.longestWait
        else {
            self = .never
            return
        }
        self = .wait(wait)
    }
}
