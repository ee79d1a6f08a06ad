/// Why there is no connection, or no longer one.
package struct ConnectionError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// The name has no address.
        case unresolved
        /// No address answered, or each refused.
        case unreachable
        /// The time to connect, with the peer's first settings, was over.
        case timedOut
        /// What answers does not speak HTTP/2.
        case notHTTP2
        /// The peer closed the connection, or the network did.
        case lost
        /// The peer said GOAWAY, or no stream id is left; new streams go elsewhere.
        case goingAway
        /// A ping had no answer.
        case silent
        /// The peer broke the protocol.
        case violation
        /// The peer sent far more frames that bring nothing than any need.
        case flooded
        /// This side closed it.
        case closed
        /// The request cannot be sent: a header is malformed or the peer takes no list so long.
        case refusedHere
        /// TLS cannot be set up as asked: a file or the server's name is not fit.
        case settings
        /// TLS cannot be spoken: OpenSSL cannot be loaded.
        case missingLibrary
        /// What answers does not speak TLS.
        case notTLS
        /// What answers speaks TLS, and this side does not.
        case needsTLS
        /// The server's certificate does not prove that it is the right one.
        case certificate(CertificateFault)
        /// The server refuses the client's certificate, or that there is none.
        case clientCertificate
        /// TLS's handshake failed for another reason.
        case handshake
    }

    /// What is wrong with a server's certificate.
    package enum CertificateFault: Sendable, Hashable {
        case expired
        case notYetValid
        case selfSigned
        /// It is for another name or address.
        case wrongName
        /// Nobody who is trusted vouches for it; perhaps an intermediate certificate is missing.
        case unknownIssuer
        /// Anything else: a weak key, a wrong purpose, a broken signature.
        case unfit
    }

    package var kind: Kind
    /// For people.
    package var message: String
    /// The system's, the library's or the peer's words.
    package var cause: String?

    package init(_ kind: Kind, _ message: String, cause: String? = nil) {
        self.kind = kind
        self.message = message
        self.cause = cause
    }

    package var description: String { cause.map { "\(message) (\($0))" } ?? message }
}
