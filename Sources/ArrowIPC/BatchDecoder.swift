/// Makes columns of a RecordBatch table (Message.fbs: length, nodes, buffers, compression, variadicBufferCounts) and its
/// body. Fields take their nodes and buffers in the order of a walk through the schema, parents first.
struct BatchDecoder {
    /// The longest array that every Arrow implementation reads ("Array lengths" of the columnar format). Columns of nulls
    /// take no bytes, so that nothing else bounds their rows.
    private static let maximumRows = Int64(Int32.max)

    let rowCount: Int
    private let body: Buffer
    private let dictionaries: [Int64: Column]
    private let nodes: FlatVector
    private let buffers: FlatVector
    private var nextNode = 0
    private var nextBuffer = 0

    init(_ table: FlatTable, body: Buffer, dictionaries: [Int64: Column]) throws(ArrowError) {
        let length = try table.number(0, default: Int64(0))
        guard (0...Self.maximumRows).contains(length) else { throw .malformed("it cannot have \(length) rows") }
        if let compression = try table.table(3) {
            let codec = try compression.number(0, default: Int8(0))
            throw .unsupported(
                "a body compressed with \(["LZ4_FRAME", "ZSTD"][checked: Int(codec)] ?? "codec \(codec)")")
        }
        // FieldNode and Buffer are structs of two Int64.
        let empty = FlatVector(buffer: table.buffer, start: 0, count: 0, elementSize: 16)
        self.nodes = try table.vector(1, elementSize: 16) ?? empty
        self.buffers = try table.vector(2, elementSize: 16) ?? empty
        self.rowCount = Int(length)
        self.body = body
        self.dictionaries = dictionaries
    }

    /// The columns of fields at the top level; every node and buffer belongs to one of them.
    mutating func columns(of fields: [Field]) throws(ArrowError) -> [Column] {
        var columns: [Column] = []
        columns.reserveCapacity(fields.count)
        for field in fields {
            let column = try column(of: field)
            guard column.count == rowCount else {
                throw .malformed("column “\(field.name)” has \(column.count) rows of \(rowCount)")
            }
            columns.append(column)
        }
        guard nextNode == nodes.count, nextBuffer == buffers.count else {
            throw .malformed(
                "it has \(nodes.count) nodes and \(buffers.count) buffers, its fields \(nextNode) and \(nextBuffer)")
        }
        return columns
    }

    private mutating func column(of field: Field) throws(ArrowError) -> Column {
        do throws(ArrowError) {
            return try column(of: field.type, dictionaryID: field.dictionaryID)
        } catch {
            throw error.inside("column “\(field.name)”")
        }
    }

    private mutating func column(of type: DataType, dictionaryID: Int64?) throws(ArrowError) -> Column {
        let node = try takeNode()
        if case .null = type {
            return Column(type: type, count: node.count, nullCount: node.count, validity: nil, storage: .null)
        }
        let validity = try takeValidity(node)
        let storage = try storage(of: type, dictionaryID: dictionaryID, node: node, validity: validity)
        return Column(type: type, count: node.count, nullCount: node.nullCount, validity: validity, storage: storage)
    }

    private mutating func storage(
        of type: DataType, dictionaryID: Int64?, node: Node, validity: Buffer?
    ) throws(ArrowError) -> Column.Storage {
        switch type {
        case .bool:
            return .bits(try takeBuffer("values", atLeast: (node.count + 7) / 8))
        case .utf8, .largeUTF8:
            let offsets = try takeOffsets(node, isLarge: type == .largeUTF8)
            let texts = try takeBuffer("text")
            try offsets.check(count: node.count, end: texts.count)
            try TextCheck(count: node.count, validity: validity, offsets: offsets, texts: texts).run()
            return .variableWidth(offsets, texts)
        case .binary, .largeBinary:
            let offsets = try takeOffsets(node, isLarge: type == .largeBinary)
            let bytes = try takeBuffer("bytes")
            try offsets.check(count: node.count, end: bytes.count)
            return .variableWidth(offsets, bytes)
        case .list(let element), .largeList(let element):
            var isLarge = false
            if case .largeList = type { isLarge = true }
            let offsets = try takeOffsets(node, isLarge: isLarge)
            let elements = try column(of: element)
            try offsets.check(count: node.count, end: elements.count)
            return .list(offsets, elements)
        case .structure(let fields):
            var members: [Column] = []
            for field in fields {
                let member = try column(of: field)
                guard member.count >= node.count else {
                    throw .malformed("the member “\(field.name)” has \(member.count) rows of \(node.count)")
                }
                members.append(member)
            }
            return .structure(members)
        case .dictionary(let indexType, let valueType, _):
            let buffer = try takeBuffer("indices", atLeast: node.count * indexType.width)
            let values = try dictionary(dictionaryID, of: valueType, needed: node.nullCount < node.count)
            let indices = Indices(type: indexType, buffer: buffer)
            try indices.check(count: node.count, validity: validity, dictionaryCount: values.count)
            return .dictionary(indices, values: values)
        default:
            guard let width = type.fixedWidth else { throw .unsupported("the type \(type)") }
            return .fixedWidth(try takeBuffer("values", atLeast: node.count * width))
        }
    }

