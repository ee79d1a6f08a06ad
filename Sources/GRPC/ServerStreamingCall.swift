internal import AsyncIO

/// A call that was answered: its messages arrive until its status does.
///
/// Dropping it resets the stream.
public final class ServerStreamingCall: Sendable {
    private let call: ClientCall

    init(_ call: ClientCall) { self.call = call }

    deinit { cancel() }

    /// What the server sent before its first message; empty where it sent its status at once.
    ///
    ///     let date = try await answer.initialMetadata()["date"]
    public func initialMetadata() async throws -> Metadata { await call.initialMetadata }

    /// Everything that has arrived since the last time, at least one message; empty once the call ended with status `OK`.
    ///
    /// Messages that came before an error are given out before it is thrown, but for `deadlineExceeded`. One task reads at a time.
    ///
    ///     while case let messages = try await answer.nextMessages(), !messages.isEmpty { print(messages.count) }
    ///
    /// - Throws: ``RPCError`` for every other end; `CancellationError` where the calling task was cancelled, which resets
    ///   the stream, and after ``cancel()``.
    public func nextMessages() async throws -> [[UInt8]] { try await call.nextMessages() }

    /// What came with the status; empty until the call has ended.
    public var trailingMetadata: Metadata {
        get async { await call.trailingMetadata }
    }

    /// Resets the stream; a waiting read throws. Does nothing to a call that has ended.
    ///
    ///     answer.cancel()
    public func cancel() {
        let call = call
        call.loop.execute { call.assumeIsolated { $0.cancel() } }
    }
}
