import COpenSSL
import Glibc

/// The other side has closed, or was silent for thirty seconds.
struct PeerGone: Error {}

/// The client has closed, or was silent, without the reset that a script waited for.
struct NoReset: Error { var stream: UInt32 }

/// A server's end of one connection, written by hand, frame by frame (RFC 9113), so that it can do what no library would.
///
/// It keeps to the client's windows unless told otherwise, acknowledges settings and answers pings.
final class PeerConnection {
    struct Frame {
        var type: UInt8
        var flags: UInt8
        var stream: UInt32
        var payload: [UInt8]
    }

    private let descriptor: CInt
    private let ssl: OpaquePointer?
    private var input: [UInt8] = []
    private var requests: [UInt32] = []
    private var initialWindow = 65_535
    private var windows: [UInt32: Int] = [0: 65_535]
    /// What has come of each request's body, less what ``message(from:)`` took.
    private(set) var bodies: [UInt32: [UInt8]] = [:]
    /// Whether the client's windows are opened again by all that comes.
    var opensWindows = true
    /// The code of each stream that the client has reset.
    private(set) var resets: [UInt32: UInt32] = [:]
    /// How many pings the client has sent.
    private(set) var pings = 0
    var answersPings = true
    var acknowledgesSettings = true
    /// Sends each byte by itself.
    var isSlow = false

    /// - Throws: ``PeerGone`` where TLS was not agreed on.
    init(_ descriptor: CInt, tls: TLSPeer? = nil) throws {
        var timeout = timeval(tv_sec: 30, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }
        var one: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        do {
            ssl = try tls?.accept(descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        SSL_free(ssl)
        close(descriptor)
    }

    // MARK: TLS

    /// The name that the client asked for; nil where it named none.
    var serverName: String? { SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) } }

    /// `TLSv1.2`, `TLSv1.3`.
    var version: String { String(cString: SSL_get_version(ssl)) }

    /// Sends TLS's own goodbye.
    func sayGoodbye() { SSL_shutdown(ssl) }

