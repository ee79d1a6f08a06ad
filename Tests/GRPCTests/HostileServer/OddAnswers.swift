import GRPC
import Testing

/// Servers that do not speak HTTP/2 at all, or keep to it and not to gRPC.
extension HostileServer {
    static let oddAnswers: [HostileServer] =
        strangers + [
            HostileServer("silence within the call", "the server gave no sign of life for 0.05 seconds after a ping") {
                $0.keepalive.interval = .milliseconds(50)
                $0.keepalive.timeout = .milliseconds(50)
            } _: { peer in
                peer.answersPings = false
                _ = try peer.beginAnswer()
            },
            HostileServer(
                "silence while it takes no streams",
                "the server gave no sign of life for 0.05 seconds after a ping", takesRequest: false
            ) {
                $0.keepalive.interval = .milliseconds(50)
                $0.keepalive.timeout = .milliseconds(50)
            } _: { peer in
                peer.answersPings = false
                try peer.greet(maximumStreams: 0)
            },
            HostileServer(
                "a message over the bound",
                "the server sends a message of 104857601 bytes, over the bound of 104857600", code: .resourceExhausted
            ) { peer in
                let stream = try peer.beginAnswer()
                try peer.body(stream, [0, 6, 64, 0, 1])
                #expect(try peer.reset(of: stream) == 8)
            },
            HostileServer(
                "a compressed message", "the server sent a compressed message though none was asked for",
                code: .internal
            ) { peer in
                try peer.body(peer.beginAnswer(), [1, 0, 0, 0, 1, 7])
            },
            HostileServer(
                "a content type that is not gRPC's", "the server's answer is not of gRPC", code: .unknown,
                cause: "content-type: text/html"
            ) { peer in
                try peer.headers(peer.greetAndTakeRequest(), [(":status", "200"), ("content-type", "text/html")])
            },
        ]

    private static let strangers: [HostileServer] = [
        HostileServer("HTTP/1.1", "the peer speaks HTTP/1.1, not HTTP/2", takesRequest: false) { peer in
            try peer.raw(Array("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n".utf8))
        },
        HostileServer(
            "garbage", "the peer does not speak HTTP/2", cause: "it began with “220 mail.example ESMTP..”",
            takesRequest: false
        ) { peer in
            try peer.raw(Array("220 mail.example ESMTP\r\n".utf8))
        },
        HostileServer(
            "another frame before its settings", "the peer does not speak HTTP/2",
            cause: "it began with “.................”", takesRequest: false
        ) { peer in
            try peer.send(type: 6, payload: [1, 2, 3, 4, 5, 6, 7, 8])
        },
        // Over TLS the handshake is part of this time.
        HostileServer(
            "silence before its settings", "the peer took the connection but sent nothing of HTTP/2",
            takesRequest: false
        ) {
            $0.connectTimeout = .seconds(2)
        } _: { _ in
        },
        HostileServer(
            "a byte of its settings, then silence", "the peer took the connection but sent nothing of HTTP/2",
            takesRequest: false
        ) {
            $0.connectTimeout = .seconds(2)
        } _: { peer in
            try peer.raw([0])
        },
    ]
}
