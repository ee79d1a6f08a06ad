import GRPC
import Testing

/// A way in which a server can be hostile: what it does, and what a client must make of it.
struct HostileServer: Sendable, CustomTestStringConvertible {
    let name: String
    /// The error's words, after the server's address where they begin with it.
    let message: String
    let code: Status.Code
    let cause: String?
    /// How many calls are made one after the other; all but the last end well.
    let calls: Int
    /// Whether the last call's request reaches the server.
    let takesRequest: Bool
    let configure: @Sendable (inout ChannelConfiguration) -> Void
    /// What the server does; afterwards it waits until the client has closed.
    let script: @Sendable (PeerConnection) throws -> Void

    init(
        _ name: String, _ message: String, code: Status.Code = .unavailable, cause: String? = nil, calls: Int = 1,
        takesRequest: Bool = true, configure: @escaping @Sendable (inout ChannelConfiguration) -> Void = { _ in },
        _ script: @escaping @Sendable (PeerConnection) throws -> Void
    ) {
        self.name = name
        self.message = message
        self.code = code
        self.cause = cause
        self.calls = calls
        self.takesRequest = takesRequest
        self.configure = configure
        self.script = script
    }

    var testDescription: String { name }

    /// What carries the bytes. A hostile server may have a good certificate.
    enum Transport: String, Sendable, CaseIterable, Codable {
        case plaintext, tls

        /// As ``withPeer``, with a certificate that the client trusts where there is TLS.
        func withPeer(
            _ script: @escaping @Sendable (PeerConnection) throws -> Void,
            configure: (inout ChannelConfiguration) -> Void = { _ in },
            _ body: (Channel) async throws -> Void
        ) async throws {
            let certificates = try TestCertificates()
            try await GRPCTests.withPeer(tls: self == .tls ? certificates.server() : nil) { peer, _ in
                try script(peer)
            } configure: {
                configure(&$0)
                guard self == .tls else { return }
                var trusting = TLSConfiguration()
                trusting.authorityFile = certificates.authorities
                $0.security = .tls(trusting)
            } _: { (channel) async throws in
                try await body(channel)
            }
        }
    }

    /// A server that is not hostile: its status is an error as it should be.
    static let harmless = HostileServer("harmless", "no", code: .notFound) { peer in
        try peer.trailers(peer.beginAnswer(), status: 5, [("grpc-message", "no")])
    }

    /// Makes the calls and holds the last one's end against what is expected.
    func meet(over transport: Transport) async throws {
        try await transport.withPeer { peer in
            try script(peer)
            peer.untilClosed()
        } configure: {
            configure(&$0)
        } _: { (channel) async throws in
            // A guard that is missing shows as a call that ran out of time.
            let timeout = Duration.seconds(20)
            for _ in 1..<calls { _ = try await channel.unary(method, [], timeout: timeout) }
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, [], timeout: timeout) }
            let place = "127.0.0.1:\(channel.configuration.port): "
            let words = error.map {
                $0.message.hasPrefix(place) ? String($0.message.dropFirst(place.count)) : $0.message
            }
            #expect(error?.code == code)
            #expect(words == message, "\(error as Any)")
            #expect(error?.cause == cause)
            #expect(error?.mayHaveBeenProcessed == takesRequest)
        }
    }
}

extension PeerConnection {
    /// Greets the client and takes its first request.
    func greetAndTakeRequest() throws -> UInt32 {
        try greet()
        return try request()
    }

    /// Greets the client, takes its first request and accepts it.
    func beginAnswer() throws -> UInt32 {
        let stream = try greetAndTakeRequest()
        try accept(stream)
        return stream
    }

    /// Sends DATA whether the client's windows allow it or not.
    func push(_ bytes: Int, on stream: UInt32) throws {
        var rest = bytes
        while rest > 0 {
            try send(type: 0, stream: stream, payload: [UInt8](repeating: 0, count: min(rest, 16_384)))
            rest -= 16_384
        }
    }

    /// Sends the same bytes again and again until the client has closed.
    func flood(_ bytes: [UInt8]) throws {
        let many = Array(repeatElement(bytes, count: max(1, 64_000 / bytes.count)).joined())
        while true { try raw(many) }
    }
}
