import AsyncIO
import GRPC
import Glibc
import Testing

/// Calls that are made again because their policy says so, and those that never are.
@Suite(.timeLimit(.minutes(1))) struct RetryTests {
    private static let reading = RetryPolicy(retries: 2)

    /// How an answer may be lost; before its first message but for the last.
    enum Loss: CaseIterable { case before, headers, withinMessage, status, goAway, afterMessage }

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
        case .afterMessage:
            try peer.accept(stream)
            try peer.message(stream, [1])
            try peer.trailers(stream, status: 14)
        }
    }

    @Test(arguments: Loss.allCases.filter { $0 != .afterMessage }) func aReadWhoseAnswerWasLostIsMadeAgain(_ loss: Loss)
        async throws
    {
        let asked = Lock(0)
        try await withPeer { peer, number in
            try peer.greet()
            let stream = try peer.request()
            asked.withLock { $0 += 1 }
            if number == 0 {
                try Self.lose(loss, peer, stream)
                if loss != .status { return }
                asked.withLock { $0 += 1 }
                try peer.answer(peer.request())
            } else {
                try peer.answer(stream)
            }
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.serverStreaming(method, [7], retry: Self.reading)
            #expect(try await call.all() == [[1]])
            #expect(asked.withLock { $0 } == 2)
        }
    }

    /// A call to a server that loses every answer, and how often the server is asked.
    struct Loser: CustomTestStringConvertible {
        enum Kind: CaseIterable { case unary, serverStreaming, streaming }

        let kind: Kind
        let loss: Loss
        var retry = RetryPolicy.never
        let asked: Int

        var testDescription: String { "\(kind), \(loss), \(retry == .never ? "no policy" : "a policy"): \(asked)" }

        static let withoutPolicy = Kind.allCases.flatMap { kind in
            Loss.allCases.map { Loser(kind: kind, loss: $0, asked: 1) }
        }

        func call(_ channel: Channel) async throws {
            switch kind {
            case .unary: _ = try await channel.unary(method, [7], retry: retry)
            case .serverStreaming: _ = try await channel.serverStreaming(method, [7], retry: retry).all()
            case .streaming:
                let call = try await channel.streaming(method)
                try await call.send([7])
                _ = try await call.response()
            }
        }
    }

    /// Without a policy once, with one as often as it says, and after a message never again.
    @Test(
        arguments: Loser.withoutPolicy + [
            Loser(kind: .unary, loss: .status, retry: reading, asked: 3),
            Loser(kind: .serverStreaming, loss: .status, retry: reading, asked: 3),
            Loser(kind: .serverStreaming, loss: .afterMessage, retry: reading, asked: 1),
        ])
    func aServerThatLosesEveryAnswerIsAskedOnlyAsOftenAsThePolicySays(_ row: Loser) async throws {
        let asked = Lock(0)
        try await withPeer { peer, _ in
            try peer.greet()
            while true {
                let stream = try peer.request()
                asked.withLock { $0 += 1 }
                try Self.lose(row.loss, peer, stream)
                if row.loss != .status, row.loss != .afterMessage { return }
            }
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) { try await row.call(channel) }
            #expect(error?.code == .unavailable)
            #expect(error?.mayHaveBeenProcessed == true)
            #expect(asked.withLock { $0 } == row.asked)
        }
    }

    /// What the first answer asks for, and how many requests the server then gets.
    static let pushbacks = [("0", 2), ("-1", 1), ("100000000", 1), ("later", 1), ("40000", 1)]

    @Test(arguments: pushbacks)
    func aServerSaysInItsTrailersWhetherAReadIsMadeAgain(_ pushback: String, _ requests: Int) async throws {
        let asked = Lock(0)
        try await withPeer { peer, _ in
            try peer.greet()
            let fields = [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "14")]
            let first = try peer.request()
            asked.withLock { $0 += 1 }
            try peer.headers(first, fields + [("grpc-retry-pushback-ms", pushback)], ends: true)
            let second = try peer.request()
            asked.withLock { $0 += 1 }
            try peer.answer(second)
            peer.untilClosed()
        } _: { (channel) async throws in
            // Also where the server asks for more time than the call has, its own status is what is told.
            let call = { try await channel.unary(method, [], timeout: .seconds(30), retry: Self.reading) }
            if requests > 1 {
                #expect(try await call().message == [1])
            } else {
                #expect(await #expect(throws: RPCError.self) { try await call() }?.code == .unavailable)
            }
            #expect(asked.withLock { $0 } == requests)
        }
    }

    @Test func theDeadlineIsForAllAttemptsTogether() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            while true {
                let stream = try peer.request()
                // No attempt takes as long as the call has, and all five of them take longer.
                usleep(500_000)
                try Self.lose(.status, peer, stream)
            }
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) {
                try await channel.unary(method, [], timeout: .seconds(2), retry: RetryPolicy(retries: 4))
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(error?.mayHaveBeenProcessed == true)
        }
    }
}
