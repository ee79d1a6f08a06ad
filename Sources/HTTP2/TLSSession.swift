internal import AsyncIO
internal import COpenSSL

/// The client's side of TLS on a socket: OpenSSL reads and writes the descriptor itself, and says which way it waits for.
final class TLSSession {
    private enum State {
        case shaking
        case established
        /// Nothing more may be asked of OpenSSL.
        case over
    }

    private let ssl: OpaquePointer
    private let socket: Socket
    private let verification: PeerVerification
    private let showsCertificate: Bool
    private var state = State.shaking
    private var hasRead = false
    /// What a read that had brought bytes before came to: the next one's answer.
    private var next: Result<Wire.Transfer, any Error>?

    /// Sets TLS up; nothing is sent yet.
    ///
    /// - Throws: ``ConnectionError`` for files or a name that are not fit.
    init(_ settings: TLSSettings, on socket: Socket) throws(ConnectionError) {
        let context = try TLSContext.make(settings)
        let ssl = openssl.SSL_new(context.pointer)
        guard let ssl, openssl.SSL_set_fd(ssl, socket.descriptor) == 1 else {
            let cause = OpenSSLError.first()?.description
            openssl.SSL_free(ssl)
            throw ConnectionError(.settings, "OpenSSL cannot be set up", cause: cause)
        }
        openssl.SSL_set_connect_state(ssl)
        do throws(ConnectionError) {
            verification = try PeerVerification(of: settings.serverName, on: ssl)
        } catch {
            openssl.SSL_free(ssl)
            throw error
        }
        self.ssl = ssl
        self.socket = socket
        showsCertificate = settings.certificateFile != nil
    }

    deinit { openssl.SSL_free(ssl) }

    /// Whether bytes may be read and written.
    var isEstablished: Bool { state == .established }

    /// Goes on with the handshake.
    ///
    /// - Returns: The direction to wait for before the next try; nil once both sides agree on TLS and HTTP/2.
    /// - Throws: ``ConnectionError`` for a server that is not to be trusted, `SystemError`.
    func shakeHands() throws -> Socket.Direction? {
        switch attempt(.reading, { openssl_handshake(openssl, ssl) }) {
        case .done:
            try requireHTTP2()
            state = .established
            return nil
        case .wait(let direction): return direction
        case .failed(let outcome): throw failure(outcome)
        }
    }

