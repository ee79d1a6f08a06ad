import AsyncIO
import GRPC
import Testing

/// What becomes of calls when there is no connection, another than thought, or no longer one.
@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    // No connection.

    @Test func aRefusedConnectionSaysSo() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            // Port 1 (tcpmux) listens nowhere that tests run.
            let channel = Channel(ChannelConfiguration(host: "127.0.0.1", port: 1), on: loop)
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(error?.code == .unavailable)
            #expect(error?.message == "nothing answers at 127.0.0.1:1")
            #expect(error?.cause == "127.0.0.1:1: connect: Connection refused")
            #expect(error?.mayHaveBeenProcessed == false)
        }
    }

    @Test func aNameWithoutAddressSaysSo() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            // The system refuses a name that begins so without asking a name server, which might not answer in time.
            let channel = Channel(ChannelConfiguration(host: "-no.such.name.invalid", port: 1), on: loop)
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(error?.code == .unavailable)
            #expect(error?.message == "the name -no.such.name.invalid has no address")
        }
    }

    @Test func aServerThatClosesAtOnceMayExpectTLS() async throws {
        try await withPeer { _, _ in
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(error?.code == .unavailable)
            #expect(error?.security == nil)
            #expect(
                error?.message.hasSuffix(
                    ": the peer closed the connection before it said anything of HTTP/2; "
                        + "if it expects TLS, connect over TLS (grpc+tls://)") == true, "\(error as Any)")
            #expect(error?.mayHaveBeenProcessed == false)
        }
    }

    // Connections that end.

    @Test func aConnectionLostWithinTheAnswerMayHaveDoneItsWork() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            try peer.accept(stream)
            try peer.message(stream, [1])
            try peer.body(stream, [0, 0, 0, 0, 9, 1, 2])
        } _: { (channel) async throws in
            let call = try await channel.serverStreaming(method, [])
            #expect(try await call.nextMessages() == [[1]])
            let error = await #expect(throws: RPCError.self) { try await call.nextMessages() }
            #expect(error?.code == .unavailable)
            #expect(error?.message == "the connection was lost")
            #expect(error?.mayHaveBeenProcessed == true)
        }
    }

    @Test func aConnectionLostBeforeTheRequestLeftIsTriedAgain() async throws {
        try await withPeer { peer, number in
            try peer.greet(maximumStreams: number == 0 ? 0 : nil)
            guard number > 0 else {
                // The client has our settings once it acknowledges them; its call then waits for a slot.
                while case let frame = try peer.frame(), frame.type != 4 || frame.flags != 1 {}
                return
            }
            try peer.answer(peer.request(), [2])
            peer.untilClosed()
        } _: { (channel) async throws in
            #expect(try await channel.unary(method, []).message == [2])
        }
    }

    @Test func aServerThatRefusesEveryTimeIsNotAskedForEver() async throws {
        let asked = Lock(0)
        try await withPeer { peer, _ in
            try peer.greet()
            while true {
                let stream = try peer.request()
                asked.withLock { $0 += 1 }
                try peer.reset(stream, code: 7)
            }
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(error?.code == .unavailable)
            #expect(error?.mayHaveBeenProcessed == false)
            #expect(asked.withLock { $0 } == 5)
        }
    }

    @Test func afterGoAwayOldCallsEndWhereTheyAreAndLeftOutOnesGoElsewhere() async throws {
        try await withPeer { peer, number in
            try peer.greet()
            guard number == 0 else {
                while true { try peer.answer(peer.request(), [20]) }
            }
            let (taken, leftOut) = (try peer.request(), try peer.request())
            try peer.goAway(last: taken)
            #expect(leftOut > taken)
            try peer.answer(taken, [10])
            peer.untilClosed()
        } _: { (channel) async throws in
            async let a = channel.unary(method, [])
            async let b = channel.unary(method, [])
            let answers = try await [a.message[0], b.message[0]]
            #expect(answers.sorted() == [10, 20])
            #expect(try await channel.unary(method, []).message == [20])
        }
    }

    @Test func aServerThatWentAwayIsConnectedToAnewByTheNextCall() async throws {
        try await withPeer { peer, number in
            try peer.greet()
            try peer.answer(peer.request(), [UInt8(number)])
            if number > 0 { peer.untilClosed() }
        } _: { (channel) async throws in
            #expect(try await channel.unary(method, []).message == [0])
            #expect(try await channel.unary(method, []).message == [1])
        }
    }

    @Test func closingEndsWhatIsOpenAndALaterCallConnectsAnew() async throws {
        try await withPeer { peer, number in
            try peer.greet()
            let stream = try peer.request()
            if number > 0 { try peer.answer(stream) } else { try peer.accept(stream) }
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.serverStreaming(method, [])
            let messages = Task { try await call.nextMessages() }
            await channel.close()
            let error = await #expect(throws: RPCError.self) { try await messages.value }
            #expect(error?.code == .cancelled)
            #expect(try await channel.unary(method, []).message == [1])
        }
    }

    @Test func aChannelIsOverAfterItsScope() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let kept = try await Channel.withChannel(ChannelConfiguration(host: "127.0.0.1", port: 1), on: loop) { $0 }
            let error = await #expect(throws: RPCError.self) { try await kept.unary(method, []) }
            #expect(error?.description == "CANCELLED: the channel was closed")
        }
    }

    // Signs of life.

    @Test func aQuietServerIsPingedAndItsAnswerKeepsTheCall() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            while peer.pings < 3 { try peer.frame() }
            try peer.answer(stream)
            peer.untilClosed()
        } configure: {
            $0.keepalive.interval = .milliseconds(10)
        } _: { (channel) async throws in
            #expect(try await channel.unary(method, []).message == [1])
        }
    }

    @Test func aServerThatIsPingedTooOftenIsPingedHalfAsOftenOnTheNextConnection() async throws {
        let intervals = Lock<[Duration]>([])
        try await withPeer { peer, number in
            peer.answersPings = false
            try peer.greet()
            let stream = try peer.request()
            let first = try peer.ping()
            // The next is due so long after the answer to this one.
            let start = ContinuousClock.now
            try peer.send(type: 6, flags: 1, payload: first)
            _ = try peer.ping()
            intervals.withLock { $0.append(start.duration(to: .now)) }
            if number < 3 {
                try peer.goAway(last: 0, code: 11, debug: "too_many_pings")
            } else {
                try peer.answer(stream)
            }
            peer.untilClosed()
        } configure: {
            $0.keepalive.interval = .milliseconds(20)
        } _: { (channel) async throws in
            #expect(try await channel.unary(method, []).message == [1])
        }
        // A busy machine makes the waits longer, never shorter.
        let waits = intervals.withLock { $0 }
        #expect(waits.count == 4)
        for (wait, milliseconds) in zip(waits, [20, 40, 80, 160]) { #expect(wait >= .milliseconds(milliseconds)) }
    }

    @Test func whatTheServerSaidWhenItWentAwayIsTheCauseOfTheLoss() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            try peer.accept(stream)
            try peer.goAway(last: stream, code: 11, debug: "too_many_pings")
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(error?.message == "the connection was lost")
            #expect(error?.cause == "ENHANCE_YOUR_CALM: too_many_pings")
        }
    }
}
