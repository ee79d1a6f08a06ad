package import AsyncIO

/// One HTTP/2 connection to a server, living on an event loop: the session, the socket and what may be done are its plain state.
///
/// A task reads as long as it is open. Requests are written by whoever brings them, as far as the socket takes them.
package actor HTTP2Connection {
    /// The bounds a connection keeps.
    package struct Limits: Sendable {
        package var maximumHeaderListSize: Int
        package var keepalive: ConnectionState.Keepalive

        package init(maximumHeaderListSize: Int, keepalive: ConnectionState.Keepalive) {
            self.maximumHeaderListSize = maximumHeaderListSize
            self.keepalive = keepalive
        }
    }

    struct Stream {
        var handler: StreamHandler
        /// Where the request's headers end in all that is ever written; nil before the library gave them out.
        var headersEnd: Int?
        /// Parts of the body that wait until less is queued, the first come first.
        var writers: [(bytes: [UInt8], wait: Suspension<Void>)] = []
        /// Whether the body's end follows those parts.
        var isFinished: Bool
    }

    private static let receiveBufferSize = 256 << 10
    /// After so many full buffers others on the loop have their turn, deadlines among them.
    private static let readsPerTurn = 4

    package nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let limits: Limits
    let wire: Wire
    let session: HTTP2Session
    var state: ConnectionState
    private var greeting = PeerGreeting()
    var streams: [StreamID: Stream] = [:]
    private(set) var failure: ConnectionError?
    /// What the peer said when it went away for a reason.
    private var farewell: String?

    // What is being written (``flush()``).
    var output: [UInt8] = []
    var outputStart = 0
    var bytesWritten = 0
    var waitsToWrite = false
    var writeError: (any Error)?
    /// Streams whose headers are among what is being written, in its order.
    var leaving: [StreamID] = []
    /// Streams that have writers that wait.
    var crowded: Set<StreamID> = []

    private var waitingForSettings: Suspension<Void>?
    var waitingForSlot: [Suspension<Void>] = []
    private var timer: (fires: ContinuousClock.Instant, timer: ScheduledTimer)?

    private init(_ socket: Socket, tls: TLSSettings?, limits: Limits, on loop: EventLoop) throws {
        self.loop = loop
        self.limits = limits
        wire = try Wire(socket, tls: tls)
        state = ConnectionState(keepalive: limits.keepalive, now: .now)
        session = try HTTP2Session(maximumHeaderListSize: limits.maximumHeaderListSize)
    }

    /// Talks HTTP/2 over a connected socket; returns when the peer's first settings have come.
    ///
    /// - Parameter tls: What TLS is to ask of the server; nil for plaintext. Only the settings show that the server took
    ///   the client's certificate: under TLS 1.3 its refusal comes after the handshake.
    /// - Throws: ``ConnectionError``, `CancellationError`.
    package static func open(
        _ socket: Socket, tls: TLSSettings?, limits: Limits, on loop: EventLoop, until deadline: ContinuousClock.Instant
    ) async throws -> HTTP2Connection {
        let connection: HTTP2Connection
        do {
            connection = try HTTP2Connection(socket, tls: tls, limits: limits, on: loop)
        } catch let error as SessionError {
            throw ConnectionError(.lost, "HTTP/2 cannot be set up", cause: error.description)
        }
        Task(executorPreference: loop) { await connection.run() }
        try await connection.waitForSettings(until: deadline)
        return connection
    }

    // MARK: For those who call

    /// Whether new streams are worth a try.
    package var takesStreams: Bool { failure == nil && state.takesStreams }

    /// Whether the peer went away since it was pinged too often.
    package var pingedTooOften: Bool { state.pingedTooOften }

    /// Whether it is over.
    package var isClosed: Bool { failure != nil }

    /// Opens a stream's window again by bytes that were taken.
    package func credit(_ stream: StreamID, _ count: Int) {
        guard failure == nil, streams[stream] != nil, count > 0 else { return }
        session.credit(stream, count)
        flush()
    }

    /// Ends a stream; its handler hears no more.
    ///
    /// - Returns: Whether its request had been sent.
    @discardableResult
    package func reset(_ stream: StreamID, _ code: ErrorCode) -> Bool {
        guard let removed = remove(stream) else { return true }
        session.reset(stream, code)
        flush()
        return wasSent(removed)
    }

    /// Closes at once: what is open hears so, and the peer is told where the socket takes it.
    package func close() {
        end(with: ConnectionError(.closed, "the connection was closed"), telling: .noError)
    }

    // MARK: Reading

    private func run() async {
        // Not filled beforehand: of a short answer most of its pages are never touched. Only what was read is looked at.
        var buffer = [UInt8](unsafeUninitializedCapacity: Self.receiveBufferSize) { $1 = $0.count }
        var reads = 0
        do {
            try await wire.open()
            flush()
            while failure == nil {
                switch try wire.read(into: &buffer) {
                case .bytes(let count):
                    try receive(buffer[..<count])
                    reads += 1
                    if reads.isMultiple(of: Self.readsPerTurn) { await loop.turn() }
                case .wait(let direction): try await wire.wait(direction)
                case .end: throw lost(because: nil)
                }
            }
        } catch let error as ConnectionError {
            end(with: error, telling: error.kind == .flooded ? .enhanceYourCalm : .protocolError)
        } catch {
            end(with: lost(because: error), telling: .internalError)
        }
    }

    private func receive(_ bytes: ArraySlice<UInt8>) throws {
        let now = ContinuousClock.now
        try greeting.check(bytes)
        state.receivedBytes(now: now)
        do {
            try handle(session.receive(bytes), now: now)
        } catch let error as SessionError {
            // What came before is heard first, so that the same bytes end the same way however they are cut.
            try handle(session.takeEvents(), now: now)
            throw error.isFlood ? Self.flooded : Self.violation(error.reason)
        }
        flush()
        guard failure == nil else { return }
        // A peer that goes away ends the session too, once its streams are over.
        if session.isOver || (session.hasBrokenOff && state.takesStreams) {
            throw Self.violation(session.accusation ?? session.complaint)
        }
        setTimer()
    }

    private func handle(_ events: [SessionEvent], now: ContinuousClock.Instant) throws {
        var received = 0
        for event in events {
            switch event {
            case .settings(let settings):
                state.received(settings)
                waitingForSettings?.resume()
                grantSlots()
            case .headers(let stream, let fields, let endsStream):
                tell(stream, .headers(fields, endsStream: endsStream))
                if endsStream { finishSending(stream) }
            case .headersTooLarge(let stream):
                tell(stream, .headersTooLarge(limit: limits.maximumHeaderListSize))
                reset(stream, .enhanceYourCalm)
            case .data(let stream, let bytes):
                received += bytes.count
                tell(stream, .data(bytes))
            case .end(let stream):
                tell(stream, .end)
                finishSending(stream)
            case .closed(let stream, let code): closed(stream, code)
            case .notSent(let stream): closed(stream, .refusedStream)
            case .pingAnswered: break
            case .goAway(_, let code, let debug): drain(code, debug)
            case .violation(let code, let reason): throw Self.violation("\(code): \(reason)")
            case .unproductive(let count):
                guard state.received(unproductive: count, now: now) else { throw Self.flooded }
            }
        }
        if received > 0 { session.creditConnection(received) }
    }

    private static let flooded = ConnectionError(
        .flooded, "the peer floods the connection with frames that bring nothing")

    private static func violation(_ cause: String?) -> ConnectionError {
        ConnectionError(.violation, "the peer broke HTTP/2's rules", cause: cause)
    }

    func tell(_ stream: StreamID, _ event: StreamEvent) {
        guard let handler = streams[stream]?.handler else { return }
        let reply = handler(event)
        if reply.credit > 0 { session.credit(stream, reply.credit) }
        if let code = reply.reset, remove(stream) != nil { session.reset(stream, code) }
    }

    func closed(_ stream: StreamID, _ code: ErrorCode) {
        guard let removed = remove(stream) else { return }
        _ = removed.handler(.closed(code == .refusedStream ? .refused : .reset(code)))
    }

    /// The server has answered in full: what is still to be sent is of no use, and the stream would stay open for it.
    private func finishSending(_ stream: StreamID) {
        guard !session.hasSentAll(stream) else { return }
        streams[stream]?.isFinished = true
        failWriters(of: stream)
        session.reset(stream, .noError)
    }

    /// The peer goes away: streams it left out are told by the session.
    private func drain(_ code: ErrorCode, _ debug: String) {
        state.receivedGoAway(code, debug)
        let words = debug.isEmpty ? "\(code)" : "\(code): \(debug)"
        if code != .noError { farewell = words }
        drain(because: Self.goingAway(cause: words))
    }

    /// Streams that are open go on, others go to another connection.
    func drain(because error: ConnectionError) {
        waitingForSettings?.resume(with: .failure(error))
        failSlots(with: error)
        closeIfDrained()
    }

    /// Who comes too late is told the peer's reason, not that this side closed, and goes elsewhere.
    private func closeIfDrained() {
        guard !state.takesStreams, streams.isEmpty else { return }
        end(with: Self.goingAway(cause: farewell), telling: .noError)
    }

    static func goingAway(cause: String? = nil) -> ConnectionError {
        ConnectionError(.goingAway, "the server takes no more requests on this connection", cause: cause)
    }

    // MARK: Waiting

    private func waitForSettings(until deadline: ContinuousClock.Instant) async throws {
        if let failure { throw failure }
        if state.isReady { return }
        let wait = Suspension<Void>(on: loop)
        waitingForSettings = wait
        do {
            try await wait.wait(until: deadline)
        } catch WaitError.timedOut {
            let error = ConnectionError(
                .timedOut, "the peer took the connection but sent nothing of \(wire.isOpen ? "HTTP/2" : "TLS")")
            end(with: error, telling: .settingsTimeout)
            throw error
        } catch {
            close()
            throw error
        }
    }

    // MARK: Time

    /// Sets the timer for the state's next deadline, unless one fires before it anyway.
    func setTimer() {
        guard failure == nil, let deadline = state.nextDeadline else { return }
        if let timer, timer.fires <= deadline { return }
        timer?.timer.cancel()
        let timer = loop.schedule(at: deadline) { [weak self] end in
            guard end == .due else { return }
            self?.assumeIsolated { $0.timerFired() }
        }
        self.timer = (deadline, timer)
    }

    private func timerFired() {
        timer = nil
        guard failure == nil else { return }
        switch state.act(now: .now) {
        case .wait: break
        case .ping:
            session.ping()
            flush()
        case .giveUp:
            let error = ConnectionError(
                .silent, "the server gave no sign of life for \(limits.keepalive.timeout) after a ping")
            return end(with: error, telling: .noError)
        }
        setTimer()
    }

    // MARK: Ends

    func remove(_ stream: StreamID) -> Stream? {
        failWriters(of: stream)
        guard let removed = streams.removeValue(forKey: stream) else { return nil }
        state.closed()
        grantSlots()
        if !state.takesStreams, streams.isEmpty { loop.execute { self.assumeIsolated { $0.closeIfDrained() } } }
        return removed
    }

    func wasSent(_ stream: Stream) -> Bool {
        stream.headersEnd.map { $0 <= bytesWritten } ?? false
    }

    private func lost(because error: (any Error)?) -> ConnectionError {
        if !state.isReady {
            let hint = wire.isPlaintext ? "; if it expects TLS, connect over TLS (grpc+tls://)" : ""
            return ConnectionError(
                .lost, "the peer closed the connection before it said anything of HTTP/2\(hint)",
                cause: error.map { "\($0)" })
        }
        let cause = farewell ?? (error ?? writeError).map { "\($0)" } ?? session.complaint
        return ConnectionError(.lost, "the connection was lost", cause: cause)
    }

    /// Ends everything, once.
    private func end(with error: ConnectionError, telling code: ErrorCode) {
        guard failure == nil else { return }
        session.terminate(code)
        flush()
        failure = error
        timer?.timer.cancel()
        waitingForSettings?.resume(with: .failure(error))
        failSlots(with: error)
        for stream in crowded { failWriters(of: stream) }
        let ended = streams
        streams = [:]
        for stream in ended.values { _ = stream.handler(.closed(.lost(error, requestWasSent: wasSent(stream)))) }
        wire.close()
    }
}
