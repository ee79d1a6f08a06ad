package import ArrowIPC

/// The `properties` of a process or a stream: texts by name, as JSONB, the binary JSON of the Rust crate `jsonb`
/// (https://docs.rs/jsonb, "Encoding format"). It is read as far as such an object needs:
///
/// | bytes | holds |
/// |---|---|
/// | 4, big-endian | 0x40000000, an object, and the count of its members |
/// | 4 for each name, then for each value | 0x10000000, a string, and its length |
/// | the rest | the names' and then the values' UTF-8 |
package enum Properties {
    /// The texts by their names; nil for bytes that are anything else, other JSONB among them.
    package static func value(of bytes: [UInt8]) -> Value? {
        guard let head = word(0, of: bytes), head & 0xE000_0000 == 0x4000_0000 else { return nil }
        let count = Int(head & 0x1FFF_FFFF)
        guard count <= (bytes.count - 4) / 8 else { return nil }
        var texts: [String] = []
        var position = 4 + 8 * count
        for index in 0..<2 * count {
            guard let entry = word(4 + 4 * index, of: bytes), entry & 0xF000_0000 == 0x1000_0000,
                case let length = Int(entry & 0x0FFF_FFFF), length <= bytes.count - position,
                let text = String(validating: bytes[position..<position + length], as: UTF8.self)
            else { return nil }
            texts.append(text)
            position += length
        }
        guard position == bytes.count else { return nil }
        return .structure(zip(texts, texts[count...]).map { Value.Member(name: $0, value: .text($1)) })
    }

    private static func word(_ position: Int, of bytes: [UInt8]) -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        return bytes[position..<position + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
