/// Why the audit log cannot be read or written. Without it nothing irreversible is done.
public struct AuditLogError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; further kinds may be added.
    public struct Code: Sendable, Hashable {
        let name: String

        /// The folder is not fit for an audit log.
        public static let folder = Code(name: "folder")
        /// Another run is at work on the folder.
        public static let busy = Code(name: "busy")
        /// A record is not what was written.
        public static let damaged = Code(name: "damaged")
        /// Reading or writing failed.
        public static let inputOutput = Code(name: "input/output")
        /// An earlier write failed, so nothing more is written.
        public static let stopped = Code(name: "stopped")
        /// OpenSSL, which computes the hashes, cannot be loaded.
        public static let missingLibrary = Code(name: "missing library")
        /// A record is too large.
        public static let tooLarge = Code(name: "too large")
    }

    /// What kind of failure it is.
    public var code: Code
    /// What is wrong, and what to do about it.
    public var message: String
    /// The system's words, where there are any.
    public var cause: String?

    /// A failure.
    public init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, and in brackets the system's words.
    public var description: String { cause.map { "\(message) (\($0))" } ?? message }
}
