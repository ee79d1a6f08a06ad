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
        var place: Suspension<Void>?
        defer { if let place { leaveQueue(place) } }
        while let wait = try nextSlot(place) {
            place = wait
            state.beganToWait(now: .now)
            setTimer()
            defer { state.endedWaiting() }
            try await wait.wait(until: deadline)
        }
        // From here to the end nothing waits: the slot that was seen free is taken.
        let stream = try submit(headers, body, isComplete)
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

    /// Where to wait for a slot; nil where one is free beside those that others wait for. Our own count: the library would
    /// queue a request over the peer's limit without a word.
    ///
    /// - Parameter place: Where it waited before, should it have: it keeps its place, though the slot is gone again.
    private func nextSlot(_ place: Suspension<Void>?) throws(ConnectionError) -> Suspension<Void>? {
        if let failure { throw failure }
        guard state.takesStreams else { throw Self.goingAway() }
        let ahead = waitingForSlot.firstIndex { $0 === place } ?? waitingForSlot.count
        if ahead < state.freeSlots { return nil }
        let wait = Suspension<Void>(on: loop)
        if ahead < waitingForSlot.count { waitingForSlot[ahead] = wait } else { waitingForSlot.append(wait) }
        return wait
    }

    /// Whoever waits leaves its place itself, when it has its slot or no longer wants one: who comes meanwhile is behind it.
    private func leaveQueue(_ place: Suspension<Void>) {
        waitingForSlot.removeAll { $0 === place }
        grantSlots()
    }

    /// Lets as many go on as there are slots, the first come first.
    func grantSlots() {
        for wait in waitingForSlot.prefix(state.freeSlots) { wait.resume() }
    }

    /// Nobody gets a slot any more.
    func failSlots(with error: ConnectionError) {
        for wait in waitingForSlot { wait.resume(with: .failure(error)) }
        waitingForSlot = []
    }
}
