internal import CNghttp2

/// The client's side of one HTTP/2 connection without its socket: bytes in, events out; requests in, bytes out.
///
/// Windows: a stream may have 4 MiB on the way to us, the connection 8 MiB. Neither is opened again but by
/// ``creditConnection(_:)`` and ``credit(_:_:)``.
package final class HTTP2Session {
    /// How much may be on the way on one stream, and on all together, in bytes.
    package static let streamWindow = 4 << 20
    package static let connectionWindow = 8 << 20

    private let session: OpaquePointer
    private let recorder: SessionRecorder

    /// Begins a session: its preface and settings are the first output.
    ///
    /// - Parameter maximumHeaderListSize: The bound on received lists of headers, name + value + 32 bytes each.
    package init(maximumHeaderListSize: Int) throws(SessionError) {
        let recorder = SessionRecorder(maximumHeaderListSize: maximumHeaderListSize)
        session = try Self.makeSession(recorder)
        self.recorder = recorder
        let settings = [
            nghttp2_settings_entry(settings_id: CInt(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0),
            nghttp2_settings_entry(
                settings_id: CInt(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: UInt32(Self.streamWindow)),
            nghttp2_settings_entry(
                settings_id: CInt(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(clamping: maximumHeaderListSize)),
        ]
        let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        try check(nghttp2_submit_settings(session, none, settings, settings.count), "nghttp2_submit_settings")
        try check(
            nghttp2_session_set_local_window_size(session, none, 0, Int32(Self.connectionWindow)),
            "nghttp2_session_set_local_window_size")
    }

    deinit { nghttp2_session_del(session) }

    // MARK: Input

    /// Takes what the peer sent.
    ///
    /// That it succeeds does not say that the peer is well: look for `violation`, and at ``hasBrokenOff``. Where it throws, what
    /// was understood before is in ``takeEvents()``.
    package func receive(_ bytes: ArraySlice<UInt8>) throws(SessionError) -> [SessionEvent] {
        let count = bytes.withUnsafeBytes { pointer in
            recorder.begin(bytes, at: pointer.baseAddress)
            return nghttp2_session_mem_recv(session, pointer.baseAddress, pointer.count)
        }
        recorder.finish()
        if count < 0 {
            let floods = [NGHTTP2_ERR_FLOODED.rawValue, NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue]
            throw SessionError(
                function: "nghttp2_session_mem_recv", reason: recorder.words ?? text(CInt(count)),
                isFlood: floods.contains(CInt(count)))
        }
        return recorder.takeEvents()
    }

    /// What happened since: a stream can also end while output is made.
    package func takeEvents() -> [SessionEvent] { recorder.takeEvents() }

    /// The library's words about what the peer did wrong, where it had any.
    package var complaint: String? { recorder.words }

    /// The code and the reason that the peer was sent when it had broken the protocol; nil before they left.
    package var accusation: String? { recorder.accusation }

    /// Whether the library has ended the session since the peer broke the protocol, or the peer goes away: what still
    /// comes is dropped. Unlike ``isOver`` it does not wait for the peer to take the last words.
    package var hasBrokenOff: Bool { nghttp2_session_check_request_allowed(session) == 0 }

    /// Opens the connection's window again by so many received bytes.
    package func creditConnection(_ count: Int) { nghttp2_session_consume_connection(session, count) }

    /// Opens a stream's window again by so many received bytes; nothing for a stream that is over.
    package func credit(_ stream: StreamID, _ count: Int) { nghttp2_session_consume_stream(session, stream, count) }

    // MARK: Output

    /// Appends frames that are to be sent, until there are none or `output` has `limit` bytes.
    ///
    /// - Parameter sent: Called with each stream whose request headers end at the output's present end.
    package func takeOutput(
        into output: inout [UInt8], upTo limit: Int, sent: (StreamID, Int) -> Void
    ) throws(SessionError) {
        while output.count < limit {
            var bytes: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(session, &bytes)
            if count < 0 { throw SessionError(function: "nghttp2_session_mem_send", reason: text(CInt(count))) }
            guard count > 0, let bytes else { return }
            output.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
            for stream in recorder.takeSentRequests() { sent(stream, output.count) }
        }
    }

    /// Queues a request with its body, or with the first part of it.
    ///
    /// - Parameter isComplete: Whether the body is whole; if not, ``append(_:to:)`` and ``complete(_:)`` follow.
    /// - Throws: ``SessionError``, also for a header that must not go on the wire.
    package func submit(
        _ headers: [HeaderField], body: [UInt8], isComplete: Bool = true
    ) throws(SessionError) -> StreamID {
        for field in headers { try Self.refuseControlCharacters(field) }
        var provider = nghttp2_data_provider()
        provider.read_callback = SessionRecorder.readBody
        let result = withNameValues(headers) { nghttp2_submit_request(session, nil, $0, $1, &provider, nil) }
        try check(result, "nghttp2_submit_request")
        recorder.opened(result, body: RequestBody(body, isComplete: isComplete))
        return result
    }

    /// Whether there is an id for another stream: half of the 2^31 are the client's, and none is used twice (RFC 9113 §5.1.1).
    /// After the last of them the session takes no request and looks as if it ended (``hasBrokenOff``).
    package var hasStreamIDs: Bool { nghttp2_session_get_next_stream_id(session) <= UInt32(StreamID.max) }

    /// Leaves ids out: the next stream has this one, which is odd and higher than any that was used.
    func skipStreams(to next: StreamID) { nghttp2_session_set_next_stream_id(session, next) }

    /// Queues a further part of a request's body; nothing for a stream that is over.
    package func append(_ bytes: [UInt8], to stream: StreamID) {
        recorder.bodies[stream]?.append(bytes)
        resumeBody(of: stream)
    }

    /// Says that nothing follows what was queued of a request's body.
    package func complete(_ stream: StreamID) {
        recorder.bodies[stream]?.complete()
        resumeBody(of: stream)
    }

    /// How many bytes of a request's body wait to be sent.
    package func waitingBytes(of stream: StreamID) -> Int { recorder.bodies[stream]?.count ?? 0 }

    /// The library asks no more for a body of which it found nothing, until it is told. That it has not asked yet is no error.
    private func resumeBody(of stream: StreamID) {
        if recorder.bodies[stream]?.takeAwaited() == true { nghttp2_session_resume_data(session, stream) }
    }

    /// Queues the end of a stream.
    package func reset(_ stream: StreamID, _ code: ErrorCode) {
        recorder.bodies[stream] = nil
        nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, code.rawValue)
    }

    /// Whether our side of a stream has ended: its whole body was sent.
    package func hasSentAll(_ stream: StreamID) -> Bool {
        nghttp2_session_get_stream_local_close(session, stream) != 0
    }

    /// Queues a ping.
    package func ping() { nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil) }

    /// Queues a GOAWAY, after which the session is over.
    package func terminate(_ code: ErrorCode) { nghttp2_session_terminate_session(session, code.rawValue) }

    /// Whether there is output.
    package var wantsWrite: Bool { nghttp2_session_want_write(session) != 0 }

    /// Whether neither side wants anything any more.
    package var isOver: Bool { nghttp2_session_want_read(session) == 0 && !wantsWrite }

    // MARK: The library

    private static func makeSession(_ recorder: SessionRecorder) throws(SessionError) -> OpaquePointer {
        var callbacks: OpaquePointer?
        try check(nghttp2_session_callbacks_new(&callbacks), "nghttp2_session_callbacks_new")
        defer { nghttp2_session_callbacks_del(callbacks) }
        SessionRecorder.install(in: callbacks)
        var option: OpaquePointer?
        try check(nghttp2_option_new(&option), "nghttp2_option_new")
        defer { nghttp2_option_del(option) }
        nghttp2_option_set_no_auto_window_update(option, 1)
        var session: OpaquePointer?
        // The recorder lives as long as the session, which the same object owns.
        let context = Unmanaged.passUnretained(recorder).toOpaque()
        try check(nghttp2_session_client_new2(&session, callbacks, context, option), "nghttp2_session_client_new2")
        guard let session else { throw SessionError(function: "nghttp2_session_client_new2", reason: "no session") }
        return session
    }

    /// nghttp2 sends carriage returns and line feeds as they are.
    private static func refuseControlCharacters(_ field: HeaderField) throws(SessionError) {
        let isClean = field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        guard isClean, field.name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw SessionError(function: "submit", reason: "the header “\(field.name)” has a control character")
        }
    }

    /// Lays names and values out as the library takes them; it copies them.
    private func withNameValues<Result>(
        _ headers: [HeaderField], _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Result
    ) -> Result {
        var bytes: [UInt8] = []
        for field in headers {
            bytes.append(contentsOf: field.name.utf8)
            bytes.append(contentsOf: field.value.utf8)
        }
        return bytes.withUnsafeMutableBufferPointer { bytes in
            var next = bytes.baseAddress
            let pairs = headers.map { field in
                let name = next
                let value = name?.advanced(by: field.name.utf8.count)
                next = value?.advanced(by: field.value.utf8.count)
                let flags = field.isSecret ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE
                return nghttp2_nv(
                    name: name, value: value, namelen: field.name.utf8.count, valuelen: field.value.utf8.count,
                    flags: UInt8(flags.rawValue))
            }
            return pairs.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
        }
    }
}

/// The library's text for one of its error numbers.
private func text(_ number: CInt) -> String { String(cString: nghttp2_strerror(number)) }

private func check(_ result: CInt, _ function: String) throws(SessionError) {
    if result < 0 { throw SessionError(function: function, reason: text(result)) }
}
