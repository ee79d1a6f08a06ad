import AsyncIO
import Glibc
import HTTP2
import Testing

/// A connection whose socket gives one packet a read, so that what waits to be read takes as many reads as it has packets.
@Suite(.timeLimit(.minutes(1))) struct ReadingTurnTests {
    /// Looks, whenever it has its turn on the loop, how many pings were answered.
    private final class Onlooker: Sendable {
        static let pings = 12
        private let peer: CInt
        private let loop: EventLoop
        let seen = Lock<[Int]>([])

        init(_ peer: CInt, _ loop: EventLoop) { (self.peer, self.loop) = (peer, loop) }

        var isDone: Bool { seen.withLock { $0.last == Self.pings } }

        func look() {
            var answered = seen.withLock { $0.last ?? 0 }
            var packet = [UInt8](repeating: 0, count: 1_000)
            while case let count = recv(peer, &packet, packet.count, CInt(MSG_DONTWAIT)), count > 0 {
                if count == 17 && packet[3] == 6 { answered += 1 }
            }
            seen.withLock { $0.append(answered) }
            if !isDone { loop.execute { self.look() } }
        }
    }

    private static func send(_ type: UInt8, _ payload: [UInt8], to client: CInt) {
        let frame = [0, 0, UInt8(payload.count), type, 0, 0, 0, 0, 0] + payload
        #expect(Glibc.send(client, frame, frame.count, 0) == frame.count)
    }

    @Test func othersOnTheLoopHaveTheirTurnWhileThereIsMoreToRead() async throws {
        var ends: [CInt] = [-1, -1]
        try #require(socketpair(AF_UNIX, CInt(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
        let peer = ends[1]
        defer { close(peer) }
        try await EventLoop.withLoop(name: "client") { [ends] loop in
            let socket = try Socket(adopting: ends[0], on: loop)
            Self.send(4, [], to: peer)
            let connection = try await HTTP2Connection.open(
                socket, tls: nil,
                limits: .init(
                    maximumHeaderListSize: 1_000, keepalive: .init(interval: .seconds(60), timeout: .seconds(60))),
                on: loop, until: .now + .seconds(10))
            let onlooker = Onlooker(peer, loop)
            loop.execute {
                for _ in 0..<Onlooker.pings { Self.send(6, [UInt8](repeating: 1, count: 8), to: peer) }
                onlooker.look()
            }
            while !onlooker.isDone { await loop.turn() }
            #expect(onlooker.seen.withLock { $0 }.contains { 0 < $0 && $0 < Onlooker.pings })
            await connection.close()
        }
    }
}
