import AsyncIO
import Dispatch
import GRPC
import HTTP2
import Testing

/// Several addresses, attempts to connect that fail again and again, and servers that go away.
@Suite(.timeLimit(.minutes(1))) struct ReconnectTests {
    // Attempts that fail.

    @Test func aCallSoonAfterAFailedAttemptWaitsForTheNextOneOrForItsDeadline() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let channel = Channel(ChannelConfiguration(host: "127.0.0.1", port: 1), on: loop)
            await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            // The next attempt is 160 ms away at the least. Where this machine is too busy to ask before it is due, the
            // one after is further away.
            var late: RPCError?
            for _ in 0..<8 where late?.code != .deadlineExceeded {
                late = await #expect(throws: RPCError.self) {
                    try await channel.unary(method, [], timeout: .milliseconds(10))
                }
            }
            #expect(late?.code == .deadlineExceeded)
            #expect(late?.cause?.hasPrefix("UNAVAILABLE: nothing answers at 127.0.0.1:1") == true)
            #expect(late?.mayHaveBeenProcessed == false)
            let patient = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(patient?.message == "nothing answers at 127.0.0.1:1")
        }
    }

    @Test func thoseWhoWaitShareTheNextAttempt() async throws {
        let connections = Lock(0)
        try await withPeer { peer, number in
            connections.withLock { $0 = max($0, number + 1) }
            guard number > 0 else { return try peer.raw(Array("220 mail.example ESMTP\r\n".utf8)) }
            try peer.greet()
            for _ in 0..<3 { try peer.answer(peer.request()) }
            peer.untilClosed()
        } _: { (channel) async throws in
            await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            async let a = channel.unary(method, [])
            async let b = channel.unary(method, [])
            async let c = channel.unary(method, [])
            #expect(try await [a.message, b.message, c.message] == [[1], [1], [1]])
            #expect(connections.withLock { $0 } == 2)
        }
    }

    @Test func closingForgetsThatAnAttemptFailed() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let channel = Channel(ChannelConfiguration(host: "127.0.0.1", port: 1), on: loop)
            // The pauses would grow, the twelfth to 28 seconds at the least.
            for _ in 0...12 {
                let error = await #expect(throws: RPCError.self) {
                    try await channel.unary(method, [], timeout: .seconds(10))
                }
                #expect(error?.message == "nothing answers at 127.0.0.1:1")
                await channel.close()
            }
        }
    }

    @Test func closingEndsAWaitForTheNextAttempt() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let channel = Channel(ChannelConfiguration(host: "127.0.0.1", port: 1), on: loop)
            for _ in 0..<4 { _ = try? await channel.unary(method, []) }
            let waiting = Task { try await channel.unary(method, []) }
            _ = try? await channel.unary(method, [], timeout: .milliseconds(1))
            await channel.close()
            let error = await #expect(throws: RPCError.self) { try await waiting.value }
            #expect(error?.code == .cancelled || error?.message == "nothing answers at 127.0.0.1:1")
        }
    }

    // Several addresses.

    private static func connect(to channels: [Channel], within time: Duration) async throws -> HTTP2Connection {
        let loop = channels[0].loop
        var addresses: [SocketAddress] = []
        for channel in channels {
            addresses += try await Resolver.addresses(
                of: "127.0.0.1", port: channel.configuration.port, on: loop, until: .now + time)
        }
        return try await HTTP2Connection.connect(
            toAnyOf: addresses, tls: nil,
            limits: .init(
                maximumHeaderListSize: 1 << 16, keepalive: .init(interval: .seconds(300), timeout: .seconds(20))),
            on: loop, until: .now + time)
    }

    /// What takes a connection and does not greet: it speaks something else, hangs up, or says nothing.
    static let unfit: [(name: String, greeting: String?)] = [
        ("another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n"), ("nothing", ""), ("silence", nil),
    ]

    @Test(arguments: unfit)
    func anAddressWhereNoServerGreetsIsLeftForTheNext(_ unfit: (name: String, greeting: String?)) async throws {
        try await withPeer { peer, _ in
            if let greeting = unfit.greeting { try peer.raw(Array(greeting.utf8)) } else { peer.untilClosed() }
        } _: { (bad) async throws in
            try await withPeer { peer, _ in
                try peer.greet()
                peer.untilClosed()
            } _: { (good) async throws in
                let connection = try await Self.connect(to: [bad, good], within: .seconds(4))
                #expect(await connection.takesStreams)
                await connection.close()
            }
        }
    }

    @Test func whereNoAddressIsFitTheFirstOnesFaultIsTold() async throws {
        try await withPeer { peer, _ in
            try peer.raw(Array("220 mail.example ESMTP\r\n".utf8))
        } _: { (bad) async throws in
            try await withPeer { peer, _ in
                _ = peer
            } _: { (worse) async throws in
                let error = await #expect(throws: ConnectionError.self) {
                    try await Self.connect(to: [bad, worse], within: .seconds(20))
                }
                #expect(error?.message == "the peer does not speak HTTP/2")
            }
        }
    }

    // Servers that go away.

    @Test func aServerThatGoesAwayFinishesTheStreamItTookWhileOthersConnectAnew() async throws {
        try await withPeer { peer, number in
            try peer.greet()
            guard number == 0 else {
                while true { try peer.answer(peer.request(), [20]) }
            }
            let stream = try peer.begin()
            // As servers that stop gently do: first a warning, then where the line is.
            try peer.goAway(last: 0x7FFF_FFFF)
            try peer.accept(stream)
            try peer.goAway(last: stream)
            while let message = try peer.message(from: stream) { try peer.message(stream, message) }
            try peer.trailers(stream, status: 0)
            // With its last stream the connection is of no use.
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.streaming(method)
            _ = try await call.initialMetadata
            for byte in UInt8(0)..<5 {
                #expect(try await channel.unary(method, []).message == [20])
                try await call.send([byte])
                #expect(try await call.nextMessages() == [[byte]])
            }
            try await call.finish()
            #expect(try await call.nextMessages() == [])
        }
    }

    /// Between finding a connection and opening a stream on it others run, and it may go away.
    @Test func whoComesAfterAConnectionWentAwayIsToldToGoElsewhere() async throws {
        // Told together with the peer's settings, going away would be a failure to connect.
        let connected = DispatchSemaphore(value: 0)
        try await withPeer { peer, _ in
            try peer.greet()
            _ = connected.wait(timeout: .now() + 30)
            try peer.goAway(last: 0)
            peer.untilClosed()
        } _: { (channel) async throws in
            let connection = try await Self.connect(to: [channel], within: .seconds(20))
            connected.signal()
            while await !connection.isClosed { await channel.loop.turn() }
            let error = await #expect(throws: ConnectionError.self) {
                try await connection.open([], body: [], until: nil) { _ in StreamReply() }
            }
            #expect(error?.kind == .goingAway)
        }
    }
}
