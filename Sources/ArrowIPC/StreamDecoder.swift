/// Reads the messages of one Arrow IPC stream in order: a schema, then dictionaries and record batches.
///
/// Everything in a message is checked before it is used: positions, lengths, counts of nulls, offsets, indices into
/// dictionaries, UTF-8. After an error the decoder is as it was before the message.
///
/// Format: "Serialization and Interprocess Communication (IPC)" of the Arrow columnar format, metadata versions V4 and V5.
public struct StreamDecoder: Sendable {
    /// What a message held.
    public enum Decoded: Sendable {
        case schema(Schema)
        /// A dictionary came, new, in place of an earlier one or added to it; batches decoded before keep theirs.
        case dictionary(id: Int64)
        case batch(RecordBatch)
    }

    /// The stream's schema, once its message was read.
    public private(set) var schema: Schema?
    private var dictionaryTypes: [Int64: DataType] = [:]
    private var dictionaries: [Int64: Column] = [:]
    /// How many bytes each dictionary keeps.
    private var dictionaryBytes: [Int64: Int] = [:]
    private let uncompressedLimit: Int
    /// Whether messages are parts of bytes that are kept in any case.
    private let isOfWhole: Bool

    /// A decoder of one stream.
    ///
    ///     var decoder = StreamDecoder(uncompressedLimit: 1 << 26)
    ///
    /// - Parameter uncompressedLimit: how many bytes the buffers of one compressed batch, or those of all dictionaries
    ///   together, compressed or not, may come to; a compressed message that announces more is an error before memory is
    ///   taken for it.
    public init(uncompressedLimit: Int = 1 << 29) { self.init(uncompressedLimit, isOfWhole: false) }

    init(_ uncompressedLimit: Int = 1 << 29, isOfWhole: Bool) {
        self.uncompressedLimit = uncompressedLimit
        self.isOfWhole = isOfWhole
    }

    /// Reads one message.
    ///
    ///     let header = 8..<8 + headerLength
    ///     if case .batch(let batch) = try decoder.decode(metadata: header, body: header.upperBound..<bytes.count, in: bytes) {
    ///         print(batch.rowCount)
    ///     }
    ///
    /// - Parameters:
    ///   - metadata: where in `message` the FlatBuffers metadata is (without the length that precedes it in files).
    ///   - body: where the buffers are; empty for a schema.
    ///   - message: the bytes as received. A batch keeps them and reads from them in place.
    /// - Throws: ``ArrowError`` that says what is wrong and where.
    public mutating func decode(
        metadata: Range<Int>, body: Range<Int>, in message: [UInt8]
    ) throws(ArrowError) -> Decoded {
        for range in [metadata, body] where range.lowerBound < 0 || range.upperBound > message.count {
            throw .malformed("bytes \(range) were named of a message of \(message.count) bytes")
        }
        let header: MessageHeader
        do throws(ArrowError) {
            header = try MessageHeader(Buffer(message, metadata))
        } catch {
            throw error.inside("message")
        }
        guard header.bodyLength <= body.count else {
            throw .malformed("the message announces \(header.bodyLength) bytes of body and has \(body.count)")
        }
        let end = body.lowerBound + header.bodyLength
        let bytes = Body(
            bytes: Buffer(message, body.lowerBound..<end), isVersion4: header.isVersion4,
            uncompressedLimit: uncompressedLimit)
        switch header.kind {
        case .schema(let table): return .schema(try decodeSchema(table))
        case .dictionaryBatch(let table): return .dictionary(id: try decodeDictionary(table, body: bytes))
        case .recordBatch(let table): return .batch(try decodeBatch(table, body: bytes))
        }
    }

    private mutating func decodeSchema(_ table: FlatTable) throws(ArrowError) -> Schema {
        guard self.schema == nil else { throw .malformed("a second schema in the stream") }
        do throws(ArrowError) {
            var decoder = SchemaDecoder()
            let schema = try decoder.schema(table)
            dictionaryTypes = try DictionaryTypes(of: schema).byID
            self.schema = schema
            return schema
        } catch {
            throw error.inside("schema")
        }
    }

    /// DictionaryBatch: id, data, isDelta.
    private mutating func decodeDictionary(_ table: FlatTable, body: Body) throws(ArrowError) -> Int64 {
        let id = try table.number(0, default: Int64(0))
        do throws(ArrowError) {
            guard schema != nil else { throw .malformed("it came before the schema") }
            guard let type = dictionaryTypes[id] else { throw .malformed("no field of the schema has it") }
            guard let data = try table.table(1) else { throw .malformed("it has no data") }
            let isDelta = try table.flag(2)
            let others = dictionaryBytes.reduce(0) { $0 + ($1.key == id && !isDelta ? 0 : $1.value) }
            let limited = Body(
                bytes: body.bytes, isVersion4: body.isVersion4, uncompressedLimit: uncompressedLimit - others)
            var decoder = try BatchDecoder(data, body: limited, dictionaries: dictionaries)
            let values = try decoder.columns(of: [Field(name: "values", type: type)])[0]
            let kept = max(decoder.uncompressedBytes, isOfWhole ? 0 : body.bytes.count)
            guard kept <= uncompressedLimit - others else {
                throw ArrowError(.tooLarge, "the stream's dictionaries come to more than \(uncompressedLimit) bytes")
            }
            dictionaries[id] = isDelta ? try earlier(id).followed(by: values) : values
            dictionaryBytes[id] = (isDelta ? dictionaryBytes[id] ?? 0 : 0) + kept
            return id
        } catch {
            throw error.inside("dictionary \(id)")
        }
    }

    /// The dictionary that a part is to be added to.
    private func earlier(_ id: Int64) throws(ArrowError) -> Column {
        guard let column = dictionaries[id] else { throw .malformed("a further part of it came before the first") }
        return column
    }

    private func decodeBatch(_ table: FlatTable, body: Body) throws(ArrowError) -> RecordBatch {
        do throws(ArrowError) {
            guard let schema else { throw .malformed("it came before the schema") }
            var decoder = try BatchDecoder(table, body: body, dictionaries: dictionaries)
            let columns = try decoder.columns(of: schema.fields)
            return RecordBatch(schema: schema, rowCount: decoder.rowCount, columns: columns)
        } catch {
            throw error.inside("record batch")
        }
    }
}
