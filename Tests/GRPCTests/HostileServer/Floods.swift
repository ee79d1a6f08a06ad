import GRPC
import Testing

/// Servers that send without end what brings nothing, or what is over a bound.
extension HostileServer {
    private static let flood = "the peer floods the connection with frames that bring nothing"
    private static let tooLarge = "the server's headers are over the bound of 65536 bytes"

    static let floods: [HostileServer] = emptyFrames + headerFloods

    private static let emptyFrames: [HostileServer] = [
        HostileServer("SETTINGS", flood) { peer in
            _ = try peer.beginAnswer()
            try peer.flood(PeerConnection.bytes(type: 4))
        },
        HostileServer("PING", flood) { peer in
            _ = try peer.beginAnswer()
            try peer.flood(PeerConnection.bytes(type: 6, payload: [0, 0, 0, 0, 0, 0, 0, 0]))
        },
        HostileServer("answers to PING", flood) { peer in
            _ = try peer.beginAnswer()
            try peer.flood(PeerConnection.bytes(type: 6, flags: 1, payload: [0, 0, 0, 0, 0, 0, 0, 0]))
        },
        HostileServer("RST_STREAM", flood, calls: 2) { peer in
            let first = try peer.greetAndTakeRequest()
            try peer.answer(first)
            _ = try peer.request()
            try peer.flood(PeerConnection.bytes(type: 3, stream: first, payload: [0, 0, 0, 8]))
        },
        HostileServer("empty DATA on a stream that has ended", flood, calls: 2) { peer in
            let first = try peer.greetAndTakeRequest()
            try peer.answer(first)
            _ = try peer.request()
            try peer.flood(PeerConnection.bytes(type: 0, stream: first))
        },
        HostileServer("empty DATA", flood) { peer in
            try peer.flood(PeerConnection.bytes(type: 0, stream: peer.beginAnswer()))
        },
        HostileServer("DATA that is all padding", flood) { peer in
            let stream = try peer.beginAnswer()
            let payload = [63] + [UInt8](repeating: 0, count: 63)
            try peer.flood(PeerConnection.bytes(type: 0, flags: 8, stream: stream, payload: payload))
        },
        HostileServer("WINDOW_UPDATE", flood) { peer in
            _ = try peer.beginAnswer()
            try peer.flood(PeerConnection.bytes(type: 8, payload: [0, 0, 0, 1]))
        },
        HostileServer("PRIORITY", flood) { peer in
            try peer.flood(PeerConnection.bytes(type: 2, stream: peer.beginAnswer(), payload: [0, 0, 0, 0, 0]))
        },
        HostileServer("frames of an unknown type", flood) { peer in
            _ = try peer.beginAnswer()
            try peer.flood(PeerConnection.bytes(type: 99))
        },
        HostileServer("GOAWAY", flood) { peer in
            _ = try peer.beginAnswer()
            try peer.flood(PeerConnection.bytes(type: 7, payload: [0, 0, 0, 1, 0, 0, 0, 0]))
        },
    ]

    private static let headerFloods: [HostileServer] = [
        HostileServer("a header list that is too large", tooLarge, code: .resourceExhausted) { peer in
            let values = (0..<17).map { ("x-\($0)", String(repeating: "v", count: 4_000)) }
            let stream = try peer.greetAndTakeRequest()
            try peer.accept(stream, values)
            #expect(try peer.reset(of: stream) == 11)
        },
        HostileServer("too many headers", tooLarge, code: .resourceExhausted) { peer in
            try peer.accept(peer.greetAndTakeRequest(), [(String, String)](repeating: ("x", ""), count: 2_000))
        },
        HostileServer("trailers that are too large", tooLarge, code: .resourceExhausted) { peer in
            let values = (0..<17).map { ("x-\($0)", String(repeating: "v", count: 4_000)) }
            try peer.trailers(peer.beginAnswer(), status: 0, values)
        },
        HostileServer("a header list that grows by references to its own table", tooLarge, code: .resourceExhausted) {
            peer in
            let stream = try peer.greetAndTakeRequest()
            // Literal with incremental indexing, then the table's newest entry again and again (RFC 7541 §6.1, §6.2.1).
            let large = [("x", String(repeating: "v", count: 4_000))]
            var block = PeerConnection.block([(":status", "200")]) + PeerConnection.block(large, indexed: true)
            block += [UInt8](repeating: 0xBE, count: 16_000 - block.count)
            try peer.send(type: 1, stream: stream, payload: block)
            let more = [UInt8](repeating: 0xBE, count: 16_384)
            for last in [0, 0, 0, 4] as [UInt8] { try peer.send(type: 9, flags: last, stream: stream, payload: more) }
        },
        HostileServer("CONTINUATION that is empty", flood) { peer in
            let stream = try peer.greetAndTakeRequest()
            try peer.send(type: 1, stream: stream, payload: PeerConnection.block([(":status", "200")]))
            try peer.flood(PeerConnection.bytes(type: 9, stream: stream))
        },
        HostileServer("CONTINUATION without end", tooLarge, code: .resourceExhausted) { peer in
            let stream = try peer.greetAndTakeRequest()
            try peer.send(type: 1, stream: stream, payload: PeerConnection.block([(":status", "200")]))
            let more = PeerConnection.block([("x", String(repeating: "v", count: 16_000))])
            try peer.flood(PeerConnection.bytes(type: 9, stream: stream, payload: more))
        },
        HostileServer("interim answers", "the server sends interim answers without end", code: .internal) { peer in
            let stream = try peer.greetAndTakeRequest()
            let large = [("x", String(repeating: "v", count: 4_000))]
            let block = PeerConnection.block([(":status", "103")]) + PeerConnection.block(large, indexed: true)
            try peer.send(type: 1, flags: 4, stream: stream, payload: block)
            let next = PeerConnection.block([(":status", "103")]) + [0xBE]
            try peer.flood(PeerConnection.bytes(type: 1, flags: 4, stream: stream, payload: next))
        },
    ]
}