    /// Fills the buffer with what is there: a record holds at most 16 KiB.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Wire.Transfer {
        if let next = next.take() { return try next.get() }
        var count = 0
        while count < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let transfer: Result<Wire.Transfer, any Error>
            switch attempt(.reading, { openssl_read(openssl, ssl, rest.baseAddress, rest.count) }) {
            case .done(let more):
                hasRead = true
                count += more
                continue
            case .wait(let direction): transfer = .success(.wait(direction))
            case .failed(let outcome):
                let isEnd = outcome.error == SSL_ERROR_ZERO_RETURN && !mayBeRefused
                transfer = isEnd ? .success(.end) : .failure(failure(outcome))
            }
            if count == 0 { return try transfer.get() }
            next = transfer
            break
        }
        return .bytes(count)
    }

    /// Writes a record's worth at most. What was not taken must be given again: OpenSSL has begun to encrypt it.
    func write(_ bytes: UnsafeRawBufferPointer) throws -> Wire.Transfer {
        switch attempt(.writing, { openssl_write(openssl, ssl, bytes.baseAddress, bytes.count) }) {
        case .done(let count): return .bytes(count)
        case .wait(let direction): return .wait(direction)
        case .failed(let outcome): throw failure(outcome)
        }
    }

    /// Tells the peer that nothing more comes, where the socket takes it.
    func close() {
        if state == .established {
            openssl.ERR_clear_error()
            _ = openssl.SSL_shutdown(ssl)
        }
        state = .over
    }

    // MARK: Tries

    private enum Attempt {
        case done(Int)
        case wait(Socket.Direction)
        case failed(openssl_outcome)
    }

    /// Tries, and once more where OpenSSL wants the other direction than was thought: that one's readiness has to be
    /// taken down before a try, else an event in between would be lost.
    private func attempt(_ direction: Socket.Direction, _ body: () -> openssl_outcome) -> Attempt {
        guard state != .over else { return .failed(openssl_outcome(count: 0, error: SSL_ERROR_ZERO_RETURN, system: 0)) }
        var tried = direction
        socket.beginTry(tried)
        while true {
            let outcome = body()
            let wanted: Socket.Direction
            switch outcome.error {
            case SSL_ERROR_NONE:
                socket.keepTrying(direction)
                socket.keepTrying(tried)
                return .done(outcome.count)
            case SSL_ERROR_WANT_READ: wanted = .reading
            case SSL_ERROR_WANT_WRITE: wanted = .writing
            default: return .failed(outcome)
            }
            if wanted == tried || wanted == direction {
                if tried != wanted { socket.keepTrying(tried) }
                return .wait(wanted)
            }
            tried = wanted
            socket.beginTry(tried)
        }
    }

    // MARK: Failures

    private func requireHTTP2() throws(ConnectionError) {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        openssl.SSL_get0_alpn_selected(ssl, &name, &count)
        let chosen = String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
        guard chosen != "h2" else { return }
        state = .over
        throw Self.withoutHTTP2(cause: "ALPN: it chose \(chosen.isEmpty ? "no protocol" : chosen)")
    }

    private static func withoutHTTP2(cause: String?) -> ConnectionError {
        ConnectionError(
            .notHTTP2, "the server does not agree to HTTP/2 over TLS; name the port of its gRPC service", cause: cause)
    }

    /// Some servers (gRPC's own among them) close without a word where they do not take the client's certificate, or the
    /// lack of one; under TLS 1.3 that is after the handshake.
    private var mayBeRefused: Bool { verification.askedForCertificate && !hasRead }

    private func silentRefusal(cause: String?) -> ConnectionError {
        let message =
            showsCertificate
            ? "the server closed the connection when it was shown the client certificate; have it trust its authority"
            : "the server asks for a client certificate; name one with its key"
        return ConnectionError(.clientCertificate, message, cause: cause)
    }

    private func failure(_ outcome: openssl_outcome) -> any Error {
        let isShaking = state == .shaking
        let error = OpenSSLError.first()
        // A write that the system refuses leaves the session as it is: the server's last words may still be there to read.
        if outcome.error == SSL_ERROR_SYSCALL, outcome.system != 0 {
            let error = SystemError(call: "TLS", number: outcome.system)
            return mayBeRefused ? silentRefusal(cause: error.description) : error
        }
        state = .over
        if isShaking, let failure = verification.failure { return failure }
        let cause = error?.description
        switch error?.reason {
        case nil, SSL_R_UNEXPECTED_EOF_WHILE_READING:
            if mayBeRefused { return silentRefusal(cause: cause) }
            return isShaking
                ? ConnectionError(
                    .lost, "the server closed the connection in the middle of TLS's handshake", cause: cause)
                : ConnectionError(.lost, "the connection was cut: TLS's close_notify is missing", cause: cause)
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_HTTP_REQUEST:
            return ConnectionError(
                .notTLS, "the server does not speak TLS; connect without (grpc://), or to another port", cause: cause)
        case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: return Self.withoutHTTP2(cause: cause)
        case SSL_R_BAD_EXTENSION where isShaking:
            // So newer versions of OpenSSL call a protocol that was not offered.
            return Self.withoutHTTP2(
                cause: "bad extension: it chose a protocol that was not offered, or broke TLS's rules")
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_UNSUPPORTED_SSL_VERSION:
            return ConnectionError(
                .handshake, "the server speaks no TLS of version 1.2 or 1.3; let it speak one of them", cause: cause)
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            return ConnectionError(
                .clientCertificate, "the server asks for a client certificate; name one with its key", cause: cause)
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
            SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
            SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, SSL_R_TLSV1_ALERT_UNKNOWN_CA, SSL_R_TLSV1_ALERT_ACCESS_DENIED:
            return ConnectionError(
                .clientCertificate, "the server refuses the client certificate; name another one", cause: cause)
        case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE where isShaking:
            // TLS 1.2 has no word of its own for a client certificate that is missing.
            return ConnectionError(
                .handshake,
                "the server refuses the handshake; if it asks for a client certificate, name one with its key",
                cause: cause)
        default:
            return isShaking
                ? ConnectionError(.handshake, "TLS's handshake failed; look at the server's log", cause: cause)
                : ConnectionError(.lost, "TLS was broken off", cause: cause)
        }
    }
}
