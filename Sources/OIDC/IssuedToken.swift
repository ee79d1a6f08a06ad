/// A token as its issuer gave it. Neither printing nor dumping shows it.
package struct IssuedToken: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    package let text: String
    /// How long it is good, from when it was asked for.
    package let lifetime: Duration
    /// What is worth a word about it.
    package let note: String?

    init(text: String, lifetime: Duration, note: String? = nil) {
        self.text = text
        self.lifetime = lifetime
        self.note = note
    }

    package var description: String { "(token)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension IssuedToken {
    private struct Answer: Decodable {
        var access_token: String
        var token_type: String
        var expires_in: Double?
    }

    /// The longest a token is kept, whatever its issuer says.
    static let longest = Duration.seconds(86_400)
    /// How long a token is kept whose end nobody tells.
    static let usual = Duration.seconds(300)

    /// Reads the answer of a token endpoint (RFC 6749 §5.1) and checks that the token is of use.
    ///
    /// - Throws: ``OIDCError`` naming what is wrong with it, and the cure.
    package init(_ bytes: [UInt8], of issuer: String) throws(OIDCError) {
        let answer: Answer
        do throws(StrictJSON.Problem) {
            answer = try StrictJSON.decode(Answer.self, bytes)
        } catch {
            throw Self.unfit(issuer, error.words)
        }
        let token = answer.access_token
        guard answer.token_type.lowercased() == "bearer" else {
            // The two may have been mixed up.
            let type = Shown.text(Redaction([token]).redacted(answer.token_type))
            throw Self.unfit(issuer, "its token is of the type \(type), not Bearer")
        }
        guard !token.isEmpty, token.utf8.count <= 12_288, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Self.unfit(issuer, "its access_token cannot be sent in a header")
        }
        let claims = JSONWebToken(token)
        let seconds = answer.expires_in ?? claims.flatMap(\.seconds)
        if let seconds, seconds < 1 { throw Self.unfit(issuer, "its token has expired already (expires_in)") }
        if let claims, claims.email?.isEmpty ?? true {
            throw OIDCError(
                "the access token of the issuer \(issuer) carries no claim “email”, by which a lake of version 0.33 knows "
                    + "its admins; have the issuer put the claim email, with the service account's address, into this "
                    + "client's access tokens")
        }
        let lifetime = seconds.map { Duration.seconds(min($0, Self.longest / .seconds(1))) } ?? Self.usual
        let note =
            claims == nil
            ? "the access token of \(issuer) is opaque: whether it carries the claim “email”, by which a lake of version "
                + "0.33 knows its admins, cannot be seen" : nil
        self.init(text: token, lifetime: lifetime, note: note)
    }

    private static func unfit(_ issuer: String, _ what: String) -> OIDCError {
        OIDCError("the issuer \(issuer) answered a request for a token with what is none: \(what)")
    }
}

extension JSONWebToken {
    /// How long it is good in all.
    fileprivate var seconds: Double? {
        guard let issuedAt, let expiresAt else { return nil }
        return expiresAt - issuedAt
    }
}
