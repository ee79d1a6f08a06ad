public import AsyncIO

/// A way to one server: connects when a call needs it, keeps the connection for later calls, makes a new one after it was lost.
public actor Channel {
    /// A channel whose connection lives on an event loop. Nothing is connected yet.
    public init(_ configuration: ChannelConfiguration, on loop: EventLoop) {}

    /// Makes a channel for the time of `body` and closes it on every way out.
    public static func withChannel<Result>(
        _ configuration: ChannelConfiguration, on loop: EventLoop, _ body: (Channel) async throws -> Result
    ) async throws -> Result {
        let channel = Channel(configuration, on: loop)
        do {
            let result = try await body(channel)
            await channel.close()
            return result
        } catch {
            await channel.close()
            throw error
        }
    }

    /// Calls a method that answers with one message.
    ///
    /// - Parameters:
    ///   - method: The full path, `/package.Service/Method`.
    ///   - request: The request's one message, without prefix.
    ///   - timeout: The time the whole call may take; nil for no limit.
    /// - Throws: ``RPCError`` for every end but one message and status `OK`; `CancellationError` where the calling task was cancelled.
    public func unary(
        _ method: String, _ request: [UInt8], metadata: Metadata = Metadata(), timeout: Duration? = nil
    ) async throws -> UnaryResponse {
        throw RPCError(code: .unimplemented, message: "the transport is not there yet", mayHaveBeenProcessed: false)
    }

    /// Calls a method that answers with a stream of messages; returns when the server has answered with its headers.
    ///
    /// - Parameters: As of ``unary(_:_:metadata:timeout:)``; `timeout` is for the whole call, its last message included.
    /// - Throws: ``RPCError`` where the call ended before anything of the answer came; `CancellationError` where the calling task was cancelled.
    public func serverStreaming(
        _ method: String, _ request: [UInt8], metadata: Metadata = Metadata(), timeout: Duration? = nil
    ) async throws -> ServerStreamingCall {
        throw RPCError(code: .unimplemented, message: "the transport is not there yet", mayHaveBeenProcessed: false)
    }

    /// Ends what is open with `cancelled` and closes the connection. A later call makes a new one.
    public func close() async {}
}

/// The answer to a unary call that ended with status `OK`.
public struct UnaryResponse: Sendable, Equatable {
    /// The one message, without prefix.
    public var message: [UInt8]
    /// What the server sent before it.
    public var initialMetadata: Metadata
    /// What came with the status.
    public var trailingMetadata: Metadata
}
