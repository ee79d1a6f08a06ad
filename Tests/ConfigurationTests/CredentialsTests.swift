import Foundation
import PartitionLifecycle
import Testing

@testable import Configuration

/// `lake.credentials` and `lake.headers`.
@Suite struct CredentialsTests {
    /// The shortest file with these lines in its `lake`.
    private static func file(_ lines: String) -> String {
        shortest.replacing("grpc://127.0.0.1:50051", with: "grpc://localhost:1\n  \(lines)")
    }

    private static let oidc = "issuer: https://login.example.com/realms/lake, client_id: warden"

    private func lake(_ lines: String) throws -> LakeSettings { try read(Self.file(lines)).policies.lake }

    @Test func `each kind of credentials is read`() throws {
        #expect(try lake("credentials: { token_file: t }").credentials == .token(.file("t")))
        #expect(try lake("credentials: { token_env: LAKE_TOKEN }").credentials == .token(.environment("LAKE_TOKEN")))
        #expect(try lake("credentials: {}").credentials == .none)
        var client = LakeSettings.OIDCClient(
            issuer: "https://login.example.com/realms/lake", clientID: "warden", clientSecret: .environment("SECRET"))
        #expect(
            try lake("credentials: { oidc: { \(Self.oidc), client_secret_env: SECRET } }").credentials == .oidc(client))
        client.clientSecret = .file("/s")
        client.audience = "lake"
        client.scope = "openid email"
        client.authorityFile = "/ca.pem"
        let all = "client_secret_file: /s, audience: lake, scope: openid email, ca_file: /ca.pem"
        #expect(try lake("credentials: { oidc: { \(Self.oidc), \(all) } }").credentials == .oidc(client))
    }

    @Test func `headers are read in the file's order`() throws {
        let lines = "headers: { X-Tenant-ID: { value: acme inc }, x-api-key: { file: k }, x-gate: { env: GATE } }"
        #expect(
            try lake(lines).headers == [
                .init("X-Tenant-ID", .text("acme inc")), .init("x-api-key", .secret(.file("k"))),
                .init("x-gate", .secret(.environment("GATE"))),
            ])
        #expect(try lake("headers: {}").headers.isEmpty)
        // Without credentials a program may have an authorization of another kind.
        #expect(try lake("headers: { authorization: { file: k } }").headers.map(\.name) == ["authorization"])
    }

    @Test func `files are looked for beside the policy file`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "p.yaml").path
        let keys = "client_secret_file: s, ca_file: /ca.pem"
        let text = Self.file(
            "credentials: { oidc: { \(Self.oidc), \(keys) } }\n  headers: { x-a: { file: a }, x-b: { env: B } }")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let lake = try PolicyFile(path: path).policies.lake
        guard case .oidc(let client) = lake.credentials else {
            Issue.record("\(lake.credentials)")
            return
        }
        #expect(client.clientSecret == .file("\(folder.path)/s") && client.authorityFile == "/ca.pem")
        #expect(lake.headers.map(\.value) == [.secret(.file("\(folder.path)/a")), .secret(.environment("B"))])
    }

    @Test(arguments: [
        ("127.0.0.1:1", "credentials: { token_file: t }", false), ("[::1]:1", "credentials: { token_file: t }", false),
        ("LocalHost:1", "headers: { x-a: { file: a } }", false), ("h:1", "headers: { x-a: { value: a } }", false),
        ("h:1", "credentials: {}", false), ("h:1", "credentials: { token_file: t }", true),
        ("h:1", "credentials: { oidc: { \(oidc), client_secret_env: SECRET } }", true),
        ("h:1", "headers: { x-a: { env: A } }", true), ("128.0.0.1:1", "headers: { x-a: { file: a } }", true),
        ("localhost.example.com:1", "headers: { x-a: { file: a } }", true),
    ])
    func `secrets that would travel in the open are worth a warning`(_ host: String, _ lines: String, _ warned: Bool)
        throws
    {
        let plain = Self.file(lines).replacing("localhost:1", with: host)
        let what = lines.hasPrefix("h") ? "the secrets of lake.headers" : "the tokens of lake.credentials"
        #expect(
            try read(plain).warnings.map(\.description)
                == (warned
                    ? [
                        "lake.yaml:3:8: warning: lake.uri is without TLS: \(what) travel in the open; write "
                            + "grpc+tls://HOST:PORT, unless the way is safe in itself"
                    ] : []))
        #expect(try read(plain.replacing("grpc://", with: "grpc+tls://")).warnings.isEmpty)
    }

    @Test(arguments: [
        "login.example.com", "ftp://h", "https://", "https://:1", "https:///x", "https://a b", "https://é",
        "https://a/?b",
        "https://a/#b", "https://a@b", "https://a\\b",
    ])
    func `an issuer that is no https URL is refused where it stands`(_ issuer: String) {
        let lines = "credentials: { oidc: { issuer: '\(issuer)', client_id: a, client_secret_file: b } }"
        let said = diagnostics(Array(Self.file(lines).utf8))
        #expect(said.count == 1 && said.first?.contains("lake.credentials.oidc.issuer is no issuer's URL") == true)
    }

    @Test(arguments: [
        ("credentials: { token_env: \(String(repeating: "A", count: 101)) }", "is no name of an environment variable"),
        ("headers: { grpc-timeout: { file: a } }", "the client sets it itself"),
        ("headers: { te: { file: a } }", "the client sets it itself"),
        ("headers: { x-a-bin: { file: a } }", "is for bytes; write another name"),
        ("headers: { x-a: { value: é } }", "has a character that no header has"),
        ("headers: { x-a: { value: \"a\\tb\" } }", "has a character that no header has"),
        ("tls: { ca_file: '-----BEGIN CERTIFICATE-----' }", "holds PEM text"),
    ])
    func `what would not travel, or is no name of a file, is refused`(_ lines: String, _ words: String) {
        let said = diagnostics(Array(Self.file(lines).replacing("grpc://", with: "grpc+tls://").utf8))
        #expect(said.count == 1 && said.first?.contains(words) == true, "\(said)")
    }

    @Test func `a user in the lake's address is refused and not shown`() {
        let said = diagnostics(Array(shortest.replacing("grpc://127", with: "grpc://me:hunter2@127").utf8))
        #expect(said.count == 1 && said.first?.contains("lake.uri holds a user or a password") == true, "\(said)")
        #expect(said.first?.contains("hunter2") == false)
    }

    @Test func `where credentials stand is known for messages`() throws {
        #expect(try lake("headers: {}\n  credentials:\n    token_file: t").credentialsPlace == "lake.yaml:6")
        #expect(try lake("credentials: {}").credentialsPlace == nil)
    }

    @Test(arguments: ["authorization", "Proxy-Authorization", "Cookie", "X-API-Key", "x-gate-token", "client_secret"])
    func `a header that is secret by its name has no open value`(_ name: String) throws {
        let text = Self.file("headers: { \(name): { value: hunter2 } }")
        let said = diagnostics(Array(text.utf8))
        #expect(said.count == 1 && said.first?.contains(".value holds a secret; write it to a file of its own") == true)
        #expect(try lake("headers: { \(name): { file: k } }").headers.map(\.name) == [name])
    }

    @Test(arguments: [
        Refusal(
            "two kinds", file("credentials: { token_file: a, token_env: B }"),
            "f:4:44: error: lake.credentials has token_file and token_env; keep one of them"),
        Refusal(
            "a mistyped key", file("credentials: { oidcc: {} }"),
            "f:4:18: error: unknown key \"oidcc\" in lake.credentials; did you mean \"oidc\"?"),
        Refusal(
            "nothing of a client", file("credentials: { oidc: {} }"),
            "f:4:24: error: lake.credentials.oidc has no issuer; add issuer: https://HOST/PATH",
            "f:4:24: error: lake.credentials.oidc has no client_id; add client_id: lakewarden",
            "f:4:24: error: lake.credentials.oidc has no client_secret_file; add client_secret_file: PATH"),
        Refusal(
            "two secrets", file("credentials: { oidc: { \(oidc), client_secret_file: a, client_secret_env: B } }"),
            "f:4:134: error: lake.credentials.oidc has client_secret_file and client_secret_env; keep one of them"),
        Refusal(
            "a secret without its place", file("credentials: { oidc: { \(oidc), client_secret: a } }"),
            "f:4:24: error: lake.credentials.oidc has no client_secret_file; add client_secret_file: PATH",
            "f:4:92: error: unknown key \"client_secret\" in lake.credentials.oidc; did you mean \"client_secret_env\"?"
        ),
        Refusal(
            "an issuer over http",
            file("credentials: { oidc: { issuer: http://a, client_id: a, client_secret_file: b } }"),
            "f:4:34: error: lake.credentials.oidc.issuer is http, over which the client's secret would travel in the open; "
                + "write it as https://login.example.com/realms/lake, exactly as the issuer calls itself"),
        Refusal(
            "a variable that is none", file("credentials: { token_env: LAKE-TOKEN }"),
            "f:4:29: error: lake.credentials.token_env is no name of an environment variable; write the variable's name, "
                + "such as LAKE_TOKEN"),
        Refusal(
            "headers that are a list", file("headers: [x-a]"),
            "f:4:12: error: lake.headers is a list; write a mapping of names, such as x-tenant-id: { value: acme }"),
        Refusal(
            "a header that is text", file("headers: { x-a: acme }"),
            "f:4:19: error: lake.headers.x-a is text; write a mapping with the keys file, env, value"),
        Refusal(
            "a header that says nothing", file("headers: { x-a: {} }"),
            "f:4:19: error: lake.headers.x-a says nothing; add file: PATH, env: NAME, or value: TEXT"),
        Refusal(
            "a header that says two things", file("headers: { x-a: { value: a, env: B } }"),
            "f:4:28: error: lake.headers.x-a has env and value; keep one of them"),
        Refusal(
            "a mistyped key of a header", file("headers: { x-a: { valeu: a } }"),
            "f:4:19: error: lake.headers.x-a says nothing; add file: PATH, env: NAME, or value: TEXT",
            "f:4:21: error: unknown key \"valeu\" in lake.headers.x-a; did you mean \"value\"?"),
        Refusal(
            "a header twice", file("headers: { x-a: { value: a }, X-A: { value: b } }"),
            "f:4:33: error: X-A stands in lake.headers twice, first on line 4; keep one of them"),
        Refusal(
            "a header of the client's own", file("headers: { Limit: { value: a } }"),
            "f:4:14: error: header \"Limit\" in lake.headers is refused: the client sets it itself; remove it"),
        Refusal(
            "a header beside the credentials",
            file("headers: { authorization: { file: a } }\n  credentials: { token_file: t }"),
            "f:4:14: error: header \"authorization\" in lake.headers is refused: lake.credentials are sent in it; keep one "
                + "of them"),
        Refusal(
            "a header that is no name", file("headers: { 'x a': { value: a } }"),
            "f:4:14: error: header \"x a\" in lake.headers is refused: a header's name is made of letters, digits, - _ "
                + "and ."),
        Refusal(
            "a value that no header has", file("headers: { x-a: { value: 'a ' } }"),
            "f:4:28: error: lake.headers.x-a.value has a character that no header has, or a space at its end; write "
                + "printable ASCII"),
    ])
    func `what cannot be used is told with place and cure`(_ row: Refusal) {
        #expect(diagnostics(Array(row.text.utf8)) == row.said)
    }

    @Test(arguments: [
        "credentials: { token_env: eyJhunter2 }", "credentials: { token_env: 'hunter2 x' }",
        "credentials: { oidc: hunter2 }", "credentials: { oidc: { \(oidc), client_secret: hunter2 } }",
        "credentials: { oidc: { \(oidc), client_secret_env: 2hunter2 } }",
        "credentials: { oidc: { \(oidc), client_secret_file: \"x\\nhunter2\" } }",
        "credentials: { oidc: { issuer: 'https://admin:hunter2@h', client_id: a, client_secret_file: b } }",
        "headers: hunter2", "headers: { x-api-key: hunter2 }", "headers: { x-api-key: [hunter2] }",
        "headers: { authorization: { value: 'Basic hunter2' } }", "headers: { x-a: { value: 'Bearer hunter2' } }",
        "headers: { x-a: { value: 'bAsic hunter2' } }", "headers: { x-a: { file: 'Basic hunter2' } }",
        "headers: { x-a: { value: \"hunter2\\n\" } }", "headers: { x-a: { file: eyJhunter2 } }",
    ])
    func `no secret is repeated`(_ lines: String) {
        let said = diagnostics(Array(Self.file(lines).utf8))
        #expect(!said.isEmpty)
        #expect(said.allSatisfy { !$0.contains("hunter2") }, "\(said)")
    }
}
