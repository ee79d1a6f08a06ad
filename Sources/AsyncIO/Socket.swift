internal import CLinux
internal import Glibc

/// A connected, non-blocking stream socket on an event loop. It is closed when the last reference goes.
package final class Socket: Sendable {
    /// What a try to move bytes came to.
    package enum Transfer: Sendable, Equatable {
        /// So many bytes were moved, at least one.
        case bytes(Int)
        /// Nothing can be moved now: wait, then try again.
        case wouldBlock
        /// The peer sends nothing more (reading only).
        case end
    }

    /// One of the two ways that bytes go.
    package enum Direction: Sendable { case reading, writing }

    /// For TLS, which reads and writes the descriptor itself.
    package let descriptor: CInt
    private let loop: EventLoop
    private let readiness: Readiness

    /// Takes over a descriptor and makes it non-blocking; it is closed also where this fails.
    package init(adopting descriptor: CInt, on loop: EventLoop) throws(SystemError) {
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) >= 0 else {
            let error = SystemError(call: "fcntl")
            close(descriptor)
            throw error
        }
        do {
            readiness = try loop.register(descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.loop = loop
    }

    deinit {
        loop.deregister(descriptor, readiness)
        close(descriptor)
    }

    /// Connects to one address.
    ///
    /// - Throws: ``SystemError``, ``WaitError`` at the deadline, `CancellationError`.
    package static func connect(
        to address: SocketAddress, on loop: EventLoop, until deadline: ContinuousClock.Instant
    ) async throws -> Socket {
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { throw SystemError(call: "socket") }
        let socket = try Socket(adopting: descriptor, on: loop)
        // Requests are small and each is waited for.
        socket.setOption(level: CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        socket.readiness.take(.writing)
        let result = address.withPointer { Glibc.connect(descriptor, $0, $1) }
        if result != 0 {
            guard errno == EINPROGRESS || errno == EINTR else { throw SystemError(call: "connect") }
            try await socket.writable(until: deadline)
            let error = socket.pendingError()
            guard error == 0 else { throw SystemError(call: "connect", number: error) }
        }
        socket.readiness.keep(.writing)
        return socket
    }

    /// Reads what is there, up to the buffer's size.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Transfer {
        readiness.take(.reading)
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count == 0 { return .end }
            if count > 0 {
                readiness.keep(.reading)
                return .bytes(count)
            }
            if errno == EAGAIN { return .wouldBlock }
            if errno != EINTR { throw SystemError(call: "recv") }
        }
    }

    /// Writes what the system takes. A peer that is gone is an error, not a signal.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Transfer {
        readiness.take(.writing)
        while true {
            let count = send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
            if count >= 0 {
                readiness.keep(.writing)
                return .bytes(count)
            }
            if errno == EAGAIN { return .wouldBlock }
            if errno != EINTR { throw SystemError(call: "send") }
        }
    }

    /// For those who move bytes by the descriptor: to be called before a try, which may find nothing.
    package func beginTry(_ direction: Direction) { readiness.take(direction) }

    /// Undoes ``beginTry(_:)`` after a try that found something.
    package func keepTrying(_ direction: Direction) { readiness.keep(direction) }

    /// Waits until a read is worth a try.
    ///
    /// - Throws: ``WaitError``, `CancellationError`.
    package func readable(until deadline: ContinuousClock.Instant? = nil) async throws {
        try await readiness.wait(.reading, until: deadline)
    }

    /// Waits until a write is worth a try.
    ///
    /// - Throws: ``WaitError``, `CancellationError`.
    package func writable(until deadline: ContinuousClock.Instant? = nil) async throws {
        try await readiness.wait(.writing, until: deadline)
    }

    /// Ends both directions at once and wakes who waits; the descriptor stays until the last reference goes.
    package func shutdown() { _ = Glibc.shutdown(descriptor, CInt(SHUT_RDWR)) }

    private func pendingError() -> CInt {
        var error: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno
    }

    private func setOption(level: CInt, _ name: CInt, _ value: CInt) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<CInt>.size))
    }
}
