/// A connection that no address of a host gave.
package struct ConnectError: Error, Sendable, CustomStringConvertible {
    /// Each address that was tried, with what came of it, in the order they ended.
    package var attempts: [(address: SocketAddress, error: any Error)]

    package var description: String {
        attempts.map { "\($0.address): \($0.error)" }.joined(separator: "; ")
    }
}

extension Socket {
    /// The pause before the next address is tried beside those that have not answered (RFC 8305 §5).
    static let attemptDelay = Duration.milliseconds(250)

    /// Connects to the first address that answers: each is begun 250 ms after the one before, or as soon as that failed.
    ///
    /// - Returns: The connection, and to which address it is.
    /// - Throws: ``ConnectError`` when all have failed, ``WaitError`` at the deadline, `CancellationError`.
    package static func connect(
        toAnyOf addresses: [SocketAddress], on loop: EventLoop, until deadline: ContinuousClock.Instant
    ) async throws -> (socket: Socket, address: SocketAddress) {
        try await withThrowingTaskGroup(of: Attempt.self) { group in
            defer { group.cancelAll() }
            var remaining = addresses[...]
            var open = 0
            var failed: [(address: SocketAddress, error: any Error)] = []
            func beginNext() {
                guard let address = remaining.popFirst() else { return }
                open += 1
                group.addTask(executorPreference: loop) {
                    do {
                        return .connected(try await connect(to: address, on: loop, until: deadline), address)
                    } catch {
                        return .failed(address, error)
                    }
                }
                guard !remaining.isEmpty else { return }
                let left = remaining.count
                group.addTask(executorPreference: loop) {
                    try? await loop.sleep(for: attemptDelay)
                    return .paused(left: left)
                }
            }
            beginNext()
            while open > 0, let attempt = try await group.next() {
                switch attempt {
                case .connected(let socket, let address): return (socket, address)
                case .paused(let left): if left == remaining.count { beginNext() }
                case .failed(let address, let error):
                    open -= 1
                    failed.append((address, error))
                    beginNext()
                }
            }
            try Task.checkCancellation()
            if failed.contains(where: { $0.error as? WaitError == .timedOut }) { throw WaitError.timedOut }
            throw ConnectError(attempts: failed)
        }
    }

    private enum Attempt: Sendable {
        case connected(Socket, SocketAddress)
        case failed(SocketAddress, any Error)
        /// The pause after an attempt is over, begun when so many addresses were left.
        case paused(left: Int)
    }
}
