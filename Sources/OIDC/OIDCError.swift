/// Why an issuer gave no token. It holds no secret.
package struct OIDCError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong and the cure, on one line.
    package var message: String
    /// What lay beneath: libcurl's or the issuer's words, where there are any.
    package var cause: String?

    package init(_ message: String, cause: String? = nil) {
        self.message = message
        self.cause = cause
    }

    /// The message, and in brackets what lay beneath.
    package var description: String { cause.map { "\(message) (\($0))" } ?? message }
}
