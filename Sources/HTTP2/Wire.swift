internal import AsyncIO

/// What a connection's bytes go through: a socket as it is. TLS will stand beside it, with the same four calls.
struct Wire: Sendable {
    let socket: Socket

    /// What a try to move bytes came to.
    enum Transfer: Sendable {
        case bytes(Int)
        /// Nothing can be moved until the socket is ready for this direction, which under TLS may be the other one.
        case wait(Direction)
        case end
    }

    enum Direction: Sendable { case reading, writing }

    func read(into buffer: inout [UInt8]) throws -> Transfer {
        switch try buffer.withUnsafeMutableBytes({ try socket.read(into: $0) }) {
        case .bytes(let count): .bytes(count)
        case .wouldBlock: .wait(.reading)
        case .end: .end
        }
    }

    func write(_ bytes: ArraySlice<UInt8>) throws -> Transfer {
        switch try bytes.withUnsafeBytes({ try socket.write($0) }) {
        case .bytes(let count): .bytes(count)
        case .wouldBlock: .wait(.writing)
        case .end: .end
        }
    }

    func wait(_ direction: Direction) async throws {
        switch direction {
        case .reading: try await socket.readable()
        case .writing: try await socket.writable()
        }
    }

    func close() { socket.shutdown() }
}
