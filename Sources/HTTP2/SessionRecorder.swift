internal import CNghttp2

/// What nghttp2's callbacks write into: they only record, since most of the library must not be called inside one.
///
/// Each callback is a thin thunk: it finds the recorder and calls a method.
final class SessionRecorder {
    /// What may still come on a stream after this side has reset it: its window, and headers.
    private static let allowancePerReset = HTTP2Session.streamWindow + 256 << 10

    private let maximumHeaderListSize: Int
    private var events: [SessionEvent] = []
    private var unproductive = 0
    private var violation: SessionEvent?
    private var scanner = FrameScanner()
    /// The bytes that are being received, and where they lie.
    private var input: ArraySlice<UInt8> = []
    private var base: UnsafeRawPointer?
    /// The list of headers that is being received.
    private var fields: [HeaderField] = []
    private var fieldsSize = 0
    private var sentRequests: [StreamID] = []
    /// What is still to be sent of each request's body.
    var bodies: [StreamID: RequestBody] = [:]
    /// The requests that are not over, and the latest of all.
    private var openStreams: Set<StreamID> = []
    private var lastStream: StreamID = 0
    /// How much may still come on streams that are over, in bytes.
    private var allowance = 0
    /// How many window updates the peer has reason to send for what it was sent.
    private var expectedUpdates = 0
    /// The library's last words about the peer.
    private(set) var words: String?
    /// What was sent to the peer when it had broken the protocol: the code, and the library's reason.
    private(set) var accusation: String?

    init(maximumHeaderListSize: Int) { self.maximumHeaderListSize = maximumHeaderListSize }

    /// Says which bytes the callbacks will speak of, until ``finish()``.
    func begin(_ input: ArraySlice<UInt8>, at base: UnsafeRawPointer?) {
        self.input = input
        self.base = base
        // As they are seen before they are understood, a stream that ends among them is open to all of them.
        scanner.scan(input) { sees($0) }
    }

    func finish() {
        if let violation { events.append(violation) }
        if unproductive > 0 { events.append(.unproductive(unproductive)) }
        violation = nil
        unproductive = 0
        input = []
        base = nil
    }

    func takeEvents() -> [SessionEvent] {
        defer { if !events.isEmpty { events = [] } }
        return events
    }

    func takeSentRequests() -> [StreamID] {
        defer { if !sentRequests.isEmpty { sentRequests = [] } }
        return sentRequests
    }

    func opened(_ stream: StreamID, body: RequestBody) {
        bodies[stream] = body
        openStreams.insert(stream)
        lastStream = stream
    }

    private func sees(_ frame: FrameScanner.Frame) {
        let stream = frame.stream
        let isLate = stream % 2 == 1 && stream <= lastStream && !openStreams.contains(stream)
        switch UInt32(frame.type) {
        case NGHTTP2_DATA.rawValue: if isLate { receivedLate("DATA", frame) }
        case NGHTTP2_HEADERS.rawValue: if isLate { receivedLate("HEADERS", frame) }
        case NGHTTP2_PUSH_PROMISE.rawValue:
            // Every request comes after the settings that switch it off, acknowledged or not.
            violation = .violation(.protocolError, reason: "PUSH_PROMISE though push is off")
        case NGHTTP2_WINDOW_UPDATE.rawValue where expectedUpdates > 0: expectedUpdates -= 1
        default: unproductive += 1
        }
    }

    private func receivedLate(_ kind: String, _ frame: FrameScanner.Frame) {
        unproductive += frame.length == 0 ? 1 : 0
        allowance -= frame.length
        if allowance < 0 {
            violation = .violation(.streamClosed, reason: "\(kind) on stream \(frame.stream), which is over")
        }
    }

    // MARK: What the callbacks record

    fileprivate func beganHeaders() {
        fields = []
        fieldsSize = 0
    }

