internal import AsyncIO

/// What a connection's bytes go through: a socket as it is, or TLS on it.
struct Wire {
    private let socket: Socket
    private let tls: TLSSession?

    /// - Throws: ``ConnectionError`` where TLS cannot be set up as asked.
    init(_ socket: Socket, tls settings: TLSSettings?) throws(ConnectionError) {
        self.socket = socket
        if let settings { tls = try TLSSession(settings, on: socket) } else { tls = nil }
    }

    /// What a try to move bytes came to.
    enum Transfer: Sendable {
        case bytes(Int)
        /// Nothing can be moved until the socket is ready for this direction, which under TLS may be the other one.
        case wait(Socket.Direction)
        case end
    }

    /// Whether the bytes go as they are.
    var isPlaintext: Bool { tls == nil }

    /// Whether bytes may be moved: from the beginning, or once TLS's handshake is over.
    var isOpen: Bool { tls?.isEstablished ?? true }

    /// Does what is to be done before bytes can be moved.
    func open() async throws {
        guard let tls else { return }
        while let direction = try tls.shakeHands() { try await wait(direction) }
    }

    func read(into buffer: inout [UInt8]) throws -> Transfer {
        try buffer.withUnsafeMutableBytes { buffer in
            if let tls { return try tls.read(into: buffer) }
            return switch try socket.read(into: buffer) {
            case .bytes(let count): .bytes(count)
            case .wouldBlock: .wait(.reading)
            case .end: .end
            }
        }
    }

    func write(_ bytes: ArraySlice<UInt8>) throws -> Transfer {
        try bytes.withUnsafeBytes { bytes in
            if let tls { return try tls.write(bytes) }
            return switch try socket.write(bytes) {
            case .bytes(let count): .bytes(count)
            case .wouldBlock: .wait(.writing)
            case .end: .end
            }
        }
    }

    func wait(_ direction: Socket.Direction) async throws {
        switch direction {
        case .reading: try await socket.readable()
        case .writing: try await socket.writable()
        }
    }

    func close() {
        tls?.close()
        socket.shutdown()
    }
}
