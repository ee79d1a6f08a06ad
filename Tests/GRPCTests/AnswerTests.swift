import AsyncIO
import GRPC
import Testing

/// Calls over a socket, and what comes of the ways a server can answer.
@Suite(.timeLimit(.minutes(1))) struct AnswerTests {
    @Test(arguments: [false, true]) func streamsMessagesMetadataAndStatusByteByByteToo(_ isSlow: Bool) async throws {
        try await withPeer { peer, _ in
            peer.isSlow = isSlow
            try peer.greet()
            let stream = try peer.request()
            try peer.accept(stream, [("x-initial", "1"), ("date", "today")])
            for length in [0, 1, 300] { try peer.message(stream, [UInt8](repeating: 5, count: length)) }
            try peer.trailers(stream, status: 0, [("x-trailing", "2")])
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.serverStreaming(method, [1, 2, 3])
            #expect(try await call.initialMetadata()["x-initial"] == "1")
            #expect(try await call.initialMetadata()["date"] == "today")
            #expect(try await call.all().map(\.count) == [0, 1, 300])
            #expect(await call.trailingMetadata["x-trailing"] == "2")
            #expect(try await call.nextMessages() == [])
        }
    }

    @Test func manyUnaryCallsShareOneConnection() async throws {
        try await withPeer { peer, number in
            #expect(number == 0)
            try peer.greet(maximumStreams: 10)
            while true {
                let stream = try peer.request()
                try peer.answer(stream, [UInt8(truncatingIfNeeded: stream)])
            }
        } _: { (channel) async throws in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        for _ in 0..<10 { _ = try await channel.unary(method, [9], timeout: .seconds(20)) }
                        return 10
                    }
                }
                let calls = try await group.reduce(0, +)
                #expect(calls == 200)
            }
        }
    }

    @Test func aTrailersOnlyAnswerIsThrownWithItsMetadata() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            try peer.headers(
                stream,
                [
                    (":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "3"),
                    ("grpc-message", "error building dataframe: na%C3%AFve%0Atrace"), ("date", "today"),
                ], ends: true)
            peer.untilClosed()
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.serverStreaming(method, []) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message == "error building dataframe: naïve\ntrace")
            #expect(error?.trailingMetadata["date"] == "today")
        }
    }

    @Test func anErrorAfterMessagesIsThrownAfterThem() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            try peer.accept(stream)
            try peer.message(stream, [1])
            try peer.trailers(stream, status: 13, [("grpc-message", "late")])
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.serverStreaming(method, [])
            #expect(try await call.nextMessages() == [[1]])
            let error = await #expect(throws: RPCError.self) { try await call.nextMessages() }
            #expect(error?.description == "INTERNAL: late")
            await #expect(throws: RPCError.self) { try await call.nextMessages() }
        }
    }

    @Test func anEndWithoutAStatusIsAnError() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            try peer.accept(stream)
            try peer.body(stream, [0, 0, 0, 0, 1, 7], ends: true)
            peer.untilClosed()
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) {
                try await channel.serverStreaming(method, []).all()
            }
            #expect(error?.message == "the server ended the call without a status")
        }
    }

    @Test func aResetIsAnErrorWithItsCode() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            try peer.accept(stream)
            try peer.message(stream, [1])
            try peer.reset(stream, code: 11)
            peer.untilClosed()
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.serverStreaming(method, []).all() }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.cause == "HTTP/2 error ENHANCE_YOUR_CALM")
            #expect(error?.mayHaveBeenProcessed == true)
        }
    }

    @Test func anotherHTTPStatusEndsTheCall() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            try peer.headers(stream, [(":status", "103")])
            try peer.headers(stream, [(":status", "503"), ("content-type", "text/html")])
            #expect(try peer.reset(of: stream) == 8)
            peer.untilClosed()
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(error?.description == "UNAVAILABLE: the server answered HTTP status 503")
        }
    }

    @Test func aStatusBeforeTheWholeRequestWasSentStandsAndResetsTheStream() async throws {
        try await withPeer { peer, _ in
            try peer.greet(initialWindow: 1_000)
            while try peer.frame().type != 1 {}
            try peer.headers(1, [(":status", "200"), ("grpc-status", "8"), ("grpc-message", "too long")], ends: true)
            #expect(try peer.reset(of: 1) == 0)
            peer.untilClosed()
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) {
                try await channel.unary(method, [UInt8](repeating: 0, count: 100_000))
            }
            #expect(error?.description == "RESOURCE_EXHAUSTED: too long")
        }
    }

    @Test(arguments: [0, 2]) func aUnaryAnswerIsOneMessage(_ count: Int) async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            try peer.accept(stream)
            for _ in 0..<count { try peer.message(stream, [1]) }
            try peer.trailers(stream, status: 0)
            peer.untilClosed()
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, []) }
            #expect(error?.code == .internal)
        }
    }

    // Bounds.

    @Test func aRequestTheServerWouldNotTakeIsNotSent() async throws {
        try await withPeer { peer, _ in
            try peer.greet(maximumHeaderListSize: 500)
            peer.untilClosed()
        } _: { (channel) async throws in
            var metadata = Metadata()
            try metadata.add("x", String(repeating: "v", count: 500))
            let error = await #expect(throws: RPCError.self) { try await channel.unary(method, [], metadata: metadata) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.mayHaveBeenProcessed == false)
        }
    }

    @Test func aMethodThatIsNoPathIsNotSent() async throws {
        try await withPeer { peer, _ in
            peer.untilClosed()
        } _: { (channel) async throws in
            for path in ["", "a/b", "/a b", "/a\r\nb"] {
                let error = await #expect(throws: RPCError.self) { try await channel.unary(path, []) }
                #expect(error?.code == .invalidArgument)
            }
        }
    }
}
