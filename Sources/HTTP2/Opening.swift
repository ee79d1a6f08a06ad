internal import AsyncIO

extension HTTP2Connection {
    /// Opens a stream with its request, once there is a slot for it.
    ///
    /// - Parameter isComplete: Whether the body is whole; if not, ``write(_:to:)`` and ``finish(_:)`` follow.
    /// - Throws: ``ConnectionError`` where nothing was sent; ``WaitError`` at the deadline; `CancellationError`.
    package func open(
        _ headers: [HeaderField], body: [UInt8], isComplete: Bool = true, until deadline: ContinuousClock.Instant?,
        _ handler: @escaping StreamHandler
    ) async throws -> StreamID {
        while let wait = try nextSlot() {
            state.beganToWait(now: .now)
            setTimer()
            defer {
                state.endedWaiting()
                waitingForSlot.removeAll { $0 === wait }
            }
            try await wait.wait(until: deadline)
        }
        // From here to the end nothing waits: the slot that was seen free is taken.
        let stream: StreamID
        do {
            stream = try submit(headers, body, isComplete)
        } catch {
            // Or it is for the next who waits.
            grantSlots()
            throw error
        }
        streams[stream] = Stream(handler: handler, isFinished: isComplete)
        state.opened(now: .now)
        if !session.hasStreamIDs {
            state.ranOut()
            drain(because: ConnectionError(.goingAway, "the connection's stream ids are used up"))
        }
        flush()
        setTimer()
        return stream
    }

    private func submit(
        _ headers: [HeaderField], _ body: [UInt8], _ isComplete: Bool
    ) throws(ConnectionError) -> StreamID {
        let size = headers.reduce(0) { $0 + $1.listSize }
        guard size <= state.maximumHeaderListSize else {
            throw ConnectionError(
                .refusedHere,
                "the request's headers take \(size) bytes, the server takes \(state.maximumHeaderListSize)")
        }
        do {
            return try session.submit(headers, body: body, isComplete: isComplete)
        } catch {
            throw ConnectionError(.refusedHere, "the request cannot be sent", cause: error.description)
        }
    }

    // MARK: Slots

    /// Where to wait for a slot; nil where one is free. Our own count: the library would queue a request over the peer's
    /// limit without a word.
    private func nextSlot() throws(ConnectionError) -> Suspension<Void>? {
        if let failure { throw failure }
        guard state.takesStreams else { throw Self.goingAway() }
        if state.freeSlots > 0 { return nil }
        let wait = Suspension<Void>(on: loop)
        waitingForSlot.append(wait)
        return wait
    }

    /// Lets as many go on as there are slots, the first come first.
    func grantSlots() {
        var free = state.freeSlots
        while free > 0, !waitingForSlot.isEmpty {
            // One that was cancelled meanwhile takes none.
            if waitingForSlot.removeFirst().resume() { free -= 1 }
        }
    }

    /// Nobody gets a slot any more.
    func failSlots(with error: ConnectionError) {
        for wait in waitingForSlot { wait.resume(with: .failure(error)) }
        waitingForSlot = []
    }
}
