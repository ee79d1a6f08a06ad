internal import HTTP2

/// One call's way from its request to its one end. No socket and no clock: events come in, replies go out.
///
/// Windows: bytes are given back when their messages are taken. While no complete message waits, what the one in assembly
/// takes is given back at once, so that a message longer than the window completes; a reader that does not read holds
/// at most one such message and one window.
struct StreamState: Sendable {
    /// How the call ended.
    enum Terminal: Sendable, Equatable {
        /// Status `OK`.
        case finished
        /// Anything else. A request that is proved unprocessed may be sent again.
        case failed(RPCError, isUnprocessed: Bool)
        /// By the caller.
        case cancelled
    }

    /// What a reader gets.
    enum Taken: Sendable, Equatable {
        /// Messages, and how many bytes the stream's window is to be opened again by.
        case messages([[UInt8]], credit: Int)
        /// Nothing yet.
        case wait
        case ended(Terminal)
    }

    /// How far a call has come.
    enum Progress: Sendable {
        /// The request's headers have left.
        case sent
        /// The server has answered with its headers.
        case headers
        /// A message of the answer is there.
        case message
    }

    /// More interim answers than any server has reason to send.
    private static let interimLimit = 16

    private var framing: MessageFraming
    private var messages: [[UInt8]] = []
    private var uncredited = 0
    private var interimAnswers = 0
    private var isSent = false
    /// Whether the caller has said that no more messages of its own follow.
    private var isFinished = false
    /// What came before the first message; nil until then.
    private(set) var initialMetadata: Metadata?
    private(set) var trailingMetadata = Metadata()
    /// Nil until the call has ended; set once.
    private(set) var terminal: Terminal?
    /// What was known when ``takeNews()`` was last asked.
    private var told = (isSent: false, isAnswered: false)

    init(maximumMessageSize: Int) { framing = MessageFraming(maximumSize: maximumMessageSize) }

    /// Whether the server has answered, or never will.
    var isAnswered: Bool { terminal != nil || initialMetadata != nil }

    func has(_ progress: Progress) -> Bool {
        switch progress {
        case .sent: isSent
        case .headers: initialMetadata != nil
        case .message: !messages.isEmpty
        }
    }

    /// Whether who waits has something to look at that was not there when this was last asked: a message's part is nothing yet.
    mutating func takeNews() -> Bool {
        defer { told = (isSent, isAnswered) }
        return terminal != nil || !messages.isEmpty || told != (isSent, isAnswered)
    }

    /// Why no message can be sent any more; nil while one can.
    var sendError: (any Error)? {
        switch terminal {
        case .failed(let error, _): error
        case .cancelled: CancellationError()
        case .finished: Self.sendError("the server has ended the call and takes no more messages")
        case nil: isFinished ? Self.sendError("no message can follow the request's end") : nil
        }
    }

    private static func sendError(_ message: String) -> RPCError {
        RPCError(code: .failedPrecondition, message: message, mayHaveBeenProcessed: true)
    }

    // MARK: What the server does

    mutating func receive(_ event: StreamEvent) -> StreamReply {
        guard terminal == nil else { return StreamReply() }
        switch event {
        case .requestSent:
            isSent = true
            return StreamReply()
        case .headers(let fields, let endsStream):
            return initialMetadata == nil ? answer(fields, endsStream) : trailers(fields, endsStream)
        case .headersTooLarge(let limit):
            fail(.resourceExhausted, "the server's headers are over the bound of \(limit) bytes")
            return StreamReply()
        case .data(let bytes):
            return data(bytes)
        case .end:
            fail(.unknown, "the server ended the call without a status")
            return StreamReply()
        case .closed(let end):
            closed(end)
            return StreamReply()
        }
    }

    private mutating func answer(_ fields: [HeaderField], _ endsStream: Bool) -> StreamReply {
        switch HeaderMapping.answer(fields, endsStream: endsStream) {
        case .interim:
            interimAnswers += 1
            guard interimAnswers > Self.interimLimit else { return StreamReply() }
            fail(.internal, "the server sends interim answers without end")
            return StreamReply(reset: .enhanceYourCalm)
        case .accepted(let metadata):
            initialMetadata = metadata
            return StreamReply()
        case .ended(let status, let metadata):
            trailingMetadata = metadata
            end(with: status)
            return StreamReply()
        case .refused(let status, let cause, let metadata):
            trailingMetadata = metadata
            fail(status.code, status.message, cause: cause)
            return endsStream ? StreamReply() : StreamReply(reset: .cancel)
        }
    }

