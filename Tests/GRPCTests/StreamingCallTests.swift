import AsyncIO
import GRPC
import HTTP2
import Testing

/// Calls whose request is a stream: what arrives, who waits, and how each of them ends.
@Suite(.timeLimit(.minutes(1))) struct StreamingCallTests {
    private static let part = [UInt8](repeating: 7, count: 100 << 10)

    // What arrives.

    @Test func messagesGoBothWaysWhileAReaderWaits() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.begin()
            try peer.accept(stream, [("asked", "yes")])
            while let message = try peer.message(from: stream) { try peer.message(stream, message.reversed()) }
            try peer.trailers(stream, status: 0, [("counted", "3")])
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.streaming(method)
            let answers = Task { try await call.all() }
            for message: [UInt8] in [[1, 2], [], [3, 4, 5]] { try await call.send(message) }
            try await call.finish()
            #expect(try await answers.value == [[2, 1], [], [5, 4, 3]])
            #expect(try await call.initialMetadata["asked"] == "yes")
            #expect(await call.trailingMetadata["counted"] == "3")
        }
    }

    @Test func aCallOfOneAnswerGivesItAfterTheLastMessage() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.begin()
            var sum = 0
            while let message = try peer.message(from: stream) { sum += message.count }
            try peer.answer(stream, [UInt8(sum >> 16), UInt8(sum >> 8 & 255), UInt8(sum & 255)])
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.streaming(method)
            for count in [27_182, 8, 1_828, 45_904] { try await call.send([UInt8](repeating: 0, count: count)) }
            #expect(try await call.response().message == [0x01, 0x24, 0xAA])  // 74,922
        }
    }

    @Test func aRequestWithoutMessagesEnds() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.begin()
            #expect(try peer.message(from: stream) == nil)
            try peer.accept(stream)
            try peer.trailers(stream, status: 0)
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.streaming(method)
            try await call.finish()
            try await call.finish()
            #expect(try await call.nextMessages() == [])
        }
    }

    @Test func messagesOfSeveralSendersArriveWhole() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.begin()
            var counts = [Int](repeating: 0, count: 8)
            while let message = try peer.message(from: stream) {
                let sender = Int(message[0])
                #expect(message == [UInt8](repeating: message[0], count: 40_000 + sender))
                counts[sender] += 1
            }
            #expect(counts == [Int](repeating: 20, count: 8))
            try peer.answer(stream)
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.streaming(method)
            try await withThrowingTaskGroup { group in
                for sender in 0..<8 {
                    group.addTask {
                        let message = [UInt8](repeating: UInt8(sender), count: 40_000 + sender)
                        for _ in 0..<20 { try await call.send(message) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await call.response().message == [1])
        }
    }

    // Who waits.

    @Test func aSenderWaitsWhileAMebibyteWaitsToBeSentAndGoesOnAsThePeerTakesIt() async throws {
        let sent = Lock(0)
        try await withPeer { peer, _ in
            peer.opensWindows = false
            try peer.greet()
            try peer.open(0, by: 1 << 20)
            let stream = try peer.begin()
            try peer.answer(peer.request())
            // The client has looked.
            try peer.answer(peer.request())
            peer.opensWindows = true
            try peer.open(stream, by: 65_535)
            var count = 0
            while try peer.message(from: stream) != nil { count += 1 }
            #expect(count == 40)
            try peer.answer(stream)
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.streaming(method)
            let sending = Task {
                for _ in 0..<40 {
                    try await call.send(Self.part)
                    sent.withLock { $0 += 1 }
                }
            }
            // 65,535 bytes are in the peer's window; the twelfth message finds more than the mark waiting.
            while sent.withLock({ $0 }) < 11 { await Task.yield() }
            #expect(try await channel.unary(method, []).message == [1])
            #expect(sent.withLock { $0 } == 11)
            _ = try await channel.unary(method, [])
            try await sending.value
            #expect(try await call.response().message == [1])
        }
    }

    /// How a call may end while senders wait for room, and what they are told.
    enum End: CaseIterable { case status, good, reset, lost, deadline, cancel, close }

    @Test(arguments: End.allCases) func sendersThatWaitAreToldOfTheEnd(_ end: End) async throws {
        try await withPeer { peer, _ in
            peer.opensWindows = false
            try peer.greet()
            let stream = try peer.begin()
            while peer.bodies[stream, default: []].count < 65_535 { try peer.frame() }
            switch end {
            case .status: try peer.headers(stream, Self.refusal, ends: true)
            case .good:
                try peer.accept(stream)
                try peer.trailers(stream, status: 0)
            case .reset: try peer.reset(stream, code: 11)
            case .lost: return
            case .deadline, .cancel, .close: break
            }
            // Our side of an answered stream is reset without blame.
            if end == .status || end == .good { #expect(try peer.reset(of: stream) == 0) }
            if end == .deadline || end == .cancel { #expect(try peer.reset(of: stream) == 8) }
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.streaming(method, timeout: end == .deadline ? .seconds(2) : nil)
            let senders = (0..<3).map { _ in
                Task { while true { try await call.send(Self.part) } }
            }
            if end == .cancel { await call.cancel() }
            if end == .close { await channel.close() }
            for sender in senders {
                let error = await #expect(throws: (any Error).self) { try await sender.value }
                let code = (error as? RPCError)?.code
                switch end {
                case .status: #expect(code == .permissionDenied)
                case .good: #expect(code == .failedPrecondition)
                case .reset: #expect(code == .resourceExhausted)
                case .lost: #expect(code == .unavailable)
                case .deadline: #expect(code == .deadlineExceeded)
                case .close: #expect(code == .cancelled)
                case .cancel: #expect(error is CancellationError)
                }
            }
        }
    }

    @Test func cancellingATaskThatWaitsForRoomResetsTheStream() async throws {
        try await withPeer { peer, _ in
            peer.opensWindows = false
            try peer.greet()
            let stream = try peer.begin()
            try peer.accept(stream)
            try peer.message(stream, [1])
            #expect(try peer.reset(of: stream) == 8)
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.streaming(method)
            let sender = Task { while true { try await call.send(Self.part) } }
            #expect(try await call.nextMessages() == [[1]])
            sender.cancel()
            await #expect(throws: CancellationError.self) { try await sender.value }
            await #expect(throws: CancellationError.self) { try await call.nextMessages() }
            await #expect(throws: CancellationError.self) { try await call.send([1]) }
            await #expect(throws: CancellationError.self) { try await call.finish() }
        }
    }

    // Ends.

    @Test func anEarlyStatusIsWhatReadersAndSendersAreTold() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.begin()
            try peer.headers(stream, Self.refusal, ends: true)
            #expect(try peer.reset(of: stream) == 0)
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.streaming(method)
            // Read before the request's end is said, which would leave nothing to be reset.
            let error = await #expect(throws: RPCError.self) { try await call.nextMessages() }
            #expect(error?.code == .permissionDenied)
            #expect(error?.message == "not you")
            #expect(error?.mayHaveBeenProcessed == true)
            let again = await #expect(throws: RPCError.self) { try await call.send([1]) }
            #expect(again == error)
            let metadata = await #expect(throws: RPCError.self) { try await call.initialMetadata }
            #expect(metadata == error)
            let response = await #expect(throws: RPCError.self) { try await call.response() }
            #expect(response == error)
            try await call.finish()
        }
    }

    @Test func nothingFollowsTheRequestsEnd() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.begin()
            #expect(try peer.message(from: stream) == [1])
            #expect(try peer.message(from: stream) == nil)
            try peer.answer(stream)
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.streaming(method)
            try await call.send([1])
            try await call.finish()
            let error = await #expect(throws: RPCError.self) { try await call.send([2]) }
            #expect(error?.code == .failedPrecondition)
            #expect(try await call.response().message == [1])
        }
    }

    @Test func theDeadlineEndsACallThatNobodyAnswers() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.begin()
            #expect(try peer.reset(of: stream) == 8)
            peer.untilClosed()
        } _: { (channel) async throws in
            // Long enough for the connection on a machine that is very busy.
            let call = try await channel.streaming(method, timeout: .seconds(2))
            let error = await #expect(throws: RPCError.self) { try await call.nextMessages() }
            #expect(error?.code == .deadlineExceeded)
            #expect(error?.mayHaveBeenProcessed == true)
        }
    }

    @Test func droppingACallResetsItsStream() async throws {
        try await withPeer { peer, _ in
            try peer.greet()
            #expect(try peer.reset(of: peer.begin()) == 8)
            try peer.answer(peer.request())
            peer.untilClosed()
        } _: { (channel) async throws in
            try await channel.streaming(method).send([1])
            #expect(try await channel.unary(method, []).message == [1])
        }
    }

    // Once and not twice.

    @Test func aCallWhoseHeadersNeverLeftIsTriedAgain() async throws {
        try await withPeer { peer, number in
            try peer.greet(maximumStreams: number == 0 ? 0 : nil)
            guard number > 0 else {
                // The client has our settings once it acknowledges them; its call then waits for a slot.
                while case let frame = try peer.frame(), frame.type != 4 || frame.flags != 1 {}
                return
            }
            try peer.answer(peer.request())
            peer.untilClosed()
        } _: { (channel) async throws in
            #expect(try await channel.streaming(method).response().message == [1])
        }
    }

    @Test func aCallThatIsRefusedAfterItsHeadersLeftIsNotSentAgainAndSaysThatItMayBe() async throws {
        let begun = Lock(0)
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.begin()
            begun.withLock { $0 += 1 }
            _ = try peer.message(from: stream)
            try peer.reset(stream, code: 7)
            peer.untilClosed()
        } _: { (channel) async throws in
            let call = try await channel.streaming(method)
            try await call.send([1])
            let error = await #expect(throws: RPCError.self) { try await call.response() }
            #expect(error?.code == .unavailable)
            #expect(error?.mayHaveBeenProcessed == false)
            #expect(begun.withLock { $0 } == 1)
        }
    }

    private static let refusal = [
        (":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "7"), ("grpc-message", "not you"),
    ]
}

extension StreamingCall {
    /// All messages to the good end.
    fileprivate func all() async throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        while case let more = try await nextMessages(), !more.isEmpty { messages += more }
        return messages
    }
}
