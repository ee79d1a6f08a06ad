internal import HTTP2

/// A server's side of a connection played from bytes, without a socket, an event loop or a clock: what a connection and its
/// calls make of each event, in the same order. For trying the states against what no server should send.
///
/// It stands beside the calls' state, of which it sees more than any other target has use for. What it makes of an event
/// is what `HTTP2Connection` makes of it (`receive`, `handle`, `handleWritten`), which is an actor's business there, and
/// woven into waits and writes; each changes with the other.
package struct AnswerReplay {
    /// How the connection goes on.
    package enum Outlook: Sendable, Equatable {
        case open
        /// The session or the connection's state wants no more of this peer.
        case over(String)
    }

    /// Every message that a call got, in order of their coming.
    package private(set) var messages: [[UInt8]] = []
    /// How many calls have ended, whichever way.
    package private(set) var endedCalls = 0
    /// How many of them ended with status `OK`.
    package private(set) var goodCalls = 0
    private let session: HTTP2Session
    private let limit: Int
    private var connection: ConnectionState
    private var greeting = PeerGreeting()
    private var calls: [StreamID: StreamState] = [:]
    private let epoch = ContinuousClock.Instant.now

    /// A connection on which so many calls have been made, on streams 1, 3, 5, …
    package init(calls count: Int, maximumMessageSize: Int, maximumHeaderListSize: Int) throws {
        session = try HTTP2Session(maximumHeaderListSize: maximumHeaderListSize)
        limit = maximumHeaderListSize
        let keepalive = ConnectionState.Keepalive(interval: .seconds(300), timeout: .seconds(20))
        connection = ConnectionState(keepalive: keepalive, now: epoch)
        let configuration = ChannelConfiguration(host: "localhost", port: 50_051)
        let headers = HeaderMapping.request("/service/method", configuration, Metadata(), timeout: nil)
        for _ in 0..<count {
            let stream = try session.submit(headers, body: MessageFraming.framed([0x0A, 0x01, 0x78]))
            calls[stream] = StreamState(maximumMessageSize: maximumMessageSize)
            connection.opened(now: epoch)
        }
        try send()
    }

    /// Takes the next bytes that the server sent.
    package mutating func receive(_ bytes: ArraySlice<UInt8>) -> Outlook {
        do {
            try greeting.check(bytes)
            connection.receivedBytes(now: epoch)
            do {
                for event in try session.receive(bytes) { try take(event) }
            } catch let error as SessionError {
                // What came before is heard first.
                for event in session.takeEvents() { try take(event) }
                throw error
            }
            try send()
            let isOver = session.isOver || (session.hasBrokenOff && connection.takesStreams)
            return isOver ? .over(session.accusation ?? session.complaint ?? "the session is over") : .open
        } catch {
            return .over("\(error)")
        }
    }

    /// Reads what every call has got, as a caller does from time to time.
    package mutating func readAll() {
        for stream in calls.keys.sorted() { read(stream) }
    }

    /// The server is gone: every call hears so, and each has exactly one end.
    package mutating func close() {
        let lost = ConnectionError(.lost, "the connection was lost")
        for stream in calls.keys.sorted() {
            _ = calls[stream]?.receive(.closed(.lost(lost, requestWasSent: true)))
            end(stream)
        }
    }

    private mutating func take(_ event: SessionEvent) throws {
        switch event {
        case .settings(let settings): connection.received(settings)
        case .headers(let stream, let fields, let endsStream):
            tell(stream, .headers(fields, endsStream: endsStream))
            if endsStream { finishSending(stream) }
        case .headersTooLarge(let stream):
            tell(stream, .headersTooLarge(limit: limit))
            session.reset(stream, .enhanceYourCalm)
        case .data(let stream, let bytes):
            session.creditConnection(bytes.count)
            tell(stream, .data(bytes))
        case .end(let stream):
            tell(stream, .end)
            finishSending(stream)
        case .closed(let stream, let code):
            tell(stream, .closed(code == .refusedStream ? .refused : .reset(code)))
            end(stream)
        case .notSent(let stream):
            tell(stream, .closed(.refused))
            end(stream)
        case .pingAnswered: break
        case .goAway(_, let code, let debug): connection.receivedGoAway(code, debug)
        case .violation(_, let reason):
            throw ConnectionError(.violation, "the peer broke HTTP/2's rules", cause: reason)
        case .unproductive(let count):
            guard connection.received(unproductive: count, now: epoch) else {
                throw ConnectionError(.flooded, "the peer floods the connection with frames that bring nothing")
            }
        }
    }

    private mutating func tell(_ stream: StreamID, _ event: StreamEvent) {
        guard let reply = calls[stream]?.receive(event) else { return }
        if reply.credit > 0 { session.credit(stream, reply.credit) }
        if let code = reply.reset {
            session.reset(stream, code)
            end(stream)
        }
    }

    private mutating func read(_ stream: StreamID) {
        guard case .messages(let taken, let credit)? = calls[stream]?.take() else { return }
        messages += taken
        if credit > 0 { session.credit(stream, credit) }
    }

    /// A call's stream is over: what it got is read, and then how it ended.
    private mutating func end(_ stream: StreamID) {
        guard calls[stream] != nil else { return }
        read(stream)
        guard case .ended(let terminal)? = calls[stream]?.take() else {
            preconditionFailure("a call whose stream is over has not ended")
        }
        if terminal == .finished { goodCalls += 1 }
        calls[stream] = nil
        connection.closed()
        endedCalls += 1
    }

    private func finishSending(_ stream: StreamID) {
        if !session.hasSentAll(stream) { session.reset(stream, .noError) }
    }

    /// Everything leaves at once; streams may end by it.
    private mutating func send() throws {
        var output: [UInt8] = []
        var leaving: [StreamID] = []
        repeat {
            output.removeAll(keepingCapacity: true)
            try session.takeOutput(into: &output, upTo: 64 << 10) { stream, _ in leaving.append(stream) }
        } while !output.isEmpty
        for stream in leaving { tell(stream, .requestSent) }
        for event in session.takeEvents() {
            switch event {
            case .closed(let stream, let code) where code != .noError && code != .refusedStream:
                tell(stream, .closed(.broken(code, reason: code == .protocolError ? session.complaint : nil)))
                end(stream)
            default: try take(event)
            }
        }
    }
}
