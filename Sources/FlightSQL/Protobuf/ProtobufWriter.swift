/// Writes one Protocol Buffers message. As proto3 has it, fields that hold their default are left out.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    /// Writes bytes, or an embedded message.
    mutating func write(_ field: Int, _ value: [UInt8]) {
        if value.isEmpty { return }
        varint(UInt64(field) << 3 | 2)
        varint(UInt64(value.count))
        bytes += value
    }

    mutating func write(_ field: Int, _ text: String) { write(field, Array(text.utf8)) }

    /// Writes an enum's number.
    mutating func write(_ field: Int, number: UInt64) {
        if number == 0 { return }
        varint(UInt64(field) << 3)
        varint(number)
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
