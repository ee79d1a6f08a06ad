import AsyncIO
import GRPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct DeadlineTests {
    @Test func aSilentServerDoesNotHoldACallPastItsDeadline() async throws {
        let (seen, told) = (Lock(false), Lock<RPCError?>(nil))
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            seen.withLock { $0 = true }
            #expect(try peer.reset(of: stream) == 8)
            peer.untilClosed()
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) {
                try await channel.unary(method, [], timeout: .milliseconds(200))
            }
            told.withLock { $0 = error }
        }
        let error = told.withLock { $0 }
        #expect(error?.code == .deadlineExceeded)
        // On a machine that is very busy the time may be over before there is a connection.
        #expect(error?.mayHaveBeenProcessed == seen.withLock { $0 })
    }

    @Test func aFloodingServerDoesNotEither() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            try peer.accept(stream)
            let message = [UInt8](repeating: 1, count: 1_000)
            while true { try peer.message(stream, message) }
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) {
                try await channel.serverStreaming(method, [], timeout: .milliseconds(200)).all()
            }
            #expect(error?.code == .deadlineExceeded)
        }
    }

    @Test func aCallThatGetsNoSlotIsNotSentAndSaysSo() async throws {
        try await withPeer { peer, _ in
            try peer.greet(maximumStreams: 0)
            peer.untilClosed()
        } _: { (channel) async throws in
            let error = await #expect(throws: RPCError.self) {
                try await channel.unary(method, [], timeout: .milliseconds(50))
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(error?.mayHaveBeenProcessed == false)
        }
    }

    @Test func callsOverTheServersLimitWaitTheirTurn() async throws {
        try await withPeer { peer, _ in
            try peer.greet(maximumStreams: 1)
            for _ in 0..<3 {
                let stream = try peer.request()
                try peer.answer(stream)
            }
            peer.untilClosed()
        } _: { (channel) async throws in
            async let a = channel.unary(method, [])
            async let b = channel.unary(method, [])
            async let c = channel.unary(method, [])
            #expect(try await [a, b, c].allSatisfy { $0.message == [1] })
        }
    }

    // Cancellation.

    @Test func cancellingTheTaskResetsTheStream() async throws {
        let answered = Lock(false)
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            answered.withLock { $0 = true }
            #expect(try peer.reset(of: stream) == 8)
            peer.untilClosed()
        } _: { (channel) async throws in
            let task = Task { try await channel.unary(method, []) }
            while !answered.withLock({ $0 }) { await Task.yield() }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test(arguments: [true, false]) func cancellingOrDroppingTheCallResetsTheStream(_ isDropped: Bool) async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            try peer.accept(stream)
            #expect(try peer.reset(of: stream) == 8)
            let next = try peer.request()
            try peer.answer(next)
            peer.untilClosed()
        } _: { (channel) async throws in
            do {
                let call = try await channel.serverStreaming(method, [])
                if !isDropped {
                    let messages = Task { try await call.nextMessages() }
                    call.cancel()
                    await #expect(throws: CancellationError.self) { try await messages.value }
                }
            }
            #expect(try await channel.unary(method, []).message == [1])
        }
    }

    @Test func aTaskThatWasCancelledBeforeSendsNothing() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            _ = try peer.request()
            struct Sent: Error {}
            throw Sent()
        } _: { (channel) async throws in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await channel.unary(method, [])
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }
}
