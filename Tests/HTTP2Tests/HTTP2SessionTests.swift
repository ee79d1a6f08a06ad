import HTTP2
import Testing

@Suite struct HTTP2SessionTests {
    private static let request = [
        HeaderField(":method", "POST"), HeaderField(":scheme", "http"), HeaderField(":path", "/a/b"),
        HeaderField(":authority", "here"), HeaderField("authorization", "Bearer x", isSecret: true),
    ]

    /// A client and a server whose bytes are carried by hand.
    private struct Pair {
        let client: HTTP2Session
        let server: ServerSession
        var events: [SessionEvent] = []
        var sent: [StreamID] = []

        init(server: ServerSession = ServerSession(), maximumHeaderListSize: Int = 64 << 10) throws {
            client = try HTTP2Session(maximumHeaderListSize: maximumHeaderListSize)
            self.server = server
            try exchange()
            events = []
        }

        /// Carries bytes both ways until there are none.
        mutating func exchange(piece: Int = .max) throws {
            while true {
                var toServer: [UInt8] = []
                try client.takeOutput(into: &toServer, upTo: .max) { stream, _ in sent.append(stream) }
                #expect(server.receive(toServer))
                var toClient = server.output()[...]
                if toServer.isEmpty && toClient.isEmpty { return }
                while !toClient.isEmpty {
                    events += try client.receive(Array(toClient.prefix(piece))[...])
                    toClient = toClient.dropFirst(piece)
                }
            }
        }

        var data: [UInt8] {
            events.flatMap { if case .data(_, let bytes) = $0 { Array(bytes) } else { [UInt8]() } }
        }

        var withoutData: [SessionEvent] {
            events.filter { if case .data = $0 { false } else if case .unproductive = $0 { false } else { true } }
        }
    }

    @Test func tellsThePeersSettings() throws {
        let client = try HTTP2Session(maximumHeaderListSize: 1_000)
        let server = ServerSession(maximumStreams: 7)
        var preface: [UInt8] = []
        try client.takeOutput(into: &preface, upTo: .max) { _, _ in }
        #expect(preface.starts(with: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        #expect(server.receive(preface))
        let events = try client.receive(server.output()[...])
        #expect(events.first == .settings(PeerSettings(maximumStreams: 7, maximumHeaderListSize: Int(UInt32.max))))
    }