    private mutating func trailers(_ fields: [HeaderField], _ endsStream: Bool) -> StreamReply {
        trailingMetadata = HeaderMapping.metadata(fields)
        guard let status = HeaderMapping.status(trailingMetadata) else {
            fail(.unknown, "the server ended the call without a status")
            return endsStream ? StreamReply() : StreamReply(reset: .cancel)
        }
        if status.code == .ok, !framing.isAtBoundary {
            fail(.internal, "the server ended the call within a message")
        } else {
            end(with: status)
        }
        return endsStream ? StreamReply() : StreamReply(reset: .cancel)
    }

    private mutating func data(_ bytes: ArraySlice<UInt8>) -> StreamReply {
        guard initialMetadata != nil else {
            fail(.internal, "the server sent a body before its headers")
            return StreamReply(reset: .protocolError)
        }
        do {
            try framing.receive(bytes, into: &messages)
        } catch {
            fail(error)
            return StreamReply(reset: .cancel)
        }
        uncredited += bytes.count
        guard messages.isEmpty else { return StreamReply() }
        defer { uncredited = 0 }
        return StreamReply(credit: uncredited)
    }

    private mutating func closed(_ end: StreamEnd) {
        switch end {
        case .reset(.noError):
            fail(.unknown, "the server ended the call without a status")
        case .reset(let code):
            fail(HeaderMapping.code(ofReset: code), "the stream was reset", cause: "HTTP/2 error \(code)")
        case .broken(let code, let reason):
            fail(
                .internal, "the server broke HTTP/2's rules in its answer",
                cause: reason.map { "\(code): \($0)" } ?? "\(code)")
        case .refused:
            guard initialMetadata == nil else {
                return fail(.unavailable, "the server refused the request in the middle of its answer")
            }
            fail(.unavailable, "the server did not take the request", sent: false, isUnprocessed: true)
        case .lost(let error, let requestWasSent):
            fail(
                error.kind == .closed ? .cancelled : .unavailable, error.message, cause: error.cause,
                sent: requestWasSent, isUnprocessed: !requestWasSent && error.kind != .closed)
        }
    }

    // MARK: What the caller does

    /// Takes every message that is there.
    mutating func take() -> Taken {
        if case .cancelled = terminal { return .ended(.cancelled) }
        if !messages.isEmpty {
            defer {
                messages = []
                uncredited = 0
            }
            return .messages(messages, credit: uncredited)
        }
        return terminal.map(Taken.ended) ?? .wait
    }

    /// No more messages of the caller's follow.
    mutating func finishRequest() { isFinished = true }

    /// The caller wants no more. Does nothing to a call that has ended.
    mutating func cancel() {
        guard terminal == nil else { return }
        terminal = .cancelled
        drop()
    }

    /// The call's time is over. Does nothing to a call that has ended.
    mutating func deadlinePassed(requestWasSent: Bool) {
        guard terminal == nil else { return }
        fail(.deadlineExceeded, "the call's time was over", sent: requestWasSent)
        drop()
    }

    private mutating func drop() {
        messages = []
        framing = MessageFraming(maximumSize: 0)
    }

    // MARK: The end

    private mutating func end(with status: Status) {
        if status.code == .ok { terminal = .finished } else { fail(status.code, status.message) }
    }

    private mutating func fail(_ error: FramingError) {
        switch error {
        case .tooLarge(let size, let maximum):
            fail(.resourceExhausted, "the server sends a message of \(size) bytes, over the bound of \(maximum)")
        case .compressed:
            fail(.internal, "the server sent a compressed message though none was asked for")
        case .malformed(let flags):
            fail(.internal, "the server's messages are malformed", cause: "a message's flags are \(flags)")
        }
    }

    private mutating func fail(
        _ code: Status.Code, _ message: String, cause: String? = nil, sent: Bool = true, isUnprocessed: Bool = false
    ) {
        let error = RPCError(
            code: code, message: message, cause: cause, mayHaveBeenProcessed: sent,
            trailingMetadata: trailingMetadata, initialMetadata: initialMetadata ?? Metadata())
        terminal = .failed(error, isUnprocessed: isUnprocessed)
    }
}
