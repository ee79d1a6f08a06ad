/// A received Arrow message as IPC streams hold it: a continuation marker (0xFFFFFFFF), the length of its metadata, the
/// metadata padded to 8 bytes, the body (Arrow columnar format, "Encapsulated message format").
package struct EncapsulatedMessage: Equatable {
    package let bytes: [UInt8]

    /// The message that FlightData carries; nil where it carries the application's metadata only.
    ///
    /// - Throws: ``FlightError`` where the metadata names another length of body than came: what follows such a message
    ///   in a stream could not be found.
    package init?(_ data: FlightData) throws(FlightError) {
        if data.header.isEmpty { return nil }
        let announced = try Self.bodyLength(data.message[data.header])
        guard announced == data.body.count else {
            throw FlightError("a message announces \(announced) bytes of body and has \(data.body.count)")
        }
        let padding = (8 - data.header.count % 8) % 8
        var bytes: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        bytes.reserveCapacity(8 + data.header.count + padding + data.body.count)
        let length = UInt32(data.header.count + padding)
        for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
        bytes += data.message[data.header]
        bytes += repeatElement(0, count: padding)
        bytes += data.message[data.body]
        self.bytes = bytes
    }

    /// Message.fbs: `bodyLength` is the fourth field of the root table, 64 bits, 0 where it is left out.
    private static func bodyLength(_ metadata: ArraySlice<UInt8>) throws(FlightError) -> Int {
        func number(at position: Int, bytes: Int) throws(FlightError) -> UInt64 {
            guard position >= 0, position <= metadata.count - bytes else {
                throw FlightError("a message's metadata is cut off")
            }
            let start = metadata.startIndex + position
            return metadata[start..<start + bytes].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        let table = Int(try number(at: 0, bytes: 4))
        let entries = table - Int(Int32(truncatingIfNeeded: try number(at: table, bytes: 4)))
        guard try number(at: entries, bytes: 2) >= 12 else { return 0 }
        let offset = Int(try number(at: entries + 10, bytes: 2))
        if offset == 0 { return 0 }
        guard let length = Int(exactly: Int64(bitPattern: try number(at: table + offset, bytes: 8))) else {
            throw FlightError("a message's body has no length")
        }
        return length
    }
}
