internal import FoundationEssentials

/// Asks an issuer for a token in the client's own name: what it says of itself, then its token endpoint (RFC 6749 §4.4).
struct TokenRequest: Sendable {
    let settings: OIDCSettings
    /// The client's secret, as it is kept now.
    let secret: @Sendable () throws -> String
    let transfer: @Sendable (HTTPSRequest) -> Result<HTTPSAnswer, HTTPSFailure>

    /// Makes both requests; blocks as `transfer` does.
    ///
    /// - Throws: ``OIDCError``, the secret taken out should the issuer have repeated it.
    func perform() throws(OIDCError) -> IssuedToken {
        let secret: String
        do { secret = try self.secret() } catch { throw OIDCError("\(error)") }
        do throws(OIDCError) {
            let answer = try send(try discovery())
            guard answer.status == 200 else { throw refusal(answer, to: "its description is asked for") }
            let metadata = try ProviderMetadata(answer.body, of: settings.issuer)
            let issued = try send(tokenRequest(metadata, secret))
            guard issued.status == 200 else { throw refusal(issued, to: "a token is asked for") }
            return try IssuedToken(issued.body, of: settings.issuer)
        } catch {
            throw redacted(error, secret)
        }
    }

    private func discovery() throws(OIDCError) -> HTTPSRequest {
        do throws(HTTPSURL.Problem) {
            return bounded(HTTPSRequest(url: try ProviderMetadata.url(of: settings.issuer)))
        } catch {
            throw OIDCError("the issuer's URL \(error.reason); write it as https://HOST/PATH, as the issuer does")
        }
    }

    private func tokenRequest(_ metadata: ProviderMetadata, _ secret: String) -> HTTPSRequest {
        var fields = [("grant_type", "client_credentials")]
        if let scope = settings.scope { fields.append(("scope", scope)) }
        if let audience = settings.audience { fields.append(("audience", audience)) }
        var request = bounded(HTTPSRequest(url: metadata.tokenEndpoint))
        request.headers = ["Content-Type: application/x-www-form-urlencoded"]
        switch metadata.authentication {
        case .basic: request.headers.append("Authorization: Basic \(Self.basic(settings.clientID, secret))")
        case .post: fields += [("client_id", settings.clientID), ("client_secret", secret)]
        }
        request.form = fields.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
        return request
    }

    private func bounded(_ request: HTTPSRequest) -> HTTPSRequest {
        var request = request
        request.authorityFile = settings.authorityFile
        request.connectTimeout = settings.connectTimeout
        request.timeout = settings.timeout
        return request
    }

    private func send(_ request: HTTPSRequest) throws(OIDCError) -> HTTPSAnswer {
        switch transfer(request) {
        case .success(let answer): return answer
        case .failure(let failure): throw OIDCError(failure, of: request, to: settings.issuer)
        }
    }

    private struct ErrorAnswer: Decodable {
        var error: String
        var error_description: String?
    }

    /// What a status other than 200 says, with the issuer's words where they are of RFC 6749 §5.2. No other part of its
    /// answer is shown.
    private func refusal(_ answer: HTTPSAnswer, to asked: String) -> OIDCError {
        let issuer = settings.issuer
        if (300..<400).contains(answer.status) {
            return OIDCError(
                "the issuer \(issuer) points to another place when \(asked) (HTTP status \(answer.status)), which is not "
                    + "followed; write the issuer as it writes itself")
        }
        guard let said = try? StrictJSON.decode(ErrorAnswer.self, answer.body) else {
            let cure =
                answer.status >= 500 ? "see how it fares, then try again" : "check that it is an OIDC issuer"
            return OIDCError("the issuer \(issuer) answers HTTP status \(answer.status) when \(asked); \(cure)")
        }
        let cure =
            switch said.error {
            case "invalid_client": "check client id and secret"
            case "unauthorized_client", "unsupported_grant_type":
                "have the issuer allow this client the grant client_credentials"
            case "invalid_scope": "check the scope"
            case "invalid_target": "check the audience"
            case "server_error", "temporarily_unavailable": "see how it fares, then try again"
            default: "see what it says"
            }
        let words = [said.error, said.error_description].compactMap { $0 }.joined(separator: ": ")
        return OIDCError("the issuer \(issuer) refuses when \(asked); \(cure)", cause: words)
    }

    private func redacted(_ error: OIDCError, _ secret: String) -> OIDCError {
        // In each form in which it was sent or may come back. What is cut afterwards was whole when it was searched.
        let encoded = Self.encoded(secret)
        let redaction = Redaction([
            secret, encoded, encoded.replacing("%20", with: "+"), Self.basic(settings.clientID, secret),
        ])
        return OIDCError(
            redaction.redacted(error.message), cause: error.cause.map { Shown.text(redaction.redacted($0)) })
    }

    /// Id and secret as RFC 6749 §2.3.1 puts them together: each encoded as in a form, then base64.
    static func basic(_ id: String, _ secret: String) -> String {
        Data("\(encoded(id)):\(encoded(secret))".utf8).base64EncodedString()
    }

    /// A text as it stands in a form (`application/x-www-form-urlencoded`).
    static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded +=
                    byte < 16
                    ? "%0" + String(byte, radix: 16, uppercase: true) : "%" + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