    fileprivate func received(
        _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, _ stream: StreamID
    ) {
        guard fieldsSize <= maximumHeaderListSize else { return }
        fieldsSize += name.count + value.count + 32
        if fieldsSize > maximumHeaderListSize {
            fields = []
            events.append(.headersTooLarge(stream))
        } else {
            fields.append(HeaderField(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
        }
    }

    fileprivate func received(_ frame: nghttp2_frame, _ session: OpaquePointer?) {
        let header = frame.hd
        let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        let isAnswer = header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
        switch UInt32(header.type) {
        case NGHTTP2_HEADERS.rawValue:
            guard fieldsSize <= maximumHeaderListSize else { break }
            // Any number of interim answers (1xx) may be among the bytes: of them nothing but the status is kept.
            if fields.first?.name == ":status", fields[0].value.hasPrefix("1") { fields = [fields[0]] }
            events.append(.headers(header.stream_id, fields, endsStream: endsStream))
            fields = []
        case NGHTTP2_DATA.rawValue:
            if endsStream {
                events.append(.end(header.stream_id))
            } else if header.length == frame.data.padlen {
                unproductive += 1
            }
        case NGHTTP2_SETTINGS.rawValue: if !isAnswer { events.append(.settings(Self.settings(of: session))) }
        case NGHTTP2_PING.rawValue: if isAnswer { events.append(.pingAnswered) }
        case NGHTTP2_GOAWAY.rawValue:
            let debug = UnsafeBufferPointer(
                start: frame.goaway.opaque_data, count: min(frame.goaway.opaque_data_len, 512))
            events.append(
                .goAway(
                    last: frame.goaway.last_stream_id, ErrorCode(rawValue: frame.goaway.error_code),
                    debug: String(decoding: debug, as: UTF8.self)))
        default: break
        }
    }

    fileprivate func received(_ data: UnsafePointer<UInt8>, _ count: Int, _ stream: StreamID) {
        guard let base else { return }
        let start = input.startIndex + (UnsafeRawPointer(data) - base)
        events.append(.data(stream, input[start..<start + count]))
    }

    fileprivate func sent(_ frame: nghttp2_frame) {
        switch UInt32(frame.hd.type) {
        case NGHTTP2_HEADERS.rawValue: sentRequests.append(frame.hd.stream_id)
        // One for the stream, one for the connection.
        case NGHTTP2_DATA.rawValue: expectedUpdates += 2
        case NGHTTP2_RST_STREAM.rawValue: allowance += Self.allowancePerReset
        case NGHTTP2_GOAWAY.rawValue where frame.goaway.error_code != NGHTTP2_NO_ERROR.rawValue:
            let code = "\(ErrorCode(rawValue: frame.goaway.error_code))"
            let reason = UnsafeRawBufferPointer(
                start: frame.goaway.opaque_data, count: frame.goaway.opaque_data_len)
            accusation = reason.isEmpty ? code : "\(code): \(Self.printable(reason))"
        default: break
        }
    }

    fileprivate func complained(_ text: UnsafeRawBufferPointer) { words = Self.printable(text) }

    /// What may quote the peer, as text without control characters.
    private static func printable(_ bytes: UnsafeRawBufferPointer) -> String {
        let text = bytes.prefix(200).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") }
        return String(decoding: text, as: UTF8.self)
    }

    fileprivate func closed(_ stream: StreamID, _ code: UInt32) {
        bodies[stream] = nil
        openStreams.remove(stream)
        events.append(.closed(stream, ErrorCode(rawValue: code)))
    }

    fileprivate func notSent(_ stream: StreamID) {
        openStreams.remove(stream)
        events.append(.notSent(stream))
    }

    /// Copies the next part of a request's body to where the library wants it.
    fileprivate func read(_ stream: StreamID, into buffer: UnsafeMutableRawBufferPointer) -> RequestBody.Next {
        bodies[stream]?.read(into: buffer) ?? .last(0)
    }

    private static func settings(of session: OpaquePointer?) -> PeerSettings {
        PeerSettings(
            maximumStreams: Int(
                nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)),
            maximumHeaderListSize: Int(
                nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE)))
    }

    // MARK: The callbacks

    static let readBody: nghttp2_data_source_read_callback = { _, stream, buffer, count, flags, _, context in
        guard let found = recorder(at: context) else { return ssize_t(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
        switch found.read(stream, into: UnsafeMutableRawBufferPointer(start: buffer, count: count)) {
        case .part(let count): return count
        case .last(let count):
            flags?.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
            return count
        case .later: return ssize_t(NGHTTP2_ERR_DEFERRED.rawValue)
        }
    }

    static func install(in callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, _, context in
            recorder(at: context)?.beganHeaders()
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameCount, value, valueCount, _, context in
            guard let frame else { return 0 }
            recorder(at: context)?.received(
                UnsafeBufferPointer(start: name, count: nameCount),
                UnsafeBufferPointer(start: value, count: valueCount), frame.pointee.hd.stream_id)
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { session, frame, context in
            if let frame { recorder(at: context)?.received(frame.pointee, session) }
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, data, count, context in
            if let data { recorder(at: context)?.received(data, count, stream) }
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, context in
            recorder(at: context)?.closed(stream, code)
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, context in
            if let frame { recorder(at: context)?.sent(frame.pointee) }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, _, context in
            if let header = frame?.pointee.hd, UInt32(header.type) == NGHTTP2_HEADERS.rawValue {
                recorder(at: context)?.notSent(header.stream_id)
            }
            return 0
        }
        nghttp2_session_callbacks_set_error_callback2(callbacks) { _, _, text, count, context in
            if let text { recorder(at: context)?.complained(UnsafeRawBufferPointer(start: text, count: count)) }
            return 0
        }
    }
}

/// The recorder that a callback's context is.
private func recorder(at context: UnsafeMutableRawPointer?) -> SessionRecorder? {
    context.map { Unmanaged<SessionRecorder>.fromOpaque($0).takeUnretainedValue() }
}
