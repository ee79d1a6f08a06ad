/// Reads a Schema table (Schema.fbs). One decoder reads one schema: it counts what it has read.
///
/// FlatBuffers may point to one table or text many times, so a short message can stand for a huge schema; the limits
/// stop it before memory is spent.
struct SchemaDecoder {
    private static let maximumDepth = 64
    private var fieldsLeft = 16_384
    private var textLeft = 16 << 20

    mutating func schema(_ table: FlatTable) throws(ArrowError) -> Schema {
        guard try table.number(0, default: Int16(0)) == 0 else {
            throw .unsupported("big-endian data (the schema's endianness is not Little)")
        }
        let fields = try fields(table.vector(1, elementSize: 4), depth: 0)
        return Schema(fields: fields, metadata: try metadata(table.vector(2, elementSize: 4)))
    }

    private mutating func fields(_ vector: FlatVector?, depth: Int) throws(ArrowError) -> [Field] {
        guard let vector, vector.count > 0 else { return [] }
        guard depth < Self.maximumDepth else {
            throw .unsupported("fields that are nested more than \(Self.maximumDepth) deep")
        }
        guard vector.count <= fieldsLeft else { throw .malformed("the schema has more fields than can be") }
        fieldsLeft -= vector.count
        var fields: [Field] = []
        fields.reserveCapacity(vector.count)
        for index in 0..<vector.count {
            do throws(ArrowError) {
                fields.append(try field(vector.table(index), depth: depth))
            } catch {
                throw error.inside("field \(index)")
            }
        }
        return fields
    }

    /// A Field table: name, nullable, type_type, type, dictionary, children, custom_metadata.
    private mutating func field(_ table: FlatTable, depth: Int) throws(ArrowError) -> Field {
        let name = try counted(table.text(0) ?? "")
        do throws(ArrowError) {
            let children = try fields(table.vector(5, elementSize: 4), depth: depth + 1)
            var type = try TypeDecoder(kind: table.number(2, default: 0), table: table.table(3), children: children)
                .type()
            if case .timestamp(_, let zone?) = type { _ = try counted(zone) }
            var dictionaryID: Int64?
            if let encoding = try table.table(4) {
                dictionaryID = try encoding.number(0, default: Int64(0))
                type = try .dictionary(
                    indices: indices(of: encoding), values: type, ordered: encoding.flag(2))
            }
            return Field(
                name: name, type: type, nullable: try table.flag(1),
                metadata: try metadata(table.vector(6, elementSize: 4)), dictionaryID: dictionaryID)
        } catch {
            throw error.inside("“\(name)”")
        }
    }

    /// A DictionaryEncoding table: id, indexType (signed 32 bits if absent), isOrdered, dictionaryKind.
    private func indices(of encoding: FlatTable) throws(ArrowError) -> IntegerType {
        guard try encoding.number(3, default: Int16(0)) == 0 else {
            throw .unsupported("a dictionary that is no dense array")
        }
        guard let table = try encoding.table(1) else { return .int32 }
        return try TypeDecoder.integer(table)
    }

    private mutating func metadata(_ vector: FlatVector?) throws(ArrowError) -> [KeyValue] {
        guard let vector else { return [] }
        var pairs: [KeyValue] = []
        for index in 0..<vector.count {
            let table = try vector.table(index)
            pairs.append(KeyValue(key: try counted(table.text(0) ?? ""), value: try counted(table.text(1) ?? "")))
        }
        return pairs
    }

    private mutating func counted(_ text: String) throws(ArrowError) -> String {
        textLeft -= text.utf8.count + 16
        guard textLeft >= 0 else { throw .malformed("the schema holds more text than can be") }
        return text
    }
}
