internal import AsyncIO

/// A call whose request is a stream of messages; the answer is one too, or one message (``response()``).
///
/// Sending and reading are independent of each other. Several tasks may send: each message goes out whole, in the order
/// ``send(_:)`` was called. One task reads at a time. Dropping the last copy resets the stream.
public struct StreamingCall: Sendable {
    private let call: ClientCall
    /// Resets the stream with the last copy.
    private let answer: ServerStreamingCall

    init(_ call: ClientCall) {
        self.call = call
        answer = ServerStreamingCall(call)
    }

    // MARK: The request

    /// Queues a message, without prefix; waits while more than 1 MiB of the call waits to be sent.
    ///
    ///     try await exchange.send(request)
    ///
    /// - Throws: ``RPCError`` once the call has ended, also while it waits: the call's error; `failedPrecondition` where it
    ///   ended with status `OK` or ``finish()`` was called. `CancellationError` where the calling task was cancelled, which
    ///   resets the stream, and after ``cancel()``.
    public func send(_ message: [UInt8]) async throws { try await call.send(message) }

    /// Says that no more messages follow those that were queued. Does nothing to a call that has ended.
    ///
    ///     try await exchange.finish()
    ///
    /// - Throws: `CancellationError` where the calling task was cancelled, which resets the stream, and after ``cancel()``.
    public func finish() async throws { try await call.finish() }

    // MARK: The answer

    /// Everything that has arrived since the last time, at least one message; empty once the call ended with status `OK`.
    ///
    /// Messages that came before an error are given out before it is thrown, but for `deadlineExceeded`.
    ///
    ///     while case let messages = try await exchange.nextMessages(), !messages.isEmpty { print(messages.count) }
    ///
    /// - Throws: ``RPCError`` for every other end; `CancellationError` where the calling task was cancelled, which resets
    ///   the stream, and after ``cancel()``.
    public func nextMessages() async throws -> [[UInt8]] { try await call.nextMessages() }

    /// Ends the request and waits for an answer of one message.
    ///
    ///     let message = try await exchange.response().message
    ///
    /// - Throws: ``RPCError`` for every end but one message and status `OK`; `CancellationError` as ``nextMessages()``.
    public func response() async throws -> UnaryResponse {
        try await call.finish()
        return try await call.onlyMessage()
    }

    /// What the server sent before its first message, waited for; empty where it sent its status at once.
    ///
    /// - Throws: ``RPCError`` where the call ended before that came; `CancellationError` as ``nextMessages()``.
    public var initialMetadata: Metadata {
        get async throws { try await call.answeredMetadata() }
    }

    /// What came with the status; empty until the call has ended.
    public var trailingMetadata: Metadata {
        get async { await call.trailingMetadata }
    }

    /// Resets the stream; what waits throws `CancellationError`. Does nothing to a call that has ended.
    ///
    ///     await exchange.cancel()
    public func cancel() async { await call.cancel() }
}
