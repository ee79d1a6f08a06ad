import AsyncIO
import GRPC
import Testing

/// Calls that are made again because their policy says so, and those that never are.
@Suite(.timeLimit(.minutes(1))) struct RetryTests {
    private static let reading = RetryPolicy(retries: 2)

    private static func answer(_ peer: PeerConnection, _ stream: UInt32, _ byte: UInt8) throws {
        try peer.accept(stream)
        try peer.message(stream, [byte])
        try peer.trailers(stream, status: 0)
    }

    /// How an answer may be lost before its first message.
    enum Loss: CaseIterable { case before, headers, withinMessage, status, goAway }

    /// Loses the answer of a request that was received in full.
    private static func lose(_ loss: Loss, _ peer: PeerConnection, _ stream: UInt32) throws {
        switch loss {
        case .before: break
        case .headers: try peer.accept(stream)
        case .withinMessage:
            try peer.accept(stream)
            try peer.body(stream, [0, 0, 0, 0, 9, 1, 2])
        case .status:
            let fields = [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "14")]
            try peer.headers(stream, fields, ends: true)
        case .goAway: try peer.goAway(last: stream, code: 2)
        }
    }

    @Test(arguments: Loss.allCases) func aReadWhoseAnswerWasLostIsMadeAgain(_ loss: Loss) async throws {
        let asked = Lock(0)
        try await withPeer { peer, number in
            try peer.greet()
            let stream = try peer.request()
            asked.withLock { $0 += 1 }
            if number == 0 {
                try Self.lose(loss, peer, stream)
                if loss != .status { return }
                asked.withLock { $0 += 1 }
                try Self.answer(peer, peer.request(), 1)
            } else {
                try Self.answer(peer, stream, 1)
            }
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.serverStreaming(method, [7], retry: Self.reading)
            #expect(try await call.all() == [[1]])
            #expect(asked.withLock { $0 } == 2)
        }
    }

    /// The kinds of call, all without a policy.
    enum Kind: CaseIterable { case unary, serverStreaming, streaming }

    @Test(arguments: Kind.allCases, Loss.allCases)
    func aCallWithoutAPolicyWhoseAnswerWasLostIsNotSentAgain(_ kind: Kind, _ loss: Loss) async throws {
        let asked = Lock(0)
        try await withPeer { peer, _ in
            try peer.greet()
            while true {
                let stream = try peer.request()
                asked.withLock { $0 += 1 }
                try Self.lose(loss, peer, stream)
                if loss != .status { return }
            }
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) {
                switch kind {
                case .unary: _ = try await channel.unary(method, [7])
                case .serverStreaming: _ = try await channel.serverStreaming(method, [7]).all()
                case .streaming:
                    let call = try await channel.streaming(method)
                    try await call.send([7])
                    _ = try await call.response()
                }
            }
            #expect(error?.code == .unavailable)
            #expect(error?.mayHaveBeenProcessed == true)
            #expect(asked.withLock { $0 } == 1)
        }
    }

    @Test func aReadIsMadeAgainAsOftenAsItsPolicySays() async throws {
        let asked = Lock(0)
        try await withPeer { peer, _ in
            try peer.greet()
            while true {
                let stream = try peer.request()
                asked.withLock { $0 += 1 }
                try Self.lose(.status, peer, stream)
            }
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) {
                try await channel.unary(method, [], retry: Self.reading)
            }
            #expect(error?.code == .unavailable)
            #expect(error?.mayHaveBeenProcessed == true)
            #expect(asked.withLock { $0 } == 3)
        }
    }

    @Test func afterAMessageNothingIsMadeAgain() async throws {
        let asked = Lock(0)
        try await withPeer { peer, _ in
            try peer.greet()
            while true {
                let stream = try peer.request()
                asked.withLock { $0 += 1 }
                try peer.accept(stream)
                try peer.message(stream, [1])
                try peer.trailers(stream, status: 14)
            }
        } _: { (channel) async throws in
            let call = try await channel.serverStreaming(method, [], retry: Self.reading)
            #expect(try await call.nextMessages() == [[1]])
            let error = await #expect(throws: RPCError.self) { try await call.nextMessages() }
            #expect(error?.code == .unavailable)
            #expect(asked.withLock { $0 } == 1)
        }
    }

    @Test func theDeadlineIsForAllAttemptsTogether() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            while true { try Self.lose(.status, peer, peer.request()) }
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) {
                // The pauses are 40 ms and 64 ms at the least.
                try await channel.unary(
                    method, [], timeout: .milliseconds(100), retry: RetryPolicy(retries: 4))
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(error?.mayHaveBeenProcessed == true)
        }
    }
}
