/// Takes secrets out of texts that others wrote: a server may repeat what it was sent. A dump does not show them.
package struct Redaction: Sendable, CustomStringConvertible, CustomReflectable {
    /// The longest first: one may be part of another.
    private let secrets: [[UInt8]]

    package init(_ secrets: [String]) {
        self.secrets = secrets.filter { !$0.isEmpty }.map { Array($0.utf8) }.sorted { $0.count > $1.count }
    }

    /// The text with `…` in the place of each secret.
    package func redacted(_ text: String) -> String {
        // As bytes: a mark that combines with a secret's last letter would hide it from a search for characters.
        var bytes = Array(text.utf8)
        for secret in secrets { bytes = Self.replacing(secret, in: bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    package var description: String { "(redaction)" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    private static func replacing(_ secret: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= secret.count else { return bytes }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: secret) {
                result += "…".utf8
                index += secret.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
