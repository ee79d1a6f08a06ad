import COpenSSL
import GRPC
import Testing

/// Servers that do not speak TLS where this side does, or not the TLS that this side speaks.
@Suite(.timeLimit(.minutes(1))) struct TLSAgreementTests: TLSSuite {
    let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

    @Test(arguments: [TLSPeer.Application.none, .refuse, .http1])
    func aServerThatDoesNotAgreeToHTTP2IsNamed(_ application: TLSPeer.Application) async throws {
        var server = try certificates.server()
        server.application = application
        let error = await failure(server, trusting)
        #expect(
            words(error) == "the server does not agree to HTTP/2 over TLS; name the port of its gRPC service",
            "\(error as Any)")
    }

    @Test func aServerOfOldVersionsIsNamed() async throws {
        var server = try certificates.server()
        server.versions = TLS1_VERSION...TLS1_1_VERSION
        let error = await failure(server, trusting)
        #expect(words(error) == "the server speaks no TLS of version 1.2 or 1.3; let it speak one of them")
    }

    @Test func aServerThatSpeaksPlaintextIsNamed() async throws {
        try await withPeer { peer, _ in
            try peer.send(type: 4)
            peer.untilClosed()
        } configure: {
            $0.security = .tls(trusting)
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(words(error) == "the server does not speak TLS; connect without (grpc://), or to another port")
            #expect(error?.security == .peer)
        }
    }

    /// OpenSSL closes without an alert when what comes is no TLS.
    @Test func aServerOfOpenSSLsThatIsSpokenToWithoutTLSIsSuspected() async throws {
        try await withPeer(tls: certificates.server()) { _, _ in
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(
                words(error)
                    == "the peer closed the connection before it said anything of HTTP/2; "
                    + "if it expects TLS, connect over TLS (grpc+tls://)")
        }
    }

    /// Others, rustls among them, send an alert: `protocol_version`, `decode_error`, or a record of another version.
    @Test(arguments: [[0x15, 3, 1, 0, 2, 2, 70], [0x15, 3, 3, 0, 2, 2, 50], [0x16, 3, 3, 0, 1, 2]] as [[UInt8]])
    func aServerThatAnswersWithARecordOfTLSIsNamed(_ record: [UInt8]) async throws {
        try await withPeer { peer, _ in
            try peer.raw(record)
            peer.untilClosed()
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(
                words(error)
                    == "the server speaks TLS, and the connection is without; connect over TLS (grpc+tls://)")
            #expect(error?.security == .peer)
            #expect(error?.mayHaveBeenProcessed == false)
        }
    }

    @Test func aServerThatClosesAfterTheHandshakeIsNotSuspectedOfTLS() async throws {
        try await withPeer(tls: certificates.server()) { peer, _ in
            peer.sayGoodbye()
        } configure: {
            $0.security = .tls(trusting)
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(words(error) == "the peer closed the connection before it said anything of HTTP/2")
        }
    }

    @Test func aServerThatIsSilentInTheHandshakeIsGivenUp() async throws {
        try await withPeer { peer, _ in
            peer.untilClosed()
        } configure: {
            $0.security = .tls(trusting)
            $0.connectTimeout = .seconds(1)
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(words(error) == "the peer took the connection but sent nothing of TLS")
        }
    }
}
