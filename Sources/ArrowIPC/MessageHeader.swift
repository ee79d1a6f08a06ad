/// The metadata of one message of a stream (Message.fbs): version, header_type, header, bodyLength, custom_metadata.
struct MessageHeader: ~Copyable {
    enum Kind {
        case schema(FlatTable)
        case dictionaryBatch(FlatTable)
        case recordBatch(FlatTable)
    }

    let kind: Kind
    /// Bytes of body that belong to the message.
    let bodyLength: Int
    /// Whether the metadata is of version V4, in which unions had a bitmap of nulls.
    let isVersion4: Bool

    /// The members of the union `MessageHeader` by number.
    private static let names = ["NONE", "Schema", "DictionaryBatch", "RecordBatch", "Tensor", "SparseTensor"]

    init(_ bytes: Buffer) throws(ArrowError) {
        let message = try FlatBuffer(bytes: bytes).root()
        // V4 (3) and V5 (4) lay out alike what is read here; older ones do not.
        let version = try message.number(0, default: Int16(0))
        guard version == 3 || version == 4 else { throw .unsupported("metadata version V\(Int(version) + 1)") }
        let number = Int(try message.number(1, default: UInt8(0)))
        guard number != 0, let header = try message.table(2) else { throw .malformed("the message has no header") }
        let kind: Kind
        switch number {
        case 1: kind = .schema(header)
        case 2: kind = .dictionaryBatch(header)
        case 3: kind = .recordBatch(header)
        default:
            throw .unsupported("a \(number < Self.names.count ? Self.names[number] : "number \(number)") message")
        }
        let length = try message.number(3, default: Int64(0))
        guard let bodyLength = Int(exactly: length), bodyLength >= 0 else {
            throw .malformed("a body cannot have \(length) bytes")
        }
        self.kind = kind
        self.bodyLength = bodyLength
        self.isVersion4 = version == 3
    }
}
