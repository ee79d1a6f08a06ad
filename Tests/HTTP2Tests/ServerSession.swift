import CNghttp2
import HTTP2

/// The server's side of a connection without its socket, by the same library: what a client session is tested against.
final class ServerSession {
    /// What is to be sent of an answer.
    private struct Answer {
        var body: ArraySlice<UInt8>
        var trailers: [(String, String)]?
    }

    private var session: OpaquePointer?
    private var answers: [StreamID: Answer] = [:]
    /// What has come of each request.
    private(set) var headers: [StreamID: [HeaderField]] = [:]
    private(set) var bodies: [StreamID: [UInt8]] = [:]
    private(set) var complete: Set<StreamID> = []
    /// The code of each stream that is over.
    private(set) var closed: [StreamID: UInt32] = [:]
    private(set) var goAwayCode: UInt32?

    init(maximumStreams: UInt32 = 100, initialWindow: UInt32 = 65_535) {
        var callbacks: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        defer { nghttp2_session_callbacks_del(callbacks) }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameCount, value, valueCount, _, me in
            let name = String(decoding: UnsafeBufferPointer(start: name, count: nameCount), as: UTF8.self)
            let value = String(decoding: UnsafeBufferPointer(start: value, count: valueCount), as: UTF8.self)
            server(me).headers[frame?.pointee.hd.stream_id ?? 0, default: []].append(HeaderField(name, value))
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, data, count, me in
            server(me).bodies[stream, default: []] += UnsafeBufferPointer(start: data, count: count)
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, me in
            guard let frame = frame?.pointee else { return 0 }
            if frame.hd.flags & 1 != 0, frame.hd.stream_id > 0 { server(me).complete.insert(frame.hd.stream_id) }
            if UInt32(frame.hd.type) == NGHTTP2_GOAWAY.rawValue { server(me).goAwayCode = frame.goaway.error_code }
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, me in
            server(me).closed[stream] = code
            return 0
        }
        nghttp2_session_server_new(&session, callbacks, Unmanaged.passUnretained(self).toOpaque())
        let settings = [
            nghttp2_settings_entry(
                settings_id: CInt(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue), value: maximumStreams),
            nghttp2_settings_entry(
                settings_id: CInt(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: initialWindow),
        ]
        nghttp2_submit_settings(session, 0, settings, settings.count)
    }

    deinit { nghttp2_session_del(session) }

    func receive(_ bytes: [UInt8]) -> Bool { nghttp2_session_mem_recv(session, bytes, bytes.count) == bytes.count }

    func output() -> [UInt8] {
        var output: [UInt8] = []
        var bytes: UnsafePointer<UInt8>?
        while case let count = nghttp2_session_mem_send(session, &bytes), count > 0 {
            output += UnsafeBufferPointer(start: bytes, count: count)
        }
        return output
    }

    /// Answers a request. Without trailers the body's end is the stream's.
    func answer(
        _ stream: StreamID, _ fields: [(String, String)], body: [UInt8] = [], trailers: [(String, String)]? = nil
    ) {
        answers[stream] = Answer(body: body[...], trailers: trailers)
        var provider = nghttp2_data_provider()
        provider.read_callback = { session, stream, buffer, count, flags, _, me in
            let server = server(me)
            let part = server.answers[stream]?.body.prefix(count) ?? []
            UnsafeMutableRawBufferPointer(start: buffer, count: count).copyBytes(from: part)
            server.answers[stream]?.body.removeFirst(part.count)
            if server.answers[stream]?.body.isEmpty ?? true {
                flags?.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
                if let trailers = server.answers[stream]?.trailers {
                    flags?.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
                    withPairs(trailers) { _ = nghttp2_submit_trailer(session, stream, $0, $1) }
                }
            }
            return part.count
        }
        withPairs(fields) { pairs, count in
            if body.isEmpty && trailers == nil {
                nghttp2_submit_response(session, stream, pairs, count, nil)
            } else {
                nghttp2_submit_response(session, stream, pairs, count, &provider)
            }
        }
    }

    func interim(_ stream: StreamID, status: String) {
        withPairs([(":status", status)]) { _ = nghttp2_submit_headers(session, 0, stream, nil, $0, $1, nil) }
    }

    func reset(_ stream: StreamID, _ code: ErrorCode) { nghttp2_submit_rst_stream(session, 0, stream, code.rawValue) }

    func goAway(last: StreamID, _ code: ErrorCode) { nghttp2_submit_goaway(session, 0, last, code.rawValue, "bye", 3) }

    func ping() { nghttp2_submit_ping(session, 0, nil) }
}

private func server(_ context: UnsafeMutableRawPointer?) -> ServerSession {
    Unmanaged<ServerSession>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
}

private func withPairs(_ fields: [(String, String)], _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Void) {
    var bytes = fields.flatMap { Array($0.0.utf8) + Array($0.1.utf8) }
    bytes.withUnsafeMutableBufferPointer { bytes in
        var next = bytes.baseAddress
        let pairs = fields.map { field in
            let name = next
            let value = name?.advanced(by: field.0.utf8.count)
            next = value?.advanced(by: field.1.utf8.count)
            return nghttp2_nv(
                name: name, value: value, namelen: field.0.utf8.count, valuelen: field.1.utf8.count, flags: 0)
        }
        pairs.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
    }
}
