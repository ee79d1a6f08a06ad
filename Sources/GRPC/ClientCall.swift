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

    /// Sends the request: all of it, or without a body its headers, which messages follow.
    ///
    /// - Throws: What ``HTTP2Connection/open(_:body:isComplete:until:_:)`` does.
    func start(_ headers: [HeaderField], body: [UInt8]?) async throws {
        stream = try await connection.open(headers, body: body ?? [], isComplete: body != nil, until: deadline) {
            event in
            self.assumeIsolated { $0.receive(event) }
        }
        setTimer()
    }

    /// Waits until the call is so far, or has ended. What came before an error is left for the reader to have first.
    ///
    /// - Throws: ``AttemptError`` where it failed before it was so far; `CancellationError`.
    func waitFor(_ progress: StreamState.Progress) async throws {
        while !state.has(progress), state.terminal == nil { try await wait(for: nextChange()) }
        switch state.terminal {
        case .failed(let error, let isUnprocessed):
            if isUnprocessed || !state.has(progress) { throw AttemptError(error: error, isUnprocessed: isUnprocessed) }
        case .cancelled: throw CancellationError()
        case .finished, nil: break
        }
    }

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
        if state.takeNews() { tellReaders() }
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
