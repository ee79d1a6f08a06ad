/// A call that did not end with status `OK`, whoever says so.
///
/// The server's own words are in ``message``; what this client saw go wrong below them is in ``cause``.
public struct RPCError: Error, Sendable, Equatable {
    /// The gRPC code; for a failure that no server spoke of, the one gRPC gives it (`unavailable` for a lost connection).
    public var code: Status.Code
    /// What went wrong, for people; of a server's status its text, which may hold several lines.
    public var message: String
    /// What lay beneath: the system's or the HTTP/2 library's words, where there are any.
    public var cause: String?
    /// Whether the server may have acted on the request.
    ///
    /// False only where the contrary is proved: the request never left, or the server said it refused it.
    /// A call that changes something must not be sent again while this is true.
    public var mayHaveBeenProcessed: Bool
    /// What came with the status; empty where no status came.
    public var trailingMetadata: Metadata
    /// What came before the first message; empty where nothing came.
    public var initialMetadata: Metadata
    /// What it was of the connection's security that failed; nil where it was something else.
    public var security: Security?

    /// What can fail of a connection's security. None of it passes by itself.
    public enum Security: Sendable, Hashable {
        /// A file or the server's name in the ``TLSConfiguration`` is not fit.
        case settings
        /// The server did not prove who it is, refuses this client, or one of the two speaks TLS and the other does
        /// not: this side does not where OpenSSL cannot be loaded.
        case peer
    }

    /// A failure.
    ///
    ///     throw RPCError(code: .unavailable, message: "nothing listens there", mayHaveBeenProcessed: false)
    public init(
        code: Status.Code, message: String, cause: String? = nil, mayHaveBeenProcessed: Bool,
        trailingMetadata: Metadata = Metadata(), initialMetadata: Metadata = Metadata()
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.mayHaveBeenProcessed = mayHaveBeenProcessed
        self.trailingMetadata = trailingMetadata
        self.initialMetadata = initialMetadata
    }
}

extension RPCError: CustomStringConvertible {
    /// The code, the message, and in brackets what lay beneath.
    public var description: String {
        let words = message.isEmpty ? "\(code)" : "\(code): \(message)"
        return cause.map { "\(words) (\($0))" } ?? words
    }
}
