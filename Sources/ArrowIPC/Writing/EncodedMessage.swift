/// A message of an IPC stream as it is sent: FlightData carries its parts, a stream's bytes the whole.
public struct EncodedMessage: Sendable, Equatable {
    /// The FlatBuffers metadata, a multiple of 8 bytes long.
    public let header: [UInt8]
    /// The buffers, a multiple of 8 bytes long; empty for a schema.
    public let body: [UInt8]

    /// A marker and a length of 0: what ends a stream.
    public static let endOfStream: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]

    /// The message as the bytes of a stream hold it: a continuation marker, the length of its metadata, the metadata, the
    /// body ("Encapsulated message format").
    public var encapsulated: [UInt8] {
        var bytes: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        bytes.reserveCapacity(8 + header.count + body.count)
        bytes.append(littleEndian: UInt32(header.count))
        bytes += header
        bytes += body
        return bytes
    }

    /// A message of metadata version V5 (Message.fbs: version, header_type, header, bodyLength).
    init(_ kind: Kind, _ content: FlatContent, body: [UInt8] = []) {
        var message = FlatContent()
        message.set(0, Int16(4))
        message.set(1, kind.rawValue)
        message.set(2, .table(content))
        message.set(3, Int64(body.count))
        self.header = FlatBufferBuilder.bytes(root: message)
        self.body = body
    }

    /// The members of the union `MessageHeader` that are written.
    enum Kind: UInt8 {
        case schema = 1
        case dictionaryBatch = 2
        case recordBatch = 3
    }
}
