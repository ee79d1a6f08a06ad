import GRPC
import Testing

/// Tests of calls to a server with certificates that the test made.
protocol TLSSuite: SendableMetatype {
    var certificates: TestCertificates { get }
}

extension TLSSuite {
    /// Trust in the test's root, the server's name being that of its certificate.
    var trusting: TLSConfiguration {
        var tls = TLSConfiguration()
        tls.authorityFile = certificates.authorities
        tls.serverName = "lake.test"
        return tls
    }

    /// Answers one call with the message 7.
    static func answer(_ peer: PeerConnection) throws {
        try peer.greet()
        let stream = try peer.request()
        try peer.answer(stream, [7])
        peer.untilClosed()
    }

    /// Calls a server that would answer every call.
    func call(_ peer: TLSPeer, _ tls: TLSConfiguration) async throws -> [UInt8] {
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

    func failure(_ peer: TLSPeer, _ tls: TLSConfiguration) async -> RPCError? {
        await #expect(throws: RPCError.self) { _ = try await call(peer, tls) }
    }

    /// What a failure says after the address.
    func words(_ error: RPCError?) -> String {
        error?.message.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? "nothing"
    }
}
