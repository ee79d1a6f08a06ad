/// The first bytes a peer sends, looked at before HTTP/2 takes them: what is no HTTP/2 is named here.
///
/// HTTP/2 begins with a SETTINGS frame (RFC 9113 §3.4): three bytes of length, then its type 4, then flags without ACK.
package struct PeerGreeting: Sendable {
    private var bytes: [UInt8] = []

    package init() {}

    /// Looks at what came, in pieces of any size.
    ///
    /// - Throws: ``ConnectionError`` as soon as it cannot be HTTP/2.
    package mutating func check(_ received: ArraySlice<UInt8>) throws(ConnectionError) {
        guard bytes.count < 5 else { return }
        bytes.append(contentsOf: received.prefix(5 - bytes.count))
        if bytes.count >= 4, bytes.prefix(4).elementsEqual("HTTP".utf8) {
            throw ConnectionError(.notHTTP2, "the peer speaks HTTP/1.1, not HTTP/2")
        }
        if bytes.count >= 3, bytes[0] == 0x15 || bytes[0] == 0x16, bytes[1] == 3 {
            // An alert or a handshake record (RFC 8446 §5.1); with TLS on our side its bytes never come here.
            throw ConnectionError(
                .needsTLS, "the server speaks TLS, and the connection is without; connect over TLS (grpc+tls://)")
        }
        guard bytes.count >= 4 else { return }
        if bytes[3] != 4 || (bytes.count > 4 && bytes[4] & 1 != 0) {
            throw ConnectionError(
                .notHTTP2, "the peer does not speak HTTP/2", cause: "it began with \(quoted(received))")
        }
    }

    /// At most 24 bytes of text, what is not printable as a dot.
    private func quoted(_ received: ArraySlice<UInt8>) -> String {
        let text = received.prefix(24).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") }
        return "“\(String(decoding: text, as: UTF8.self))”"
    }
}