    /// The values of a dictionary that has come. One that only nulls refer to may come later.
    private func dictionary(_ id: Int64?, of type: DataType, needed: Bool) throws(ArrowError) -> Column {
        if let id, let values = dictionaries[id] { return values }
        guard !needed else { throw .malformed("its dictionary \(id ?? 0) has not come") }
        return Column(emptyOf: type)
    }
}

extension BatchDecoder {
    /// How many values and nulls a column has.
    fileprivate struct Node {
        let count: Int
        let nullCount: Int
    }

    private mutating func takeNode() throws(ArrowError) -> Node {
        guard nextNode < nodes.count else { throw .malformed("there are only \(nodes.count) nodes") }
        let position = nodes.position(of: nextNode)
        let count = try nodes.buffer.number(at: position, as: Int64.self)
        let nullCount = try nodes.buffer.number(at: position + 8, as: Int64.self)
        guard (0...Self.maximumRows).contains(count), (0...count).contains(nullCount) else {
            throw .malformed("it cannot have \(nullCount) nulls in \(count) rows")
        }
        nextNode += 1
        return Node(count: Int(count), nullCount: Int(nullCount))
    }

    private mutating func takeBuffer(_ name: String, atLeast needed: Int = 0) throws(ArrowError) -> Buffer {
        guard nextBuffer < buffers.count else { throw .malformed("there are only \(buffers.count) buffers") }
        let position = buffers.position(of: nextBuffer)
        let offset = try buffers.buffer.number(at: position, as: Int64.self)
        let length = try buffers.buffer.number(at: position + 8, as: Int64.self)
        guard offset >= 0, length >= 0, offset <= body.count, length <= Int64(body.count) - offset else {
            throw .malformed(
                "its buffer of \(name) (\(length) bytes at \(offset)) lies outside the body of \(body.count) bytes")
        }
        guard length >= needed else {
            throw .malformed("its buffer of \(name) has \(length) bytes and needs \(needed)")
        }
        nextBuffer += 1
        return body.part(Int(offset)..<Int(offset + length))
    }

    /// The bitmap of a column that has nulls. One may be sent where there are none; it then has to say so.
    private mutating func takeValidity(_ node: Node) throws(ArrowError) -> Buffer? {
        let bytesNeeded = (node.count + 7) / 8
        let bitmap = try takeBuffer("validity", atLeast: node.nullCount > 0 ? bytesNeeded : 0)
        if node.nullCount == 0 && bitmap.count < bytesNeeded { return nil }
        let nulls = node.count - bitmap.countOfSetBits(in: node.count)
        guard nulls == node.nullCount else {
            throw .malformed("its buffer of validity marks \(nulls) nulls and its node counts \(node.nullCount)")
        }
        return node.nullCount == 0 ? nil : bitmap
    }

    private mutating func takeOffsets(_ node: Node, isLarge: Bool) throws(ArrowError) -> Offsets {
        // A column of no rows may leave out its only offset.
        let needed = node.count == 0 ? 0 : (node.count + 1) * (isLarge ? 8 : 4)
        return Offsets(buffer: try takeBuffer("offsets", atLeast: needed), isLarge: isLarge)
    }

}

extension [String] {
    /// The element at an index, or nil where there is none.
    fileprivate subscript(checked index: Int) -> String? { indices.contains(index) ? self[index] : nil }
}
