import ArrowIPC
import AsyncIO
import FlightSQL
import OIDC
import Testing

@testable import Micromegas

/// Who calls, and what else goes with a call, against the development lakehouse.
@Suite("Credentials against a lakehouse", .serialized, .timeLimit(.minutes(2)))
struct CredentialTests {
    private func withLake<R: Sendable>(
        _ arguments: [String] = ["--admin-token", "good-token", "--user-token", "plain-token"],
        _ body: (RunningLakehouse) async throws -> R
    ) async throws -> R {
        try await RunningLakehouse.with(["--scenario", "empty"] + arguments, body)
    }

    private func withClient<R>(
        of lakehouse: RunningLakehouse, _ credentials: (any CredentialProvider)?, _ headers: [RequestHeader] = [],
        _ body: (FlightSQLClient) async throws -> R
    ) async throws -> R {
        let address = ServerAddress(host: "127.0.0.1", port: lakehouse.port)
        var configuration = ClientConfiguration(address: address, credentials: credentials)
        configuration.headers = headers
        return try await EventLoop.withLoop(name: "test") { loop in
            try await FlightSQLClient.withConnection(configuration, on: loop, body)
        }
    }

    @Test func `tokens are sent, refused tokens are said, and a changed file counts from the next call on`()
        async throws
    {
        try await withLake { lakehouse in
            try await SecretFile.with("bad-token\n") { file in
                try await withClient(of: lakehouse, .tokenFile(file.path)) { client async throws in
                    let refused = await #expect(throws: MicromegasError.self) { try await client.count("SELECT 1") }
                    #expect(refused?.code == .unauthenticated)
                    #expect(refused?.description.contains("bad-token") == false)
                    // The same token would be refused again: it was sent once.
                    #expect(try await lakehouse.calls().count == 1)
                    try file.write(" good-token \n")
                    #expect(try await client.count("SELECT 1") == 1)
                    #expect(try await client.probeCapabilities().isAdmin)
                    try file.replace("plain-token")
                    #expect(try await !client.probeCapabilities().isAdmin)
                }
            }
            for (credentials, code) in [
                (nil, MicromegasError.Code.unauthenticated), (.tokenFile("/none"), .configuration),
            ]
                as [((any CredentialProvider)?, MicromegasError.Code)]
            {
                let error = await #expect(throws: MicromegasError.self) {
                    try await withClient(of: lakehouse, credentials) { try await $0.count("SELECT 1") }
                }
                #expect(error?.code == code)
            }
        }
    }

    /// Gives a token that the lake refuses, and after it was refused the next one.
    private actor Renewing: CredentialProvider {
        private var tokens: [String]
        init(_ tokens: String...) { self.tokens = tokens }

        func token() async throws -> BearerToken {
            guard let first = tokens.first else { throw Missing() }
            return try BearerToken(first)
        }

        func rejected(_ token: BearerToken) {
            if tokens.first == token.secret { tokens.removeFirst() }
        }

        struct Missing: Error, CustomStringConvertible { var description: String { "the vault is empty" } }
    }

    @Test func `a call that only reads is made once more with another token, and no third time`() async throws {
        try await withLake { lakehouse in
            try await withClient(of: lakehouse, Renewing("old", "good-token")) { client async throws in
                #expect(try await client.count("SELECT 1") == 1)
                #expect(try await lakehouse.calls().count == 2)
            }
            try await withClient(of: lakehouse, Renewing("old", "older", "good-token")) { client async throws in
                let error = await #expect(throws: MicromegasError.self) { try await client.count("SELECT 1") }
                #expect(error?.code == .unauthenticated)
                #expect(try await lakehouse.calls().count == 4)
                #expect(try await client.prepareStatement("SELECT 1 AS one").schema?.fields.map(\.name) == ["one"])
            }
        }
    }

    @Test func `a call that changes something is made once`() async throws {
        try await withLake { lakehouse in
            try await withClient(of: lakehouse, Renewing("old", "good-token")) { client async throws in
                let error = await #expect(throws: MicromegasError.self) {
                    try await client.retirePartitionsByFile(["views/nope.parquet"])
                }
                #expect(error?.code == .unauthenticated)
                #expect(try await lakehouse.calls().count == 1)
                // The token was dropped all the same.
                #expect(try await client.count("SELECT 1") == 1)
            }
        }
    }

    @Test func `a provider's own error says that there is no token, and nothing is sent`() async throws {
        try await withLake { lakehouse async throws in
            let error = await #expect(throws: MicromegasError.self) {
                try await withClient(of: lakehouse, Renewing()) { try await $0.count("SELECT 1") }
            }
            #expect(error == MicromegasError(.noToken, "there is no token for the lake: the vault is empty"))
            #expect(try await lakehouse.calls().isEmpty)
        }
    }

    @Test func `headers arrive, and their secrets stay out of what the server repeats`() async throws {
        try await withLake([]) { lakehouse in
            try await SecretFile.with("key hunter2\n") { file in
                let headers = [
                    RequestHeader("X-Tenant-ID", "acme"), RequestHeader("x-api-key", secret: .file(file.path)),
                ]
                try await withClient(of: lakehouse, nil, headers) { client async throws in
                    #expect(try await client.count("SELECT 1") == 1)
                    let sent = try #require(await lakehouse.calls().last?.metadata)
                    #expect(sent.contains(["x-tenant-id", "acme"]) && sent.contains(["x-api-key", "key hunter2"]))
                    try file.write("key hunter3")
                    try await lakehouse.post(
                        "/faults",
                        #"{"point": "call", "code": "INTERNAL", "text": "no key hunter3 of acme\nkey hunter3"}"#)
                    let error = await #expect(throws: MicromegasError.self) { try await client.count("SELECT 1") }
                    #expect(error?.message == "no … of acme" && error?.detail == "no … of acme\n…")
                }
            }
        }
    }

    @Test(arguments: [
        "limit", "Query_Range_Begin", "x-client-type", "X-Client-Session", "grpc-timeout", "te", "content-type",
        ":path",
        "x-key-bin", "a b", "authorization",
    ])
    func `headers that the client or the transport sets are refused before anything is sent`(_ name: String)
        async throws
    {
        // Nothing listens there.
        var configuration = ClientConfiguration(
            address: ServerAddress(host: "127.0.0.1", port: 1), credentials: Renewing("a"))
        configuration.headers = [RequestHeader(name, "hunter2")]
        let error = await #expect(throws: MicromegasError.self) {
            try await EventLoop.withLoop(name: "test") { loop in
                try await FlightSQLClient.withConnection(configuration, on: loop) { try await $0.count("SELECT 1") }
            }
        }
        #expect(error?.code == .configuration && error?.mayHaveBeenProcessed == false)
        #expect(error?.message.contains(name.lowercased()) == true || error?.message.contains(name) == true)
        #expect(error?.message.contains("hunter2") == false)
    }

    @Test(arguments: [["x-a", "X-A"], ["authorization", "Authorization"], ["x-client-agent"]])
    func `a header that would be sent twice is refused`(_ names: [String]) async throws {
        var configuration = ClientConfiguration(address: ServerAddress(host: "127.0.0.1", port: 1))
        configuration.headers = names.map { RequestHeader($0, "hunter2") }
        let headers = RequestHeaders(configuration)
        let error = await #expect(throws: MicromegasError.self) { try await headers.ofCall([]) }
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix("the header \(names.last ?? "") is refused: ") == true)
        #expect(error?.message.contains("hunter2") == false)
    }

    @Test func `a token stays out of what the server repeats`() async throws {
        try await SecretFile.with("hunter2") { file async throws in
            let address = ServerAddress(host: "127.0.0.1", port: 1)
            let configuration = ClientConfiguration(address: address, credentials: .tokenFile(file.path))
            let call = try await RequestHeaders(configuration).ofCall([])
            #expect(call.redaction.redacted("invalid token hunter2") == "invalid token …")
        }
    }

    @Test func `what follows a secret's scheme stays out of what the server repeats, too`() async throws {
        try await SecretFile.with("Bearer  hunter2") { file async throws in
            var configuration = ClientConfiguration(address: ServerAddress(host: "127.0.0.1", port: 1))
            configuration.headers = [RequestHeader("authorization", secret: .file(file.path))]
            let call = try await RequestHeaders(configuration).ofCall([])
            #expect(call.redaction.redacted("no Bearer  hunter2, no hunter2") == "no …, no …")
        }
    }

    @Test func `without credentials a program may send an authorization of its own`() async throws {
        try await withLake { lakehouse in
            try await SecretFile.with("Bearer good-token") { file in
                let header = RequestHeader("authorization", secret: .file(file.path))
                try await withClient(of: lakehouse, nil, [header]) { client async throws in
                    #expect(try await client.count("SELECT 1") == 1)
                }
            }
        }
    }
}
