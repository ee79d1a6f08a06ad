import AsyncIO
import GRPC
import HTTP2
import Testing

@Suite(.timeLimit(.minutes(1))) struct FlowControlTests {
    @Test func aMessageLongerThanAllWindowsArrives() async throws {
        let count = 40 << 20
        try await withPeer { peer, _ in
            try peer.greet()
            let stream = try peer.request()
            try peer.accept(stream)
            var message = [UInt8](repeating: 3, count: count)
            message[count - 1] = 4
            try peer.message(stream, message)
            try peer.trailers(stream, status: 0)
            peer.untilClosed()
        } _: { (channel) async throws in
            let message = try await channel.unary(method, []).message
            #expect(message.count == count)
            #expect(message.first == 3)
            #expect(message.last == 4)
        }
    }

    @Test func aReaderThatDoesNotReadHoldsOneWindowAndStallsNoOther() async throws {
        let sent = Lock(0)
        try await withPeer { peer, _ in
            try peer.greet()
            let unread = try peer.request()
            try peer.accept(unread)
            var total = 0
            while peer.window(of: unread) >= 10_005 {
                try peer.message(unread, [UInt8](repeating: 1, count: 10_000))
                total += 10_005
            }
            // The window is not opened again while the other call is served.
            let other = try peer.request()
            try peer.answer(other, [UInt8](repeating: 2, count: 20 << 20))
            _ = try peer.request()
            while peer.window(of: unread) >= 10_005 {
                try peer.message(unread, [UInt8](repeating: 1, count: 10_000))
                total += 10_005
            }
            sent.withLock { $0 = total }
            try peer.trailers(5, status: 12)
            // Now it is read.
            for _ in 0..<1_000 { try peer.message(unread, [UInt8](repeating: 1, count: 10_000)) }
            try peer.trailers(unread, status: 0)
            peer.untilClosed()
        } _: { (channel) async throws in
            let unread = try await channel.serverStreaming(method, [])
            let other = try await channel.unary(method, [])
            #expect(other.message.count == 20 << 20)
            _ = try? await channel.unary(method, [])
            let held = sent.withLock { $0 }
            #expect(held > HTTP2Session.streamWindow - 10_005)
            #expect(held <= HTTP2Session.streamWindow + 10_005)
            let messages = try await unread.all()
            #expect(messages.count == held / 10_005 + 1_000)
            #expect(messages.allSatisfy { $0.count == 10_000 })
        }
    }

    @Test func aRequestLongerThanThePeersWindowIsSentAsItOpens() async throws {
        try await withPeer { peer, _ in
            try peer.greet(initialWindow: 100_000)
            #expect(try peer.request() == 1)
            #expect(try peer.message(from: 1)?.count == 1 << 20)
            try peer.answer(1)
            peer.untilClosed()
        } _: { (channel) async throws in
            let answer = try await channel.unary(method, [UInt8](repeating: 8, count: 1 << 20))
            #expect(answer.message == [1])
        }
    }
}
