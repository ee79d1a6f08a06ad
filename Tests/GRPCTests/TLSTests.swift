import AsyncIO
import COpenSSL
import GRPC
import Testing

/// Calls over TLS, and what becomes of them where TLS is not as it should be.
@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

    /// Trust in the test's root, the server's name being that of its certificate.
    private var trusting: TLSConfiguration {
        var tls = TLSConfiguration()
        tls.authorityFile = certificates.authorities
        tls.serverName = "lake.test"
        return tls
    }

    private static func answer(_ peer: PeerConnection) throws {
        try peer.greet()
        let stream = try peer.request()
        try peer.accept(stream)
        try peer.message(stream, [7])
        try peer.trailers(stream, status: 0)
        peer.untilClosed()
    }

    /// Calls a server that would answer every call.
    private func call(_ peer: TLSPeer, _ tls: TLSConfiguration) async throws -> [UInt8] {
        var answer: [UInt8] = []
        try await withPeer(tls: peer) { peer, _ in
            try Self.answer(peer)
        } configure: {
            $0.security = .tls(tls)
        } _: { (channel) async throws in
            answer = try await channel.unary(method, [1]).message
        }
        return answer
    }

    private func failure(_ peer: TLSPeer, _ tls: TLSConfiguration) async -> RPCError? {
        await #expect(throws: RPCError.self) { _ = try await call(peer, tls) }
    }

    /// What a failure says after the address.
    private func words(_ error: RPCError?) -> String {
        error?.message.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? "nothing"
    }

    // What works.

    @Test(arguments: [(TLS1_2_VERSION, "TLSv1.2"), (TLS1_3_VERSION, "TLSv1.3")])
    func aStreamComesWholeOverEitherVersion(_ version: CInt, _ name: String) async throws {
        var server = try certificates.server()
        server.versions = version...version
        let large = [UInt8](repeating: 5, count: 3_000_000)
        try await withPeer(tls: server) { peer, _ in
            #expect(peer.version == name)
            try peer.greet()
            let stream = try peer.request()
            try peer.accept(stream)
            for byte in 0..<200 { try peer.message(stream, [UInt8(byte)]) }
            if version == TLS1_3_VERSION { peer.updateKeys() }
            try peer.message(stream, large)
            try peer.message(stream, large)
            try peer.trailers(stream, status: 0)
            peer.untilClosed()
        } configure: {
            $0.security = .tls(trusting)
        } _: { (channel) async throws in
            let messages = try await channel.serverStreaming(method, []).all()
            #expect(messages.count == 202)
            #expect(messages.prefix(200).elementsEqual((0..<200).map { [UInt8($0)] }))
            #expect(messages.suffix(2).allSatisfy { $0 == large })
        }
    }

    @Test func aLargeRequestGoesOutAsThePeerTakesIt() async throws {
        let request = (0..<4_000_000).map { UInt8(truncatingIfNeeded: $0) }
        try await withPeer(tls: certificates.server()) { peer, _ in
            try peer.greet(initialWindow: 8_000_000)
            try peer.send(type: 8, payload: [0, 0x7F, 0, 0])
            try Self.answerRequest(peer, expecting: request)
        } configure: {
            $0.security = .tls(trusting)
        } _: { (channel) async throws in
            #expect(try await channel.unary(method, request).message == [7])
        }
    }

    private static func answerRequest(_ peer: PeerConnection, expecting request: [UInt8]) throws {
        var body: [UInt8] = []
        var stream: UInt32?
        while stream == nil {
            let frame = try peer.frame()
            guard frame.type == 0 else { continue }
            body += frame.payload
            if frame.flags & 1 != 0 { stream = frame.stream }
        }
        #expect(body.dropFirst(5).elementsEqual(request))
        let answered = try peer.request()
        try peer.accept(answered)
        try peer.message(answered, [7])
        try peer.trailers(answered, status: 0)
        peer.untilClosed()
    }

    @Test func anIntermediateCertificateThatIsSentLeadsToTheRoot() async throws {
        let server = try certificates.server(issuer: certificates.issuer, sending: [certificates.issuer])
        #expect(try await call(server, trusting) == [7])
    }

    @Test func aSelfSignedCertificateIsTrustedWhereItIsTheAuthority() async throws {
        let own = try TestCertificate("Own", names: "DNS:lake.test")
        try own.write(to: certificates.path("own.pem"))
        var tls = trusting
        tls.authorityFile = certificates.path("own.pem")
        #expect(try await call(certificates.server(own), tls) == [7])
    }

    static let serverNames: [(given: String?, asked: String?)] = [
        ("lake.test", "lake.test"), ("lake.test.", "lake.test"), (nil, nil),
    ]

    @Test(arguments: serverNames) func aNameIsSentAndAnAddressIsNot(_ row: (given: String?, asked: String?))
        async throws
    {
        var tls = trusting
        tls.serverName = row.given
        try await withPeer(tls: certificates.server()) { peer, _ in
            #expect(peer.serverName == row.asked)
            try Self.answer(peer)
        } configure: {
            $0.security = .tls(tls)
        } _: { (channel) async throws in
            #expect(try await channel.unary(method, []).message == [7])
        }
    }

    // Servers that are not to be trusted.

    @Test func anExpiredCertificateIsNamed() async throws {
        let error = try await failure(certificates.server(hours: -48 ... -24), trusting)
        #expect(words(error).hasPrefix("the server's certificate has expired on 20"), "\(words(error))")
        #expect(words(error).hasSuffix("; renew it, or set this machine's clock"))
        #expect(error?.cause == "certificate has expired")
        #expect(error?.security == .peer)
        #expect(error?.code == .unavailable)
        #expect(error?.mayHaveBeenProcessed == false)
    }

    @Test func aCertificateOfTomorrowIsNamed() async throws {
        let error = try await failure(certificates.server(hours: 24...48), trusting)
        #expect(words(error).hasPrefix("the server's certificate is not valid before 20"), "\(words(error))")
        #expect(error?.security == .peer)
    }

    @Test func anExpiredIssuerIsToldFromTheServersCertificate() async throws {
        let issuer = try TestCertificate("Old Issuer", issuer: certificates.root, hours: -48 ... -24)
        let error = try await failure(certificates.server(issuer: issuer, sending: [issuer]), trusting)
        #expect(words(error).hasPrefix("the certificate of the server's issuer “CN=Old Issuer” has expired"))
    }

    @Test func aSelfSignedCertificateIsNamed() async throws {
        let error = try await failure(certificates.server(TestCertificate("Own", names: "DNS:lake.test")), trusting)
        #expect(
            words(error)
                == "the server's certificate is self-signed (“CN=Own”); if it is the right one, name it as the CA file")
        #expect(error?.security == .peer)
    }

    @Test func aCertificateForAnotherNameTellsWhichItIsFor() async throws {
        let error = try await failure(certificates.server(names: "DNS:other.test,IP:127.0.0.1"), trusting)
        #expect(
            words(error)
                == "the server's certificate is not for lake.test but for DNS:other.test, IP Address:127.0.0.1; "
                + "connect by that name, or set it as the server name")
    }

    @Test func anAddressIsHeldAgainstAddressesOnly() async throws {
        var tls = trusting
        tls.serverName = nil
        let error = try await failure(certificates.server(names: "DNS:127.0.0.1,DNS:lake.test,IP:127.0.0.2"), tls)
        #expect(words(error).hasPrefix("the server's certificate is not for 127.0.0.1 but for "), "\(words(error))")
    }

    @Test func anUnknownIssuerHintsAtAMissingIntermediate() async throws {
        let error = try await failure(certificates.server(issuer: certificates.issuer), trusting)
        #expect(
            words(error)
                == "the issuer of the server's certificate, “CN=Test Issuer”, is unknown; name its certificate as the "
                + "CA file, or have the server send the intermediate certificate that is missing")
        #expect(error?.cause == "unable to get local issuer certificate")
    }

    @Test func theSystemsAuthoritiesDoNotKnowTheTestsRoot() async throws {
        var tls = trusting
        tls.authorityFile = nil
        let error = try await failure(certificates.server(sending: [certificates.root]), tls)
        #expect(
            words(error)
                == "the server's certificate leads to the authority “CN=Test Root”, which is not trusted here; "
                + "name its certificate as the CA file")
    }

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

    // Where one side speaks TLS and the other does not.

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
            $0.connectTimeout = .milliseconds(50)
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(words(error) == "the peer took the connection but sent nothing of TLS")
        }
    }

    // Client certificates.

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

    // Ends.

    @Test(arguments: [false, true]) func aConnectionThatEndsFailsTheOpenCalls(_ politely: Bool) async throws {
        try await withPeer(tls: certificates.server()) { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            try peer.accept(stream)
            try peer.message(stream, [1])
            if politely { peer.sayGoodbye() }
            peer.cut()
            peer.untilClosed()
        } configure: {
            $0.security = .tls(trusting)
        } _: { (channel) async throws in
            let call = try await channel.serverStreaming(method, [])
            let error = await #expect(throws: RPCError.self) { try await call.all() }
            #expect(error?.code == .unavailable)
            #expect(error?.mayHaveBeenProcessed == true)
            #expect("\(error as Any)".contains("TLS's close_notify is missing") == !politely, "\(error as Any)")
        }
    }

    // Settings.

    private func refusal(_ change: (inout TLSConfiguration) throws -> Void) async throws -> String {
        var tls = trusting
        try change(&tls)
        let error = try await failure(certificates.server(), tls)
        #expect(error?.security == .settings)
        return words(error).replacing(certificates.path("-").dropLast(), with: "")
    }

    @Test func filesThatAreNotFitAreNamedWithTheCure() async throws {
        let (certificate, key) = try certificates.client()
        let (_, otherKey) = try certificates.client("other")
        let lockedKey = certificates.path("locked.key")
        try TestCertificate("Locked", names: "DNS:x").writeKey(to: lockedKey, passphrase: "secret")
        #expect(
            try await refusal { $0.authorityFile = certificates.path("none.pem") }
                == "the file of trusted authorities none.pem cannot be read; name another, or let this user read it")
        #expect(
            try await refusal { $0.authorityFile = key }
                == "the file of trusted authorities client.key holds no certificate; write PEM certificates to it")
        #expect(
            try await refusal { $0.certificateFile = certificate }
                == "a client certificate and its key belong together; name both files, or neither")
        #expect(
            try await refusal { ($0.certificateFile, $0.keyFile) = (certificate, otherKey) }
                == "the client key other.key is not that of the certificate client.pem; name the right one")
        #expect(
            try await refusal { ($0.certificateFile, $0.keyFile) = (certificate, lockedKey) }
                == "the client key locked.key holds no private key without passphrase; "
                + "write one in PEM form (openssl pkey)")
        #expect(
            try await refusal { ($0.certificateFile, $0.keyFile) = (key, key) }
                == "the client certificate client.key holds no certificate; write it in PEM form")
    }

    @Test(arguments: ["", ".", "la ke", "lake\0.test"]) func anEmptyOrBrokenNameIsRefused(_ name: String) async throws {
        #expect(
            try await refusal { $0.serverName = name }
                == "there is no name to hold the server's certificate against; name the server in ASCII")
    }
}
