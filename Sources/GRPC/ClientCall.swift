internal import AsyncIO
internal import HTTP2

/// One attempt at a call on one connection: joins the stream's events, the readers and the deadline. Lives on the loop.
actor ClientCall {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let connection: HTTP2Connection
    private let deadline: ContinuousClock.Instant?
    private var state: StreamState
    private var stream: StreamID?
    private var readers: [Suspension<Void>] = []
    private var timer: ScheduledTimer?

    init(on connection: HTTP2Connection, maximumMessageSize: Int, until deadline: ContinuousClock.Instant?) {
        self.loop = connection.loop
        self.connection = connection
        self.deadline = deadline
        state = StreamState(maximumMessageSize: maximumMessageSize)
    }

    /// Sends the request and waits for the server's headers, or for the call's end.
    ///
    /// - Throws: What ``HTTP2Connection/open(_:body:isComplete:until:_:)`` does; `CancellationError`.
    func start(_ headers: [HeaderField], body: [UInt8]) async throws {
        try await open(headers, body: body, isComplete: true)
        while !state.isAnswered { try await wait(for: nextChange()) }
    }

    /// Sends a request's headers and waits until they have left, or for the call's end. Messages follow.
    ///
    /// - Throws: As of ``start(_:body:)``.
    func begin(_ headers: [HeaderField]) async throws {
        try await open(headers, body: [], isComplete: false)
        while !state.isSent, state.terminal == nil { try await wait(for: nextChange()) }
    }

    private func open(_ headers: [HeaderField], body: [UInt8], isComplete: Bool) async throws {
        stream = try await connection.open(headers, body: body, isComplete: isComplete, until: deadline) { event in
            self.assumeIsolated { $0.receive(event) }
        }
        setTimer()
    }

    /// How the call ended; nil while it has not.
    var terminal: StreamState.Terminal? { state.terminal }

    /// Whether the server accepted the call: its headers came, and not a status in their place.
    var hasHeaders: Bool { state.initialMetadata != nil }

    var initialMetadata: Metadata { state.initialMetadata ?? Metadata() }

    var trailingMetadata: Metadata { state.trailingMetadata }

    func nextMessages() async throws -> [[UInt8]] {
        if Task.isCancelled { cancel() }
        while true {
            switch state.take() {
            case .messages(let messages, let credit):
                giveBack(credit)
                return messages
            case .ended(.finished): return []
            case .ended(.failed(let error, _)): throw error
            case .ended(.cancelled): throw CancellationError()
            case .wait: try await wait(for: nextChange())
            }
        }
    }

    /// What the server sent before its first message, waited for; nothing where it sent its status at once.
    func answeredMetadata() async throws -> Metadata {
        while !state.isAnswered { try await wait(for: nextChange()) }
        switch state.terminal {
        case .failed(let error, _) where state.initialMetadata == nil: throw error
        case .cancelled: throw CancellationError()
        default: return initialMetadata
        }
    }

    /// Queues a message of the request, at once or when there is room.
    func send(_ message: [UInt8]) async throws {
        if Task.isCancelled { cancel() }
        if let error = state.sendError { throw error }
        guard let stream else { return }
        do {
            try await connection.write(MessageFraming.framed(message), to: stream)
        } catch is StreamOver {
            throw state.sendError ?? CancellationError()
        } catch {
            cancel()
            throw error
        }
    }

    /// Ends the request.
    func finish() throws {
        if Task.isCancelled { cancel() }
        if case .cancelled = state.terminal { throw CancellationError() }
        state.finishRequest()
        if let stream { connection.assumeIsolated { $0.finish(stream) } }
    }

    func cancel() {
        guard state.terminal == nil else { return }
        state.cancel()
        if let stream { connection.assumeIsolated { _ = $0.reset(stream, .cancel) } }
        tellReaders()
    }

    private func giveBack(_ credit: Int) {
        if let stream { connection.assumeIsolated { $0.credit(stream, credit) } }
    }

    private func receive(_ event: StreamEvent) -> StreamReply {
        let reply = state.receive(event)
        if state.hasNews || state.isAnswered || state.isSent { tellReaders() }
        return reply
    }

    /// Where the next change will be told. Made in the same breath as the look at the state that found nothing: any
    /// `await` between the two, even of a method of this actor, could let the change pass unseen.
    private func nextChange() -> Suspension<Void> {
        let change = Suspension<Void>(on: loop)
        readers.append(change)
        return change
    }

    /// Waits for a change; a cancelled task cancels the call.
    private func wait(for change: Suspension<Void>) async throws {
        do {
            try await change.wait()
        } catch {
            cancel()
            throw error
        }
    }

    private func tellReaders() {
        if state.terminal != nil { timer?.cancel() }
        guard !readers.isEmpty else { return }
        for reader in readers { reader.resume() }
        readers = []
    }

    private func setTimer() {
        guard let deadline, state.terminal == nil else { return }
        timer = loop.schedule(at: deadline) { [weak self] end in
            guard end == .due else { return }
            self?.assumeIsolated { $0.deadlinePassed() }
        }
    }

    private func deadlinePassed() {
        guard state.terminal == nil, let stream else { return }
        let wasSent = connection.assumeIsolated { $0.reset(stream, .cancel) }
        state.deadlinePassed(requestWasSent: wasSent)
        tellReaders()
    }
}
