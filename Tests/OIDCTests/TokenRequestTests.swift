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
        (600.0, #", "expires_in": 600"#), (600, ""), (600, #", "expires_in": null"#), (1, #", "expires_in": 1"#),
        (86_400, #", "expires_in": 1e12"#), (86_400, #", "expires_in": 1e308"#), (1.5, #", "expires_in": 1.5"#),
    ])
    func `a token lives as long as is said, a day at most`(_ seconds: Double, _ more: String) throws {
        #expect(try Issuer(token: answer(good, more)).perform().lifetime == .seconds(seconds))
    }

    @Test(arguments: [
        (#""iat": -1e308, "exp": 1e308"#, 86_400.0), (#""iat": "100", "exp": 700"#, 300), (#""exp": 700"#, 300),
        (#""iat": 100"#, 300),
    ])
    func `where no answer says how long a token lives its claims do, or it is kept for five minutes`(
        _ claims: String, _ seconds: Double
    ) throws {
        let token = jwt(#"{"email": "a@b", \#(claims)}"#)
        #expect(try Issuer(token: answer(token, "")).perform().lifetime == .seconds(seconds))
    }

    @Test func `a token whose claims end before they begin is refused`() {
        let token = jwt(#"{"email": "a@b", "iat": 700, "exp": 700}"#)
        let error = #expect(throws: OIDCError.self) { try Issuer(token: answer(token, "")).perform() }
        #expect(error?.message.contains("has expired already") == true)
    }

    @Test func `an opaque token is good, with a note`() throws {
        // Of claims that stand there twice nobody can tell which one the lake takes.
        let twice = jwt(#"{"email": "a@b", "email": "c@d"}"#)
        for text in ["opaque", "a.b.c", jwt("[]"), jwt("{}", header: "{}"), "\(good).x.y", twice] {
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
        (#"{"access_token": "a\u007f", "token_type": "Bearer"}"#, "cannot be sent in a header"),
        (#"{"access_token": "aé", "token_type": "Bearer"}"#, "cannot be sent in a header"),
        (
            #"{"access_token": "\#(String(repeating: "a", count: 12_289))", "token_type": "Bearer"}"#,
            "cannot be sent in a header"
        ),
        (#"{"access_token": "x", "token_type": "Bearer", "expires_in": 0}"#, "has expired already"),
        (#"{"access_token": "x", "token_type": "Bearer", "expires_in": 0.9}"#, "has expired already"),
        (#"{"access_token": "x", "token_type": "Bearer", "expires_in": 1e400}"#, "it is no JSON"),
        (#"{"access_token": "x", "access_token": "y", "token_type": "Bearer"}"#, "it has one field twice"),
        (#"{"access_token": "x", "token_type": "Bearer", "a\u0063cess_token": "y"}"#, "it has one field twice"),
        (#"{"access_token": "x", "token_type": "Bearer", "z": [{"a": 1, "b": {}, "a": 1}]}"#, "it has one field twice"),
        (#"{"access_token": "\#(hidden)", "token_type": "is \#(hidden)"}"#, "of the type is …, not Bearer"),
        (#"{"access_token": "x", "token_type": "Bearer", "expires_in": -5}"#, "has expired already"),
        (#"{"access_token": "x", "token_type": "Bearer", "expires_in": "600"}"#, "“expires_in” has a wrong type"),
        ("[]", "it is no JSON object"), ("", "it is no JSON"), ("{\"a\"", "it is no JSON"),
        ("\n <html>", "it is no JSON but a web page"),
    ])
    func `an answer that is no token is refused by what is wrong with it`(_ text: String, _ words: String) {
        let error = #expect(throws: OIDCError.self) { try Issuer(token: text).perform() }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.description.contains(Self.hidden) == false)
    }

    private static let hidden = "eyJ-hunter2"

    @Test(arguments: [
        #"{"access_token": "x", "token_type": "bEaRer", "z": [{"a": 1}, {"a": 1}], "a": {"a": "\"a\""}, "b": "a", "c": "a"}"#,
        #"{"access_token": "x", "token_type": "Bearer", "y": ["a", "a", {}, "a"], "z": {"x": {"x": [[]]}, "w": "x"}}"#,
    ])
    func `a name that stands in several objects stands in none of them twice`(_ text: String) throws {
        #expect(try Issuer(token: text).perform().text == "x")
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
        (
            #"{"issuer": "https://Login.test/realms/lake", "token_endpoint": "https://login.test/token"}"#,
            "calls itself https://Login.test"
        ),
        (
            #"{"issuer": "https://login.test/realms/lake", "issuer": "https://login.test/realms/lake", "token_endpoint": "https://login.test/token"}"#,
            "it has one field twice"
        ),
        (#"{"token_endpoint": "https://login.test/token"}"#, "“issuer” is missing"),
        (#"{"issuer": "https://login.test/realms/lake"}"#, "“token_endpoint” is missing"),
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
        ("http://login.test/token", "does not begin with https://"), ("/token", "does not begin with https://"),
        ("https://a@b/token", "holds a user"), (#"https://b\\c/"#, "a character that no URL has"),
        (#"https://b/\r\nx"#, "a character that no URL has"), ("https:///token", "names no host"),
        ("https://:1/token", "names no host"), ("https://b/#c", "something after its path"),
    ])
    func `a token endpoint that is no https URL gets no secret`(_ url: String, _ words: String) {
        let issuer = Issuer(.answer(#"{"issuer": "\#(Issuer.name)", "token_endpoint": "\#(url)"}"#))
        let error = #expect(throws: OIDCError.self) { try issuer.perform() }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(issuer.asked.withLock { $0.count } == 1)
    }

    @Test(arguments: [
        "http://login.test", "login.test", "https://", "https://a@b", "https://a/?x", "https://a/#x", "https://a b",
        "https://a\r\nX: y", "https://a\u{0}b", "https://é", "https://a\\b", "https://:1", "file:///etc/passwd",
    ])
    func `an issuer that is no https URL is refused before anything is sent`(_ name: String) {
        let issuer = Issuer()
        let error = #expect(throws: OIDCError.self) { try issuer.perform { $0.issuer = name } }
        #expect(error?.message.contains("write it as https://HOST/PATH") == true)
        #expect(name == "https://" || error?.description.contains(name) == false)
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
        // The cut is where the secret stands: its beginning does not stay behind.
        let cut = text.replacing(long, with: long.dropLast(8))
        let half = #expect(throws: OIDCError.self) { try Issuer(token: cut, status: 401).perform() }
        #expect(half?.cause?.contains("s3") == false && half?.cause?.contains("xxx …") == true)
        let plus = #"{"error": "a", "error_description": "client_secret=a%26+b"}"#
        let third = #expect(throws: OIDCError.self) { try Issuer(token: plus, status: 400).perform("a& b") }
        #expect(third?.cause == "a: client_secret=…")
        let encoded = plus.replacing("+", with: "%20")
        let fourth = #expect(throws: OIDCError.self) { try Issuer(token: encoded, status: 400).perform("a& b") }
        #expect(fourth?.cause == "a: client_secret=…")
    }

    @Test(arguments: [
        ("invalid_client", "check client id and secret"), ("unsupported_grant_type", "the grant client_credentials"),
        ("unauthorized_client", "the grant client_credentials"), ("invalid_scope", "check the scope"),
        ("invalid_target", "check the audience"), ("temporarily_unavailable", "then try again"),
        ("access_denied", "see what it says"),
    ])
    func `a refusal is told with its cure`(_ code: String, _ cure: String) {
        let error = #expect(throws: OIDCError.self) {
            try Issuer(token: #"{"error": "\#(code)"}"#, status: 400).perform()
        }
        #expect(error?.message.contains(cure) == true && error?.cause == code)
    }

    @Test(arguments: [
        (302, "points to another place"), (404, "HTTP status 404"), (500, "HTTP status 500"), (204, "HTTP status 204"),
        (201, "HTTP status 201"), (0, "HTTP status 0"), (304, "points to another place"),
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

    @Test(arguments: [
        ("SSL certificate problem: certificate has expired", "has expired; have whoever runs it renew it"),
        ("SSL certificate problem: certificate is not yet valid", "not valid yet; compare this machine's clock"),
        ("SSL: no alternative certificate subject name matches target host name 'a'", "is for another name"),
        ("SSL certificate problem: unable to get local issuer certificate", "name the certificate of its authority"),
        ("SSL certificate problem: self-signed certificate", "name the certificate of its authority"),
        ("error:0A00010B:SSL routines::wrong version number", "speaks no TLS; check the port"),
        ("error:0A000102:SSL routines::unsupported protocol", "have it offer TLS 1.2 or 1.3"),
        ("OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to a:1", "breaks off where TLS begins"),
        ("something else", "is not to be trusted"),
    ])
    func `why an issuer is not trusted is told with its cure`(_ words: String, _ said: String) {
        let issuer = Issuer(.failure(HTTPSFailure(reason: .untrusted, words: words)))
        let error = #expect(throws: OIDCError.self) { try issuer.perform() }
        #expect(error?.message.contains(said) == true && error?.cause == words)
    }

    @Test func `neither printing nor dumping shows a token, or what is sent and answered`() throws {
        let methods = #", "token_endpoint_auth_methods_supported": ["client_secret_post"]"#
        let issuer = Issuer(methods, token: answer("opaque-1"))
        let token = try issuer.perform("hunter2")
        #expect(shown(token) == "(token) (token) - (token)\n")
        let asked = try #require(issuer.asked.withLock { $0.last })
        #expect(asked.form?.contains("hunter2") == true)
        #expect(shown(asked) == "POST login.test POST login.test - POST login.test\n")
        let got = HTTPSAnswer(status: 200, body: Array("opaque-1".utf8))
        #expect(shown(got) == "HTTP status 200, 8 bytes HTTP status 200, 8 bytes - HTTP status 200, 8 bytes\n")
        #expect(!shown(Redaction(["hunter2"])).contains("104"))
        let state = TokenLifecycle.Action.use(token, renews: false)
        #expect(!shown(state).contains("opaque-1"))
    }

    private func shown(_ value: some Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value) \(String(reflecting: value)) \(dumped)"
    }
}
