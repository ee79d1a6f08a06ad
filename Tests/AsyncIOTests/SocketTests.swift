import Glibc
import Testing

@testable import AsyncIO

@Suite struct SocketTests {
    let soon = ContinuousClock.now + .seconds(60)

    /// Two ends of one connection, on a loop.
    private func pair(on loop: EventLoop) throws -> (Socket, Socket) {
        var ends: [CInt] = [-1, -1]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        return (try Socket(adopting: ends[0], on: loop), try Socket(adopting: ends[1], on: loop))
    }

    private func read(_ socket: Socket) async throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            switch try buffer.withUnsafeMutableBytes({ try socket.read(into: $0) }) {
            case .bytes(let count): return Array(buffer.prefix(count))
            case .end: return nil
            case .wouldBlock: try await socket.readable(until: soon)
            }
        }
    }

    @Test func movesBytesAndTellsTheEnd() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let (a, b) = try pair(on: loop)
            async let received = read(b)
            #expect(try Array("hello".utf8).withUnsafeBytes { try a.write($0) } == .bytes(5))
            #expect(try await received == Array("hello".utf8))
            async let end = read(b)
            a.shutdown()
            #expect(try await end == nil)
        }
    }

    @Test func aFullSocketIsWaitedForUntilThePeerReads() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let (a, b) = try pair(on: loop)
            let total = 4 << 20
            async let writing: Void = {
                let chunk = [UInt8](repeating: 1, count: 1 << 16)
                var left = total
                while left > 0 {
                    switch try chunk.withUnsafeBytes({ try a.write(UnsafeRawBufferPointer(rebasing: $0.prefix(left))) })
                    {
                    case .bytes(let count): left -= count
                    case .wouldBlock: try await a.writable(until: soon)
                    case .end: Issue.record("writing has no end")
                    }
                }
            }()
            var received = 0
            while received < total { received += try #require(try await read(b)).count }
            try await writing
            #expect(received == total)
        }
    }

    @Test func aWaitEndsAtItsDeadlineAndWhenItsTaskIsCancelled() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let (a, _b) = try pair(on: loop)
            await #expect(throws: WaitError.timedOut) {
                while true {
                    _ = try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { try a.read(into: $0) }
                    try await a.readable(until: .now + .milliseconds(2))
                }
            }
            let reader = Task {
                while true {
                    _ = try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { try a.read(into: $0) }
                    try await a.readable()
                }
            }
            reader.cancel()
            await #expect(throws: CancellationError.self) { try await reader.value }
            withExtendedLifetime(_b) {}
        }
    }

    @Test func connectsToTheAddressThatAnswersAfterOneThatDoesNot() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let listener = try Listener()
            let deaf = try Listener(listens: false)
            let dead = try await Resolver.addresses(of: "127.0.0.1", port: deaf.port, on: loop, until: soon)
            let live = try await Resolver.addresses(of: "127.0.0.1", port: listener.port, on: loop, until: soon)
            let (socket, address) = try await Socket.connect(toAnyOf: dead + live, on: loop, until: soon)
            #expect(address == live[0])
            #expect(try "x".utf8CString.withUnsafeBytes { try socket.write($0) } == .bytes(2))
        }
    }

    @Test func aRefusedConnectionNamesTheAddressAndTheReason() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let deaf = try Listener(listens: false)
            let addresses = try await Resolver.addresses(of: "127.0.0.1", port: deaf.port, on: loop, until: soon)
            let error = await #expect(throws: ConnectError.self) {
                try await Socket.connect(toAnyOf: addresses, on: loop, until: soon)
            }
            #expect(error?.description == "127.0.0.1:\(deaf.port): connect: Connection refused")
        }
    }

    @Test func resolvesLiteralsAndNamesAndSaysWhatItCannot() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let literal = try await Resolver.addresses(of: "::1", port: 443, on: loop, until: soon)
            #expect(literal.map(\.description) == ["[::1]:443"])
            let named = try await Resolver.addresses(of: "localhost", port: 80, on: loop, until: soon)
            #expect(named.map(\.description).contains("127.0.0.1:80"))
            // The system refuses a name that begins so without asking a name server.
            await #expect(throws: ResolutionError.self) {
                try await Resolver.addresses(of: "-no.such.name.invalid", port: 80, on: loop, until: soon)
            }
        }
    }

    @Test func theFamiliesTakeTurns() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            var addresses: [SocketAddress] = []
            for host in ["::1", "::2", "::3", "127.0.0.1"] {
                addresses += try await Resolver.addresses(of: host, port: 1, on: loop, until: soon)
            }
            #expect(
                Resolver.takingTurns(addresses).map(\.description) == ["[::1]:1", "127.0.0.1:1", "[::2]:1", "[::3]:1"])
        }
    }
}

/// A socket on the loopback address that accepts nothing by itself; where it does not listen, its port refuses.
private struct Listener: ~Copyable {
    let descriptor: CInt
    let port: Int

    init(listens: Bool = true) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        try #require(bound && (!listens || listen(descriptor, 16) == 0))
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
