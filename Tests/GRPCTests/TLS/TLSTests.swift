import COpenSSL
import GRPC
import Testing

/// Calls over TLS from their beginning to their end.
@Suite(.timeLimit(.minutes(1))) struct TLSTests: TLSSuite {
    let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

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
        try peer.answer(answered, [7])
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
}
