/// Why the lakehouse did not do what was asked of it, whoever says so.
public struct MicromegasError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is; further kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The kind in words, such as `invalid query`.
        public let description: String

        /// The function asked for is not there: the caller has no admin right, or the server is too old for it. One
        /// answer serves both (contract §1).
        public static let functionMissing = Code(description: "function missing")
        /// The server cannot read the query: syntax, an unknown table or column, a wrong number of arguments.
        public static let invalidQuery = Code(description: "invalid query")
        /// The query failed while it ran.
        public static let failedWhileRunning = Code(description: "failed while running")
        /// No token, or one the server does not accept.
        public static let unauthenticated = Code(description: "unauthenticated")
        /// The token is good; what was asked for is not its bearer's to do.
        public static let permissionDenied = Code(description: "permission denied")
        /// The server's operator denies this query by a rule. Never to be tried again.
        public static let deniedByRule = Code(description: "denied by rule")
        /// The query needs more memory or space than the server gives it, or its answer more than the client takes.
        public static let resourceExhausted = Code(description: "resource exhausted")
        /// Nothing that speaks Flight answers there, the connection was lost, or a service behind the server is down.
        public static let unavailable = Code(description: "unavailable")
        /// TLS failed: the server did not prove who it is, refuses this client's certificate, or one of the two
        /// speaks TLS and the other does not (this side where OpenSSL cannot be loaded).
        public static let insecure = Code(description: "insecure")
        /// It took longer than allowed.
        public static let deadlineExceeded = Code(description: "deadline exceeded")
        /// What was named does not exist.
        public static let notFound = Code(description: "not found")
        /// The server does not offer the call.
        public static let unimplemented = Code(description: "unimplemented")
        /// The answer is not what the contract says: a missing column, a wrong type, an impossible value.
        public static let unexpectedAnswer = Code(description: "unexpected answer")
        /// The client refused to send it.
        public static let refused = Code(description: "refused")
        /// There is no token to call with: who gives them out refused, or could not be asked. The lake was not.
        public static let noToken = Code(description: "no token")
        /// The client's own settings are wrong: address, headers, token file or files of TLS.
        public static let configuration = Code(description: "configuration")
        /// Anything else.
        public static let other = Code(description: "other")
    }

    /// What kind of failure it is.
    public var code: Code
    /// What went wrong, on one line.
    public var message: String
    /// All that the server wrote, stack traces included, where that is more than ``message``.
    public var detail: String?
    /// What lay beneath: the transport's or the system's words, where there are any.
    public var cause: String?
    /// Whether the server may have acted on the request. While this is true a call that changes something must not
    /// be sent again before a listing has shown what it did.
    public var mayHaveBeenProcessed: Bool

    /// A failure; of a message of several lines the first is shown and all are kept in ``detail``.
    ///
    ///     throw MicromegasError(.notFound, "the lake knows no process \(id)")
    public init(
        _ code: Code, _ message: String, detail: String? = nil, cause: String? = nil, mayHaveBeenProcessed: Bool = false
    ) {
        self.code = code
        let firstLine = message.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        self.message = firstLine
        self.detail = detail ?? (firstLine == message ? nil : message)
        self.cause = cause
        self.mayHaveBeenProcessed = mayHaveBeenProcessed
    }

    /// The message, and in brackets what lay beneath.
    public var description: String { cause.map { "\(message) (\($0))" } ?? message }
}
