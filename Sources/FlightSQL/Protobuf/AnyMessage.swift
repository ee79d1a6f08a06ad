/// A message that carries its type's name: google.protobuf.Any (`type_url` 1, `value` 2).
struct AnyMessage {
    /// What stands before the name of every Flight SQL message.
    private static let prefix = "type.googleapis.com/arrow.flight.protocol.sql."

    /// Packs a Flight SQL message.
    static func pack(_ name: String, _ message: [UInt8]) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.write(1, prefix + name)
        writer.write(2, message)
        return writer.bytes
    }

    /// Where a Flight SQL message of that name is in the bytes that hold it packed.
    static func unpack(_ name: String, from bytes: [UInt8], _ range: Range<Int>) throws(FlightError) -> Range<Int> {
        var type = range.lowerBound..<range.lowerBound
        var value = range.lowerBound..<range.lowerBound
        var reader = ProtobufReader(bytes, range)
        while let field = try reader.next() {
            switch field.number {
            case 1: type = try field.bytes(of: "Any")
            case 2: value = try field.bytes(of: "Any")
            default: break
            }
        }
        guard bytes[type].elementsEqual((prefix + name).utf8) else {
            throw FlightError(
                "\(name) was expected, “\(String(decoding: bytes[type].prefix(200), as: UTF8.self))” came")
        }
        return value
    }
}