    /// Sends nothing more, without a goodbye.
    func cut() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Changes keys before the next bytes, and asks the client to do so too.
    func updateKeys() { SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED) }

    /// How many bytes of the client wait to be read, TLS's own included.
    var unread: Int {
        var count: CInt = 0
        return ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    // MARK: Receiving

    /// Reads the client's preface and sends settings.
    func greet(maximumStreams: UInt32? = nil, maximumHeaderListSize: UInt32? = nil, initialWindow: UInt32? = nil) throws
    {
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        guard try read(preface.count) == preface else { throw PeerGone() }
        var settings: [UInt8] = []
        for (id, value) in [(UInt8(3), maximumStreams), (4, initialWindow), (6, maximumHeaderListSize)] {
            if let value { settings += [0, id] + bigEndian(value) }
        }
        try send(type: 4, payload: settings)
    }

    /// The next request that has come in full.
    func request() throws -> UInt32 {
        while requests.isEmpty { _ = try frame() }
        return requests.removeFirst()
    }

    /// The headers of the next request have come.
    func begin() throws -> UInt32 {
        while true {
            let frame = try frame()
            if frame.type == 1 { return frame.stream }
        }
    }

    /// The next message of a request; nil where it has ended.
    func message(from stream: UInt32) throws -> [UInt8]? {
        while true {
            let body = bodies[stream, default: []]
            if body.count >= 5, case let end = 5 + Int(number(body[1...])), body.count >= end {
                bodies[stream] = Array(body[end...])
                return Array(body[5..<end])
            }
            if requests.contains(stream) { return nil }
            _ = try frame()
        }
    }

    /// Opens the client's window of a stream and of the connection (0: only of that).
    func open(_ stream: UInt32, by count: Int) throws {
        for stream in Set([0, stream]) { try send(type: 8, stream: stream, payload: bigEndian(UInt32(count))) }
    }

    /// Waits until the client resets a stream. That it closes instead is no end that a script may come to.
    func reset(of stream: UInt32) throws -> UInt32 {
        while true {
            if let code = resets[stream] { return code }
            do { try frame() } catch is PeerGone { throw NoReset(stream: stream) }
        }
    }

    /// The next ping's bytes.
    func ping() throws -> [UInt8] {
        while true {
            let frame = try frame()
            if frame.type == 6, frame.flags & 1 == 0 { return frame.payload }
        }
    }

    /// Waits until the client has closed.
    func untilClosed() {
        while (try? frame()) != nil {}
    }

    /// The next frame, seen to.
    @discardableResult
    func frame() throws -> Frame {
        let header = try read(9)
        let length = header[0..<3].reduce(0) { $0 << 8 | Int($1) }
        let stream = header[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let frame = Frame(type: header[3], flags: header[4], stream: stream, payload: try read(length))
        try see(frame)
        return frame
    }

    private func see(_ frame: Frame) throws {
        switch frame.type {
        case 0, 1:
            if frame.type == 1 { windows[frame.stream] = initialWindow }
            if frame.flags & 1 != 0 { requests.append(frame.stream) }
            guard frame.type == 0, !frame.payload.isEmpty else { break }
            bodies[frame.stream, default: []] += frame.payload
            if opensWindows { try open(frame.stream, by: frame.payload.count) }
        case 3: resets[frame.stream] = number(frame.payload[...])
        case 4 where frame.flags & 1 == 0:
            for start in stride(from: 0, to: frame.payload.count, by: 6) where frame.payload[start + 1] == 4 {
                initialWindow = Int(number(frame.payload[(start + 2)...]))
            }
            if acknowledgesSettings { try send(type: 4, flags: 1) }
        case 6 where frame.flags & 1 == 0:
            pings += 1
            if answersPings { try send(type: 6, flags: 1, payload: frame.payload) }
        case 8: windows[frame.stream, default: 0] += Int(number(frame.payload[...]))
        default: break
        }
    }

    private func read(_ count: Int) throws -> [UInt8] {
        while input.count < count {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let received = uninterrupted {
                if let ssl { return Int(SSL_read(ssl, &buffer, CInt(buffer.count))) }
                return recv(descriptor, &buffer, buffer.count, 0)
            }
            guard received > 0 else { throw PeerGone() }
            input += buffer.prefix(received)
        }
        defer { input.removeFirst(count) }
        return Array(input.prefix(count))
    }

    // MARK: Sending

    func send(type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []) throws {
        try raw(Self.bytes(type: type, flags: flags, stream: stream, payload: payload))
    }

    /// A frame as it goes on the wire.
    static func bytes(type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []) -> [UInt8] {
        bigEndian(UInt32(payload.count)).dropFirst() + [type, flags] + bigEndian(stream) + payload
    }

    func raw(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = isSlow ? rest.prefix(1) : rest
            let count = part.withUnsafeBytes { part in
                uninterrupted {
                    if let ssl { return Int(SSL_write(ssl, part.baseAddress, CInt(part.count))) }
                    return Glibc.send(descriptor, part.baseAddress, part.count, CInt(MSG_NOSIGNAL))
                }
            }
            guard count > 0 else { throw PeerGone() }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends headers without compression, in as many frames as they take.
    func headers(_ stream: UInt32, _ fields: [(String, String)], ends: Bool = false) throws {
        var block = Self.block(fields)
        var type: UInt8 = 1
        while block.count > 16_384 {
            try send(type: type, flags: type == 1 && ends ? 1 : 0, stream: stream, payload: Array(block.prefix(16_384)))
            block.removeFirst(16_384)
            type = 9
        }
        try send(type: type, flags: (type == 1 && ends ? 1 : 0) | 4, stream: stream, payload: block)
    }

    /// Headers without compression; with `indexed` they go into the client's table (RFC 7541 §6.2).
    static func block(_ fields: [(String, String)], indexed: Bool = false) -> [UInt8] {
        fields.flatMap { name, value in [indexed ? 0x40 : 0] + text(name) + text(value) }
    }

    /// Accepts a call.
    func accept(_ stream: UInt32, _ more: [(String, String)] = []) throws {
        try headers(stream, [(":status", "200"), ("content-type", "application/grpc")] + more)
    }

    func trailers(_ stream: UInt32, status: Int, _ more: [(String, String)] = []) throws {
        try headers(stream, [("grpc-status", "\(status)")] + more, ends: true)
    }

    /// Sends a message, as the client's windows allow.
    func message(_ stream: UInt32, _ bytes: [UInt8]) throws {
        try body(stream, [0] + bigEndian(UInt32(bytes.count)) + bytes)
    }

    /// Answers a call with a message and a good end.
    func answer(_ stream: UInt32, _ message: [UInt8] = [1]) throws {
        try accept(stream)
        try self.message(stream, message)
        try trailers(stream, status: 0)
    }

    /// Sends part of a body, as the client's windows allow.
    func body(_ stream: UInt32, _ bytes: [UInt8], ends: Bool = false) throws {
        var rest = bytes[...]
        repeat {
            while window(of: stream) <= 0, !rest.isEmpty {
                if resets[stream] != nil { throw PeerGone() }
                try frame()
            }
            let part = rest.prefix(min(16_384, max(0, window(of: stream))))
            rest = rest.dropFirst(part.count)
            windows[stream, default: 0] -= part.count
            windows[0, default: 0] -= part.count
            try send(type: 0, flags: ends && rest.isEmpty ? 1 : 0, stream: stream, payload: Array(part))
        } while !rest.isEmpty
    }

    /// How many bytes the client would take on a stream now.
    func window(of stream: UInt32) -> Int { min(windows[stream, default: 0], windows[0, default: 0]) }

    func reset(_ stream: UInt32, code: UInt32) throws { try send(type: 3, stream: stream, payload: bigEndian(code)) }

    func goAway(last: UInt32, code: UInt32 = 0, debug: String = "") throws {
        try send(type: 7, payload: bigEndian(last) + bigEndian(code) + Array(debug.utf8))
    }
}

/// A call of the system, made again where it was interrupted: one that has a timeout is, when its process is stopped and
/// goes on (signal(7)).
func uninterrupted(_ call: () -> Int) -> Int {
    while true {
        errno = 0
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}

private func bigEndian(_ number: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }

private func number(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }

/// A text as header compression has it, not compressed (RFC 7541 §5).
private func text(_ text: String) -> [UInt8] {
    var length: [UInt8] = []
    var rest = text.utf8.count
    if rest < 127 {
        length = [UInt8(rest)]
    } else {
        rest -= 127
        length = [127]
        while rest >= 128 {
            length.append(UInt8(rest % 128) | 128)
            rest /= 128
        }
        length.append(UInt8(rest))
    }
    return length + Array(text.utf8)
}
