import COpenSSL
import GRPC
import Testing

/// What a server makes of the client's certificate, or of there being none.
@Suite(.timeLimit(.minutes(1))) struct ClientCertificateTests: TLSSuite {
    let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func aServerThatAsksForAClientCertificateGetsIt(_ version: CInt) async throws {
        var server = try certificates.server()
        server.versions = version...version
        server.clientAuthorities = certificates.authorities
        var tls = trusting
        (tls.certificateFile, tls.keyFile) = try certificates.client()
        #expect(try await call(server, tls) == [7])
    }

    @Test func aMissingClientCertificateIsNamed() async throws {
        var server = try certificates.server()
        server.clientAuthorities = certificates.authorities
        let error = await failure(server, trusting)
        #expect(words(error) == "the server asks for a client certificate; name one with its key")
        #expect(error?.security == .peer)
        server.versions = TLS1_2_VERSION...TLS1_2_VERSION
        let older = await failure(server, trusting)
        #expect(
            words(older)
                == "the server refuses the handshake; if it asks for a client certificate, name one with its key")
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func aClientCertificateOfAnotherAuthorityIsRefused(_ version: CInt) async throws {
        var server = try certificates.server()
        server.versions = version...version
        server.clientAuthorities = certificates.authorities
        var tls = trusting
        (tls.certificateFile, tls.keyFile) = try certificates.client(issuer: TestCertificate("Other Root"))
        let error = await failure(server, tls)
        #expect(words(error) == "the server refuses the client certificate; name another one", "\(error as Any)")
    }

    @Test(arguments: [false, true]) func aServerThatClosesWithoutAWordAfterAskingIsUnderstood(
        _ politely: Bool
    ) async throws {
        var server = try certificates.server()
        server.clientAuthorities = certificates.authorities
        server.requiresClient = false
        for showsCertificate in [false, true] {
            var tls = trusting
            if showsCertificate { (tls.certificateFile, tls.keyFile) = try certificates.client() }
            try await withPeer(tls: server) { peer, _ in
                if politely { peer.sayGoodbye() }
                peer.cut()
                peer.untilClosed()
            } configure: {
                $0.security = .tls(tls)
            } _: { (channel) async throws in
                let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
                #expect(error?.security == .peer)
                #expect(
                    words(error)
                        == (showsCertificate
                            ? "the server closed the connection when it was shown the client certificate; "
                                + "have it trust its authority"
                            : "the server asks for a client certificate; name one with its key"))
            }
        }
    }
}
