/// What a connection may do now and until when: settings, slots, going away, keepalive and floods.
///
/// No socket and no clock: events and times come in, what is to be done goes out.
package struct ConnectionState: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// When a silent peer is asked for a sign of life, and when it counts as gone.
    package struct Keepalive: Sendable, Equatable {
        package var interval: Duration
        package var timeout: Duration

        package init(interval: Duration, timeout: Duration) {
            self.interval = interval
            self.timeout = timeout
        }
    }

    /// What the time that has come asks for.
    package enum TimeAction: Sendable, Equatable {
        /// Nothing; look again at ``nextDeadline``.
        case wait
        /// Ask for a sign of life.
        case ping
        /// The peer gave none.
        case giveUp
    }

    /// More frames a second that bring nothing than any peer has reason to send.
    package static let unproductiveLimit = 10_000

    private enum Phase: Sendable {
        /// The peer's first settings have not come: nothing may be sent yet.
        case greeting
        case open
        /// There are no new streams: the peer takes none, or no id is left for one.
        case draining
    }

    private let keepalive: Keepalive
    private var phase = Phase.greeting
    private var settings = PeerSettings(maximumStreams: 0, maximumHeaderListSize: .max)
    private var lastReceived: Instant
    private var pingSent: Instant?
    private var flood: (began: Instant, count: Int)
    /// Whether the peer goes away since it was pinged too often.
    package private(set) var pingedTooOften = false
    /// How many streams are open.
    package private(set) var openStreams = 0
    /// How many requests wait for a slot.
    private var waitingRequests = 0

    package init(keepalive: Keepalive, now: Instant) {
        self.keepalive = keepalive
        lastReceived = now
        flood = (now, 0)
    }

    // MARK: Streams

    /// Whether the peer's first settings have come.
    package var isReady: Bool { phase != .greeting }

    /// Whether a new stream may be opened, perhaps after waiting for a slot.
    package var takesStreams: Bool { phase != .draining }

    /// How many streams may be opened now.
    package var freeSlots: Int { phase == .open ? max(0, settings.maximumStreams - openStreams) : 0 }

    /// The longest list of headers the peer takes.
    package var maximumHeaderListSize: Int { settings.maximumHeaderListSize }

    /// A stream begins; the keepalive interval begins with the first, or with the first request that waits for a slot.
    package mutating func opened(now: Instant) {
        beginInterval(now)
        openStreams += 1
    }

    package mutating func closed() {
        openStreams -= 1
        if !isBusy { pingSent = nil }
    }

    /// A request begins to wait for a slot. A peer that gives none may be gone.
    package mutating func beganToWait(now: Instant) {
        beginInterval(now)
        waitingRequests += 1
    }

    package mutating func endedWaiting() {
        waitingRequests -= 1
        if !isBusy { pingSent = nil }
    }

    private var isBusy: Bool { openStreams > 0 || waitingRequests > 0 }

    private mutating func beginInterval(_ now: Instant) {
        guard !isBusy else { return }
        lastReceived = max(lastReceived, now)
        pingSent = nil
    }

    // MARK: What the peer sends

    package mutating func received(_ settings: PeerSettings) {
        self.settings = settings
        if phase == .greeting { phase = .open }
    }

    /// The peer goes away. With this code and word gRPC servers mean that pings came too often (gRPC proposal A8,
    /// "Server Enforcement").
    package mutating func receivedGoAway(_ code: ErrorCode = .noError, _ debug: String = "") {
        phase = .draining
        if code == .enhanceYourCalm, debug == "too_many_pings" { pingedTooOften = true }
    }

    /// There is no id for another stream.
    package mutating func ranOut() { phase = .draining }

    /// Any bytes are a sign of life.
    package mutating func receivedBytes(now: Instant) {
        lastReceived = now
        pingSent = nil
    }

    /// Counts frames that bring nothing.
    ///
    /// - Returns: False where there are too many.
    package mutating func received(unproductive count: Int, now: Instant) -> Bool {
        if now - flood.began > .seconds(1) { flood = (now, 0) }
        flood.count += count
        return flood.count <= Self.unproductiveLimit
    }

    // MARK: Time

    /// When ``act(now:)`` is next to be asked; nil while nothing is waited for, neither by a stream nor for one.
    package var nextDeadline: Instant? {
        guard isBusy else { return nil }
        return pingSent.map { $0 + keepalive.timeout } ?? lastReceived + keepalive.interval
    }

    package mutating func act(now: Instant) -> TimeAction {
        guard let deadline = nextDeadline, deadline <= now else { return .wait }
        if pingSent != nil { return .giveUp }
        pingSent = now
        return .ping
    }
}