    @Test(arguments: [Int.max, 1, 7]) func carriesARequestAndItsAnswerInPiecesOfAnySize(_ piece: Int) throws {
        var pair = try Pair()
        let body = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let stream = try pair.client.submit(Self.request, body: body)
        try pair.exchange(piece: piece)
        #expect(pair.sent == [stream])
        #expect(pair.server.headers[stream] == Self.request.map { HeaderField($0.name, $0.value) })
        #expect(pair.server.bodies[stream] == body)
        #expect(pair.server.complete == [stream])
        pair.server.answer(stream, [(":status", "200"), ("x", "y")], body: body, trailers: [("grpc-status", "0")])
        try pair.exchange(piece: piece)
        #expect(
            pair.withoutData == [
                .headers(stream, [HeaderField(":status", "200"), HeaderField("x", "y")], endsStream: false),
                .headers(stream, [HeaderField("grpc-status", "0")], endsStream: true),
                .closed(stream, .noError),
            ])
        #expect(pair.data == body)
    }

    @Test func tellsAnAnswerWithoutBodyAndOneWithoutTrailers() throws {
        var pair = try Pair()
        let (a, b) = (try pair.client.submit(Self.request, body: [1]), try pair.client.submit(Self.request, body: []))
        try pair.exchange()
        pair.server.answer(a, [(":status", "200"), ("grpc-status", "3")])
        try pair.exchange()
        pair.server.interim(b, status: "103")
        pair.server.answer(b, [(":status", "200")], body: [9, 9])
        try pair.exchange()
        #expect(
            pair.withoutData == [
                .headers(a, [HeaderField(":status", "200"), HeaderField("grpc-status", "3")], endsStream: true),
                .closed(a, .noError),
                .headers(b, [HeaderField(":status", "103")], endsStream: false),
                .headers(b, [HeaderField(":status", "200")], endsStream: false),
                .end(b), .closed(b, .noError),
            ])
    }

    @Test func aStreamStopsAtItsWindowUntilItIsCredited() throws {
        var pair = try Pair()
        let stream = try pair.client.submit(Self.request, body: [])
        try pair.exchange()
        pair.server.answer(stream, [(":status", "200")], body: [UInt8](repeating: 1, count: 10 << 20))
        try pair.exchange()
        #expect(pair.data.count == HTTP2Session.streamWindow)
        pair.client.creditConnection(pair.data.count)
        pair.client.credit(stream, 3 << 20)
        try pair.exchange()
        #expect(pair.data.count == HTTP2Session.streamWindow + 3 << 20)
    }

    @Test func anUnreadStreamDoesNotStallAnother() throws {
        var pair = try Pair()
        let (a, b) = (try pair.client.submit(Self.request, body: []), try pair.client.submit(Self.request, body: []))
        try pair.exchange()
        pair.server.answer(a, [(":status", "200")], body: [UInt8](repeating: 1, count: 10 << 20))
        try pair.exchange()
        pair.server.answer(b, [(":status", "200")], body: [UInt8](repeating: 2, count: 3 << 20))
        try pair.exchange()
        #expect(pair.data.filter { $0 == 2 }.count == 3 << 20)
    }

    @Test func aResetAndAGoAwayCloseStreamsWithTheirCodes() throws {
        var pair = try Pair()
        let streams = try (0..<3).map { _ in try pair.client.submit(Self.request, body: []) }
        try pair.exchange()
        pair.server.reset(streams[0], .enhanceYourCalm)
        try pair.exchange()
        pair.server.goAway(last: streams[1], .noError)
        try pair.exchange()
        #expect(
            pair.withoutData == [
                .closed(streams[0], .enhanceYourCalm),
                .goAway(last: streams[1], .noError, debug: "bye"),
                .closed(streams[2], .refusedStream),
            ])
    }

    @Test func aListOfHeadersOverTheBoundIsToldOnceAndNotKept() throws {
        var pair = try Pair(maximumHeaderListSize: 10_000)
        let stream = try pair.client.submit(Self.request, body: [])
        try pair.exchange()
        let fields = [(":status", "200")] + (0..<20).map { ("x-\($0)", String(repeating: "v", count: 1_000)) }
        pair.server.answer(stream, fields, body: [1], trailers: [("grpc-status", "0")])
        try pair.exchange()
        #expect(pair.withoutData.first == .headersTooLarge(stream))
        #expect(pair.withoutData.filter { $0 == .headersTooLarge(stream) }.count == 1)
    }

    @Test func resettingAStreamReachesThePeer() throws {
        var pair = try Pair()
        let stream = try pair.client.submit(Self.request, body: [])
        try pair.exchange()
        pair.client.reset(stream, .cancel)
        try pair.exchange()
        #expect(pair.server.closed[stream] == ErrorCode.cancel.rawValue)
        #expect(pair.client.takeEvents() == [.closed(stream, .cancel)])
    }

    @Test func pingsAreAnsweredBothWaysAndCounted() throws {
        var pair = try Pair()
        pair.client.ping()
        pair.server.ping()
        try pair.exchange()
        #expect(pair.events.contains(.pingAnswered))
        let counted = pair.events.reduce(0) { if case .unproductive(let count) = $1 { $0 + count } else { $0 } }
        #expect(counted == 2)
    }

    @Test func windowUpdatesForWhatWasSentAreNoFlood() throws {
        let client = try HTTP2Session(maximumHeaderListSize: 1_000)
        _ = try client.receive([0, 0, 0, 4, 0, 0, 0, 0, 0])
        _ = try client.submit(Self.request, body: [UInt8](repeating: 1, count: 40_000))
        var output: [UInt8] = []
        try client.takeOutput(into: &output, upTo: .max) { _, _ in }
        // Three frames of DATA; each is worth an update of its stream's window and one of the connection's.
        let update: [UInt8] = [0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        let expected = try client.receive(Array(repeatElement(update, count: 6).joined())[...])
        #expect(expected == [])
        #expect(try client.receive(update[...]) == [.unproductive(1)])
    }

    @Test func garbageEndsTheSessionWithoutAnErrorOfItsOwn() throws {
        let client = try HTTP2Session(maximumHeaderListSize: 1_000)
        _ = try client.receive(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)[...])
        var output: [UInt8] = []
        try client.takeOutput(into: &output, upTo: .max) { _, _ in }
        #expect(client.isOver)
        #expect(client.complaint != nil)
    }

    @Test(arguments: ["a\r\nb: c", "a\nb", "\u{0}", "\u{7F}"]) func controlCharactersDoNotGoOnTheWire(_ value: String)
        throws
    {
        let client = try HTTP2Session(maximumHeaderListSize: 1_000)
        #expect(throws: SessionError.self) { try client.submit(Self.request + [HeaderField("x", value)], body: []) }
        #expect(throws: SessionError.self) { try client.submit(Self.request + [HeaderField(value, "x")], body: []) }
    }

    @Test func terminatingTellsThePeerAndEndsTheSession() throws {
        var pair = try Pair()
        pair.client.terminate(.noError)
        try pair.exchange()
        #expect(pair.client.isOver)
        #expect(pair.server.goAwayCode == 0)
    }
}
