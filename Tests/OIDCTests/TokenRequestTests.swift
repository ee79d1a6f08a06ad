import AsyncIO
import Foundation
import Testing

@testable import OIDC

/// An issuer as a table of answers: what is asked of it is kept.
private final class Issuer: Sendable {
    static let name = "https://login.test/realms/lake"
    let asked = Lock<[HTTPSRequest]>([])
    private let answers: [Result<HTTPSAnswer, HTTPSFailure>]

    init(_ answers: Result<HTTPSAnswer, HTTPSFailure>...) { self.answers = answers }

    /// One that describes itself and then answers a request for a token.
    convenience init(_ metadata: String = "", token: String, status: Int = 200) {
        self.init(.description(metadata), .answer(token, status: status))
    }

    func perform(_ secret: String = "s3cr&t", _ change: (inout OIDCSettings) -> Void = { _ in }) throws -> IssuedToken {
        var settings = OIDCSettings(issuer: Self.name, clientID: "lake warden")
        change(&settings)
        return try TokenRequest(settings: settings, secret: { secret }) { request in
            let number = self.asked.withLock { asked in
                asked.append(request)
                return asked.count - 1
            }
            guard number < self.answers.count else {
                Issue.record("request \(number + 1) was not expected: \(request.url.text)")
                return .failure(HTTPSFailure(reason: .unreachable, words: "no answer"))
            }
            return self.answers[number]
        }.perform()
    }
}

extension Result<HTTPSAnswer, HTTPSFailure> {
    static func answer(_ text: String, status: Int = 200) -> Self {
        .success(HTTPSAnswer(status: status, body: Array(text.utf8)))
    }

