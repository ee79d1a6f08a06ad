/// When a token is used, renewed and given up: a state machine without a clock and without requests.
///
/// A token is renewed before it expires, at the first call of its last part; calls go on with it meanwhile. One request is
/// out at a time. After a failure the next is made no sooner than a pause that doubles.
struct TokenLifecycle: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What is to be done for a call that needs a token.
    enum Action: Sendable, Equatable {
        /// The token is good. Where `renews`, a request is to be made beside it.
        case use(IssuedToken, renews: Bool)
        /// There is none: the call waits for the request that is out. Where `asks`, it is to be made.
        case wait(asks: Bool)
        /// The last request failed just now.
        case fail(OIDCError)
    }

    private struct Held: Sendable {
        var token: IssuedToken
        var asked: Instant
        /// From when on it is renewed.
        var renewal: Instant
        /// Until when it is used: a little less than it is good, for the way to the lake.
        var end: Instant
    }

    private struct Failure: Sendable {
        var error: OIDCError
        var pause: Duration
        var end: Instant
    }

    /// A token that the lake refuses so soon after it was issued is not replaced: the next would be refused as well.
    static let soon = Duration.seconds(10)
    /// How long before its end a token is renewed at the earliest.
    static let margin = Duration.seconds(300)
    static let shortestPause = Duration.seconds(1)
    static let longestPause = Duration.seconds(60)

    private var held: Held?
    private var failure: Failure?
    private var requestBegan: Instant?

    /// A call needs a token.
    mutating func asked(at now: Instant) -> Action {
        if let held, now < held.end {
            let renews = now >= held.renewal && requestBegan == nil && mayAsk(now)
            if renews { requestBegan = now }
            return .use(held.token, renews: renews)
        }
        held = nil
        if requestBegan != nil { return .wait(asks: false) }
        if let failure, !mayAsk(now) { return .fail(failure.error) }
        requestBegan = now
        return .wait(asks: true)
    }

    /// The request gave a token.
    mutating func issued(_ token: IssuedToken, at now: Instant) {
        let began = requestBegan ?? now
        let life = token.lifetime
        held = Held(
            token: token, asked: began, renewal: began + max(life * 4 / 5, life - Self.margin),
            end: began + life - min(life / 10, .seconds(10)))
        failure = nil
        requestBegan = nil
    }

    /// The request failed.
    mutating func failed(_ error: OIDCError, at now: Instant) {
        let pause = min(failure.map { $0.pause * 2 } ?? Self.shortestPause, Self.longestPause)
        failure = Failure(error: error, pause: pause, end: now + pause)
        requestBegan = nil
    }

    /// The lake did not accept a token.
    mutating func rejected(_ text: String, at now: Instant) {
        if let held, held.token.text == text, now - held.asked >= Self.soon { self.held = nil }
    }

    /// What is worth a word: that the token in use could not be renewed, or what is to be said of the token itself.
    var note: String? {
        guard let held else { return nil }
        return failure.map { "the token could not be renewed, the old one is still used: \($0.error)" }
            ?? held.token.note
    }

    private func mayAsk(_ now: Instant) -> Bool { failure.map { now >= $0.end } ?? true }
}
