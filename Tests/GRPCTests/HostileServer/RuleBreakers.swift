import GRPC

/// Servers that break HTTP/2's rules frame by frame (RFC 9113).
extension HostileServer {
    private static let broken = "the peer broke HTTP/2's rules"
    private static let brokenCall = "the server broke HTTP/2's rules in its answer"

    static let ruleBreakers: [HostileServer] =
        windows + settings + paddings + wrongStreams + headerBlocks + [
            HostileServer("a frame over the bound of 16 KiB", broken, cause: "FRAME_SIZE_ERROR: too large frame size") {
                peer in
                try peer.send(type: 0, stream: peer.beginAnswer(), payload: [UInt8](repeating: 0, count: 16_385))
            },
            HostileServer("a PING of seven bytes", broken, cause: "FRAME_SIZE_ERROR") { peer in
                _ = try peer.greetAndTakeRequest()
                try peer.send(type: 6, payload: [1, 2, 3, 4, 5, 6, 7])
            },
            HostileServer("a push promise", broken, cause: "PROTOCOL_ERROR: PUSH_PROMISE though push is off") { peer in
                let stream = try peer.beginAnswer()
                try peer.send(
                    type: 5, flags: 4, stream: stream,
                    payload: [0, 0, 0, 2]
                        + PeerConnection.block([
                            (":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "x"),
                        ]))
            },
            HostileServer(
                "a push promise before it took our settings", broken,
                cause: "PROTOCOL_ERROR: PUSH_PROMISE though push is off"
            ) { peer in
                peer.acknowledgesSettings = false
                let stream = try peer.beginAnswer()
                try peer.send(
                    type: 5, flags: 4, stream: stream,
                    payload: [0, 0, 0, 2]
                        + PeerConnection.block([
                            (":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "x"),
                        ]))
            },
            HostileServer("garbage after its settings", broken, cause: "FRAME_SIZE_ERROR: too large frame size") {
                peer in
                _ = try peer.greetAndTakeRequest()
                try peer.raw(Array(repeatElement("220 mail.example ESMTP\r\n".utf8, count: 10).joined()))
            },
        ]

    private static let windows: [HostileServer] = [
        HostileServer(
            "WINDOW_UPDATE of 0 on a stream", broken, cause: "PROTOCOL_ERROR: WINDOW_UPDATE: window_size_increment == 0"
        ) { peer in
            try peer.send(type: 8, stream: peer.greetAndTakeRequest(), payload: [0, 0, 0, 0])
        },
        HostileServer(
            "WINDOW_UPDATE of 0 on the connection", broken,
            cause: "PROTOCOL_ERROR: WINDOW_UPDATE: window_size_increment == 0"
        ) { peer in
            _ = try peer.greetAndTakeRequest()
            try peer.send(type: 8, payload: [0, 0, 0, 0])
        },
        HostileServer("WINDOW_UPDATE over 2^31-1 on a stream", brokenCall, code: .internal, cause: "FLOW_CONTROL_ERROR")
        { peer in
            try peer.send(type: 8, stream: peer.greetAndTakeRequest(), payload: [0x7F, 0xFF, 0xFF, 0xFF])
        },
        HostileServer("WINDOW_UPDATE over 2^31-1 on the connection", broken, cause: "FLOW_CONTROL_ERROR") { peer in
            _ = try peer.greetAndTakeRequest()
            try peer.send(type: 8, payload: [0x7F, 0xFF, 0xFF, 0xFF])
        },
        HostileServer(
            "an initial window over 2^31-1", broken,
            cause: "FLOW_CONTROL_ERROR: SETTINGS: too large SETTINGS_INITIAL_WINDOW_SIZE"
        ) { peer in
            _ = try peer.greetAndTakeRequest()
            try peer.send(type: 4, payload: [0, 4, 0x80, 0, 0, 0])
        },
    ]

    private static let settings: [HostileServer] = [
        HostileServer(
            "an acknowledgement of settings that were not sent", broken,
            cause: "PROTOCOL_ERROR: SETTINGS: unexpected ACK"
        ) { peer in
            _ = try peer.greetAndTakeRequest()
            for _ in 0..<2 { try peer.send(type: 4, flags: 1) }
        },
        HostileServer(
            "a frame size below 16 KiB", broken, cause: "PROTOCOL_ERROR: SETTINGS: invalid SETTINGS_MAX_FRAME_SIZE"
        ) { peer in
            _ = try peer.greetAndTakeRequest()
            try peer.send(type: 4, payload: [0, 5, 0, 0, 0x3F, 0xFF])
        },
    ]

    private static let paddings: [HostileServer] = [
        HostileServer("DATA padded over its end", broken, cause: "PROTOCOL_ERROR: DATA: invalid padding") { peer in
            try peer.send(type: 0, flags: 8, stream: peer.beginAnswer(), payload: [4, 0, 0, 0])
        },
        HostileServer("HEADERS padded over their end", broken, cause: "PROTOCOL_ERROR: HEADERS: invalid padding") {
            peer in
            try peer.send(type: 1, flags: 12, stream: peer.greetAndTakeRequest(), payload: [4, 0, 0, 0])
        },
    ]

    private static let wrongStreams: [HostileServer] = [
        HostileServer("DATA on a stream that is not open yet", broken, cause: "PROTOCOL_ERROR: DATA: stream in idle") {
            peer in
            try peer.send(type: 0, stream: peer.greetAndTakeRequest() + 2, payload: [1])
        },
        HostileServer(
            "HEADERS on a stream of its own", broken, cause: "PROTOCOL_ERROR: request HEADERS: client received request"
        ) { peer in
            _ = try peer.greetAndTakeRequest()
            try peer.accept(2)
        },
        HostileServer(
            "RST_STREAM on a stream that is not open yet", broken, cause: "PROTOCOL_ERROR: RST_STREAM: stream in idle"
        ) { peer in
            try peer.reset(peer.greetAndTakeRequest() + 2, code: 8)
        },
        HostileServer("DATA on stream 0", broken, cause: "PROTOCOL_ERROR: DATA: stream_id == 0") { peer in
            _ = try peer.greetAndTakeRequest()
            try peer.send(type: 0, payload: [1])
        },
        HostileServer(
            "DATA after the end of the stream", broken, cause: "STREAM_CLOSED: DATA on stream 1, which is over",
            calls: 2
        ) { peer in
            let first = try peer.greetAndTakeRequest()
            try peer.answer(first)
            _ = try peer.request()
            try peer.send(type: 0, stream: first, payload: [1])
        },
        HostileServer(
            "HEADERS after the end of the stream", broken, cause: "STREAM_CLOSED: HEADERS on stream 1, which is over",
            calls: 2
        ) { peer in
            let first = try peer.greetAndTakeRequest()
            try peer.answer(first)
            _ = try peer.request()
            try peer.trailers(first, status: 0)
        },
        HostileServer(
            "DATA before the headers", broken, cause: "PROTOCOL_ERROR: DATA: stream not opened"
        ) { peer in
            try peer.send(type: 0, stream: peer.greetAndTakeRequest(), payload: [1])
        },
    ]

    private static let headerBlocks: [HostileServer] = [
        HostileServer("CONTINUATION without HEADERS", broken, cause: "PROTOCOL_ERROR: CONTINUATION: unexpected") {
            peer in
            try peer.send(type: 9, flags: 4, stream: peer.beginAnswer(), payload: [])
        },
        HostileServer(
            "a frame within a list of headers", broken,
            cause: "PROTOCOL_ERROR: unexpected non-CONTINUATION frame or stream_id is invalid"
        ) { peer in
            let stream = try peer.greetAndTakeRequest()
            try peer.send(type: 1, stream: stream, payload: PeerConnection.block([(":status", "200")]))
            try peer.send(type: 6, payload: [1, 2, 3, 4, 5, 6, 7, 8])
        },
        HostileServer("a header that the table does not have", broken, cause: "COMPRESSION_ERROR") { peer in
            try peer.send(type: 1, flags: 4, stream: peer.greetAndTakeRequest(), payload: [0xFF, 0x00])
        },
        HostileServer("a header table larger than ours", broken, cause: "COMPRESSION_ERROR") { peer in
            let stream = try peer.greetAndTakeRequest()
            try peer.send(type: 1, flags: 4, stream: stream, payload: [0x3F, 0xE1, 0xFF, 0x03, 0x88])
        },
        HostileServer(
            "a header name in capitals", brokenCall, code: .internal,
            cause:
                "PROTOCOL_ERROR: Invalid HTTP header field was received: frame type: 1, stream: 1, name: [X-Upper.[31m], value: [1]"
        ) { peer in
            try peer.accept(peer.greetAndTakeRequest(), [("X-Upper\u{1B}[31m", "1")])
        },
    ]
}
