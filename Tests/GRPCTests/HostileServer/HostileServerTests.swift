import GRPC
import Glibc
import HTTP2
import Testing

/// What a hostile server can do to a call: the call ends with an error that names it, and takes little memory.
@Suite(.timeLimit(.minutes(1))) struct HostileServerTests {
    typealias Transport = HostileServer.Transport

    @Test(arguments: HostileServer.ruleBreakers, Transport.allCases)
    func aServerThatBreaksARuleIsNamed(_ server: HostileServer, _ transport: Transport) async throws {
        try await server.meet(over: transport)
    }

    @Test(arguments: HostileServer.oddAnswers, Transport.allCases)
    func anOddAnswerIsNamed(_ server: HostileServer, _ transport: Transport) async throws {
        try await server.meet(over: transport)
    }

    /// In a process of its own, so that what it takes is the flood's.
    @Test(arguments: HostileServer.floods, Transport.allCases)
    func aFloodEndsTheCallAndTakesLittleMemory(_ server: HostileServer, _ transport: Transport) async throws {
        let name = server.name
        await #expect(processExitsWith: .success) { [name = name as String, transport = transport as Transport] in
            let server = try #require(HostileServer.floods.first { $0.name == name })
            // What is loaded and set up once is no part of it.
            try await HostileServer.harmless.meet(over: transport)
            let peak = try PeakMemory()
            try await server.meet(over: transport)
            let growth = try peak.growth()
            #expect(growth < 8 << 20, "\(growth >> 10) KiB")
        }
    }

    @Test(arguments: Transport.allCases) func aByteAtATimeIsReadLikeAnyOther(_ transport: Transport) async throws {
        try await transport.withPeer { peer in
            peer.isSlow = true
            try peer.answer(peer.greetAndTakeRequest())
            peer.untilClosed()
        } _: { (channel) async throws in
            #expect(try await channel.unary(method, []).message == [1])
        }
    }

    /// So that the same bytes end the same way however they are cut: the library gives up within the last of them.
    @Test(arguments: Transport.allCases)
    func anAnswerBeforeAFloodInTheSameBytesIsHeard(_ transport: Transport) async throws {
        try await transport.withPeer { peer in
            let stream = try peer.greetAndTakeRequest()
            try peer.raw(
                PeerConnection.bytes(
                    type: 1, flags: 5, stream: stream,
                    payload: PeerConnection.block([
                        (":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "5"),
                    ]))
                    + Array(repeatElement(PeerConnection.bytes(type: 4), count: 1_200).joined()))
            peer.untilClosed()
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) {
                try await channel.unary(method, [], timeout: .seconds(20))
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test(arguments: Transport.allCases)
    func moreThanAStreamsWindowResetsItAfterWhatCameBefore(_ transport: Transport) async throws {
        let (untilReset, reset) = AsyncStream.makeStream(of: Void.self)
        try await transport.withPeer { peer in
            let stream = try peer.beginAnswer()
            try peer.message(stream, [1])
            // A message of 6 MiB begins.
            try peer.body(stream, [0, 0, 0x60, 0, 0])
            try peer.push(HTTP2Session.streamWindow, on: stream)
            #expect(try peer.reset(of: stream) == 3)
            reset.finish()
            peer.untilClosed()
        } _: { (channel) async throws in
            // Nobody reads: the window is not opened again.
            let call = try await channel.serverStreaming(method, [], timeout: .seconds(20))
            for await _ in untilReset {}
            #expect(try await call.nextMessages().first == [1])
            let error = await #expect(throws: RPCError.self) { try await call.all() }
            #expect(error?.code == .internal)
            #expect(error?.message == "the server broke HTTP/2's rules in its answer")
            #expect(error?.cause == "FLOW_CONTROL_ERROR")
        }
    }

    /// What was on its way when a call was cancelled is let pass; what comes after is not.
    @Test(arguments: Transport.allCases) func aStreamThatWasResetIsBoundToItsWindow(_ transport: Transport) async throws
    {
        try await transport.withPeer { peer in
            let stream = try peer.beginAnswer()
            #expect(try peer.reset(of: stream) == 8)
            try peer.push(HTTP2Session.streamWindow, on: stream)
            try peer.trailers(stream, status: 0)
            try peer.answer(peer.request())
            _ = try peer.request()
            try peer.push(1 << 20, on: stream)
            peer.untilClosed()
        } _: { (channel) async throws in
            try await channel.serverStreaming(method, []).cancel()
            #expect(try await channel.unary(method, [], timeout: .seconds(20)).message == [1])
            let error = await #expect(throws: RPCError.self) {
                try await channel.unary(method, [], timeout: .seconds(20))
            }
            #expect(error?.message == "the peer broke HTTP/2's rules")
            #expect(error?.cause == "STREAM_CLOSED: DATA on stream 1, which is over")
        }
    }

    /// Such a server cannot be told what it did wrong.
    @Test(arguments: Transport.allCases)
    func aServerThatBreaksARuleAndReadsNothingIsGivenUp(_ transport: Transport) async throws {
        try await transport.withPeer { peer in
            try peer.greet(initialWindow: 64 << 20)
            try peer.send(type: 8, payload: [4, 0, 0, 0])
            while try peer.frame().type != 1 {}
            // Until the client can send no more.
            var unread = -1
            while unread != peer.unread {
                unread = peer.unread
                usleep(50_000)
            }
            try peer.send(type: 0, stream: 1, payload: [UInt8](repeating: 0, count: 16_385))
            try peer.flood(PeerConnection.bytes(type: 6, payload: [0, 0, 0, 0, 0, 0, 0, 0]))
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) {
                try await channel.unary(method, [UInt8](repeating: 0, count: 32 << 20), timeout: .seconds(20))
            }
            #expect(error?.message == "the peer broke HTTP/2's rules")
        }
    }
}
