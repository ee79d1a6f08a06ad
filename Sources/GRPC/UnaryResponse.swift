/// The one message of a call that ended with status `OK`.
public struct UnaryResponse: Sendable, Equatable {
    /// The message, without prefix.
    public var message: [UInt8]
    /// What the server sent before it.
    public var initialMetadata: Metadata
    /// What came with the status.
    public var trailingMetadata: Metadata
}

extension ClientCall {
    /// The answer of a method that answers with one message.
    ///
    /// - Throws: ``RPCError`` for every end but one message and status `OK`; `CancellationError`.
    func onlyMessage() async throws -> UnaryResponse {
        var messages: [[UInt8]] = []
        while case let more = try await nextMessages(), !more.isEmpty {
            messages += more
            if messages.count > 1 {
                cancel()
                throw RPCError(
                    code: .internal, message: "the server answered with more than one message",
                    mayHaveBeenProcessed: true, initialMetadata: initialMetadata)
            }
        }
        guard let message = messages.first else {
            throw RPCError(
                code: .internal, message: "the server ended the call without its message", mayHaveBeenProcessed: true,
                trailingMetadata: trailingMetadata, initialMetadata: initialMetadata)
        }
        return UnaryResponse(
            message: message, initialMetadata: initialMetadata, trailingMetadata: trailingMetadata)
    }
}
