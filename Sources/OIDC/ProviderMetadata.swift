/// What an issuer says of itself (OpenID Connect Discovery 1.0 §3), as far as a client with a secret needs it.
package struct ProviderMetadata: Sendable, Equatable {
    var tokenEndpoint: HTTPSURL
    var authentication: Authentication

    /// How a client shows its secret (OpenID Connect Core 1.0 §9).
    enum Authentication: String, Sendable, Equatable {
        case basic = "client_secret_basic"
        case post = "client_secret_post"
    }

    private struct Document: Decodable {
        var issuer: String
        var token_endpoint: String
        var token_endpoint_auth_methods_supported: [String]?
    }

    /// Where an issuer's document lies (Discovery §4): a slash at the issuer's end is not doubled.
    static func url(of issuer: String) throws(HTTPSURL.Problem) -> HTTPSURL {
        _ = try HTTPSURL(issuer, allowsQuery: false)
        let base = issuer.hasSuffix("/") ? issuer.dropLast() : issuer[...]
        return try HTTPSURL(base + "/.well-known/openid-configuration", allowsQuery: false)
    }

    /// Reads and checks the document of an issuer.
    ///
    /// - Throws: ``OIDCError`` naming what is wrong with it.
    package init(_ bytes: [UInt8], of issuer: String) throws(OIDCError) {
        let document: Document
        do throws(StrictJSON.Problem) {
            document = try StrictJSON.decode(Document.self, bytes)
        } catch {
            throw OIDCError(
                "the issuer \(issuer) describes itself in a way that cannot be read: \(error.words); check that it is an "
                    + "OIDC issuer")
        }
        guard document.issuer == issuer else {
            // Exactly equal (§4.3): else one issuer could speak for another.
            throw OIDCError(
                "the issuer \(issuer) calls itself \(Shown.text(document.issuer)); write it exactly so, if that is the "
                    + "one you mean")
        }
        do throws(HTTPSURL.Problem) {
            tokenEndpoint = try HTTPSURL(document.token_endpoint, allowsQuery: true)
        } catch {
            throw OIDCError(
                "the token endpoint of the issuer \(issuer) cannot be used: its URL \(error.reason); ask whoever runs it"
            )
        }
        // Where nothing is said it is basic (§3).
        let offered = document.token_endpoint_auth_methods_supported ?? [Authentication.basic.rawValue]
        if offered.contains(Authentication.basic.rawValue) {
            authentication = .basic
        } else if offered.contains(Authentication.post.rawValue) {
            authentication = .post
        } else {
            let names = Shown.text(offered.joined(separator: ", "))
            throw OIDCError(
                "the issuer \(issuer) takes no client secret, only \(names); use a client that has one")
        }
    }
}
