/// A call that was answered: its messages arrive until its status does.
///
/// Dropping it resets the stream.
public final class ServerStreamingCall: Sendable {
    /// What the server sent before its first message.
    public func initialMetadata() async throws -> Metadata {
        throw RPCError(code: .unimplemented, message: "the transport is not there yet", mayHaveBeenProcessed: false)
    }

    /// Everything that has arrived since the last time, at least one message; empty once the call ended with status `OK`.
    ///
    /// One task reads at a time.
    ///
    /// - Throws: ``RPCError`` for every other end; `CancellationError` where the calling task was cancelled, which resets the stream.
    public func nextMessages() async throws -> [[UInt8]] {
        throw RPCError(code: .unimplemented, message: "the transport is not there yet", mayHaveBeenProcessed: false)
    }

    /// What came with the status; empty until the call has ended.
    public var trailingMetadata: Metadata {
        get async { Metadata() }
    }

    /// Resets the stream; a waiting read throws. Does nothing to a call that has ended.
    public func cancel() {}
}
