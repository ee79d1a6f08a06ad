/// Splits bytes that hold a whole IPC stream into its messages and decodes them.
///
/// Each message is a continuation marker (0xFFFFFFFF), the length of its metadata, the metadata and the body; streams older
/// than Arrow 0.15 have no marker. A stream ends with a length of 0 or with its last byte ("Encapsulated message
/// format").
public struct StreamReader: Sendable {
    private let bytes: [UInt8]
    private var position = 0
    private var ended = false
    private var decoder = StreamDecoder(isOfWhole: true)

    /// A reader of a stream that is there as a whole.
    ///
    ///     var reader = StreamReader(bytes)
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The stream's schema, once its message was read.
    public var schema: Schema? { decoder.schema }

    /// What the next message held, nil after the last.
    ///
    ///     var reader = StreamReader(bytes)
    ///     while let decoded = try reader.next() {
    ///         if case .batch(let batch) = decoded { print(batch.rowCount) }
    ///     }
    ///
    /// - Throws: ``ArrowError`` that says what is wrong and where.
    public mutating func next() throws(ArrowError) -> StreamDecoder.Decoded? {
        if ended || position == bytes.count { return nil }
        do throws(ArrowError) {
            let metadata = try nextMetadata()
            guard let metadata else {
                ended = true
                return nil
            }
            let bodyLength = try MessageHeader(Buffer(bytes, metadata)).bodyLength
            guard bodyLength <= bytes.count - metadata.upperBound else {
                throw .malformed(
                    "the message's body of \(bodyLength) bytes is cut off after \(bytes.count - metadata.upperBound)")
            }
            let end = metadata.upperBound + bodyLength
            let decoded = try decoder.decode(metadata: metadata, body: metadata.upperBound..<end, in: bytes)
            position = end
            return decoded
        } catch {
            throw error.inside("message at byte \(position)")
        }
    }

    /// The schema of a stream that begins with one.
    ///
    ///     let schema = try StreamReader.schema(of: bytes)
    ///
    /// - Throws: ``ArrowError`` where there is none.
    public static func schema(of bytes: [UInt8]) throws(ArrowError) -> Schema {
        var reader = StreamReader(bytes)
        guard case .schema(let schema) = try reader.next() else { throw .malformed("the stream has no schema") }
        return schema
    }

    /// Where the next message's metadata is, nil at the end of the stream.
    private func nextMetadata() throws(ArrowError) -> Range<Int>? {
        let rest = Buffer(bytes, position..<bytes.count)
        func word(_ index: Int) throws(ArrowError) -> Int32 {
            guard rest.count >= 4 * index + 4 else { throw .malformed("the message's length is cut off") }
            return rest.load(atByte: 4 * index, as: Int32.self)
        }
        let isMarked = try word(0) == -1
        let length = Int(try word(isMarked ? 1 : 0))
        let start = position + (isMarked ? 8 : 4)
        if length == 0 { return nil }
        guard length > 0, length <= bytes.count - start else {
            throw .malformed("the message's metadata of \(length) bytes is cut off after \(bytes.count - start)")
        }
        return start..<start + length
    }
}