    static func description(_ more: String = "") -> Self {
        .answer(#"{"issuer": "\#(Issuer.name)", "token_endpoint": "https://login.test/token?a=b"\#(more)}"#)
    }
}

/// A JSON Web Token with these claims; nobody looks at its signature.
private func jwt(_ claims: String, header: String = #"{"alg":"RS256"}"#) -> String {
    [header, claims, "signature"].map {
        Data($0.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }.joined(separator: ".")
}

private func answer(_ token: String, _ more: String = #", "expires_in": 600"#) -> String {
    #"{"access_token": "\#(token)", "token_type": "Bearer"\#(more)}"#
}

@Suite struct TokenRequestTests {
    private let good = jwt(#"{"email": "warden@example.com", "iat": 100, "exp": 700}"#)

    @Test func `a token is asked for where the issuer says, with id and secret in a header`() throws {
        let issuer = Issuer(token: answer(good))
        let token = try issuer.perform {
            $0.audience = "lake"
            $0.scope = "openid email"
            $0.authorityFile = "ca.pem"
            $0.timeout = .seconds(3)
        }
        #expect(token == IssuedToken(text: good, lifetime: .seconds(600)))
        let asked = issuer.asked.withLock { $0 }
        #expect(
            asked.map(\.url.text) == [
                Issuer.name + "/.well-known/openid-configuration", "https://login.test/token?a=b",
            ])
        #expect(asked.allSatisfy { $0.authorityFile == "ca.pem" && $0.timeout == .seconds(3) })
        #expect(asked[0].form == nil && asked[0].headers.isEmpty)
        #expect(asked[1].form == "grant_type=client_credentials&scope=openid%20email&audience=lake")
        let basic = Data("lake%20warden:s3cr%26t".utf8).base64EncodedString()
        #expect(
            asked[1].headers == ["Content-Type: application/x-www-form-urlencoded", "Authorization: Basic \(basic)"])
    }

    @Test(arguments: [
        (#"["client_secret_basic", "client_secret_post"]"#, false), (#"["client_secret_post"]"#, true),
        (#"["private_key_jwt", "client_secret_basic"]"#, false),
    ])
    func `the secret goes in the way that the issuer takes`(_ methods: String, _ isPosted: Bool) throws {
        let issuer = Issuer(#", "token_endpoint_auth_methods_supported": \#(methods)"#, token: answer(good))
        _ = try issuer.perform()
        let asked = issuer.asked.withLock { $0[1] }
        #expect(asked.form?.hasSuffix("&client_id=lake%20warden&client_secret=s3cr%26t") == isPosted)
        #expect(asked.headers.contains { $0.hasPrefix("Authorization:") } != isPosted)
    }

    @Test(arguments: [
        (600.0, #", "expires_in": 600"#), (600, ""), (86_400, #", "expires_in": 1e12"#), (1, #", "expires_in": 1"#),
    ])
    func `a token lives as long as is said, a day at most`(_ seconds: Double, _ more: String) throws {
        #expect(try Issuer(token: answer(good, more)).perform().lifetime == .seconds(seconds))
    }

    @Test func `an opaque token is good, with a note`() throws {
        for text in ["opaque", "a.b.c", jwt("[]"), jwt("{}", header: "{}"), "\(good).x.y"] {
            let token = try Issuer(token: answer(text, "")).perform()
            #expect(token.text == text && token.lifetime == .seconds(300))
            #expect(token.note?.contains("is opaque") == true)
        }
    }

    @Test(arguments: ["{}", #"{"email": ""}"#, #"{"email": ["a@b"]}"#, #"{"mail": "a@b", "sub": "x"}"#])
    func `a token without an email claim is refused with the claim's name and the cure`(_ claims: String) {
        let error = #expect(throws: OIDCError.self) { try Issuer(token: answer(jwt(claims))).perform() }
        #expect(error?.message.contains("carries no claim “email”") == true)
        #expect(error?.message.contains("have the issuer put the claim email") == true)
    }

    @Test(arguments: [
        (#"{"token_type": "Bearer"}"#, "“access_token” is missing"),
        (#"{"access_token": "x"}"#, "“token_type” is missing"),
        (#"{"access_token": 5, "token_type": "Bearer"}"#, "“access_token” has a wrong type"),
        (#"{"access_token": "x", "token_type": "mac"}"#, "of the type mac, not Bearer"),
        (#"{"access_token": "", "token_type": "Bearer"}"#, "cannot be sent in a header"),
        (#"{"access_token": "a b", "token_type": "Bearer"}"#, "cannot be sent in a header"),
        (#"{"access_token": "a\r\nb", "token_type": "Bearer"}"#, "cannot be sent in a header"),
        (#"{"access_token": "x", "token_type": "Bearer", "expires_in": 0}"#, "has expired already"),
        (#"{"access_token": "x", "token_type": "Bearer", "expires_in": -5}"#, "has expired already"),
        (#"{"access_token": "x", "token_type": "Bearer", "expires_in": "600"}"#, "“expires_in” has a wrong type"),
        ("[]", "it is no JSON object"), ("", "it is no JSON"), ("<html>", "it is no JSON"), ("{\"a\"", "it is no JSON"),
    ])
    func `an answer that is no token is refused by what is wrong with it`(_ text: String, _ words: String) {
        let error = #expect(throws: OIDCError.self) { try Issuer(token: text).perform() }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        (
            #"{"issuer": "https://login.test/realms/lake/", "token_endpoint": "https://login.test/token"}"#,
            "calls itself"
        ),
        (
            #"{"issuer": "https://evil.test", "token_endpoint": "https://evil.test/token"}"#,
            "calls itself https://evil.test"
        ),
        (#"{"token_endpoint": "https://login.test/token"}"#, "“issuer” is missing"),
        (#"{"issuer": "https://login.test/realms/lake"}"#, "“token_endpoint” is missing"),
        (#"{"issuer": "https://login.test/realms/lake", "token_endpoint": "http://login.test/token"}"#, "https://"),
        (#"{"issuer": "https://login.test/realms/lake", "token_endpoint": "https://a@b/token"}"#, "holds a user"),
        (
            #"{"issuer": "https://login.test/realms/lake", "token_endpoint": "https://b/", "token_endpoint_auth_methods_supported": ["none"]}"#,
            "takes no client secret, only none"
        ),
    ])
    func `a description that is not the issuer's or of no use is refused, and no secret is sent`(
        _ text: String, _ words: String
    ) {
        let issuer = Issuer(.answer(text))
        let error = #expect(throws: OIDCError.self) { try issuer.perform() }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(issuer.asked.withLock { $0.count } == 1)
    }

    @Test(arguments: [
        "http://login.test", "login.test", "https://", "https://a@b", "https://a/?x", "https://a/#x", "https://a b",
    ])
    func `an issuer that is no https URL is refused before anything is sent`(_ name: String) {
        let issuer = Issuer()
        let error = #expect(throws: OIDCError.self) { try issuer.perform { $0.issuer = name } }
        #expect(error?.message.contains("write it as https://HOST/PATH") == true)
        #expect(issuer.asked.withLock { $0.isEmpty })
    }

    @Test func `what the issuer says of a refusal is shown without the secret, in whatever form, and cut`() {
        let basic = Data("lake%20warden:s3cr%26t".utf8).base64EncodedString()
        let long = String(repeating: "x", count: 190)
        let text =
            #"{"error": "invalid_client", "error_description": "\#(long) s3cr&t s3cr%26t \#(basic)\n\u001b[31m"}"#
        let error = #expect(throws: OIDCError.self) { try Issuer(token: text, status: 401).perform() }
        #expect(error?.message.contains("check client id and secret") == true)
        // Cut after the secrets were taken out, not in the middle of one.
        #expect(error?.cause == "invalid_client: \(long.prefix(184))…")
        let short = text.replacing(long, with: "you sent")
        let other = #expect(throws: OIDCError.self) { try Issuer(token: short, status: 401).perform() }
        #expect(other?.cause == "invalid_client: you sent … … …  [31m")
    }

    @Test(arguments: [
        (302, "points to another place"), (404, "HTTP status 404"), (500, "HTTP status 500"), (204, "HTTP status 204"),
    ])
    func `another status is told, and nothing else of the answer`(_ status: Int, _ words: String) {
        for issuer in [Issuer(.answer("s3cr&t", status: status)), Issuer(token: "s3cr&t", status: status)] {
            let error = #expect(throws: OIDCError.self) { try issuer.perform() }
            #expect(error?.message.contains(words) == true && error?.description.contains("s3cr&t") == false)
        }
    }

    @Test(arguments: [
        (HTTPSFailure.Reason.unreachable, "cannot be reached at login.test"),
        (.untrusted, "did not prove at login.test"),
        (.authorityFile, "CA file “ca.pem” cannot be used"), (.timedOut, "did not answer in time at login.test"),
        (.tooLarge, "answers more at login.test than an issuer does"),
        (.missingLibrary, "libcurl, which asks the issuer \(Issuer.name), cannot be loaded; install it"),
    ])
    func `a transfer that fails is told with its cure and libcurl's words`(
        _ reason: HTTPSFailure.Reason, _ words: String
    ) {
        let issuer = Issuer(.failure(HTTPSFailure(reason: reason, words: "the words")))
        let error = #expect(throws: OIDCError.self) { try issuer.perform { $0.authorityFile = "ca.pem" } }
        #expect(error?.message.contains(words) == true && error?.cause == "the words")
    }

    @Test func `neither printing nor dumping a token shows it`() throws {
        let token = try Issuer(token: answer("opaque-1")).perform()
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!"\(token) \(String(reflecting: token)) \(dumped)".contains("opaque-1"))
    }
}
