/// Makes columns of a RecordBatch table and its body. Fields take their nodes and buffers in the order of a walk through
/// the schema, parents first.
struct BatchDecoder {
    private var body: BodyReader
    private let dictionaries: [Int64: Column]

    init(_ table: FlatTable, body: Body, dictionaries: [Int64: Column]) throws(ArrowError) {
        self.body = try BodyReader(table, body: body)
        self.dictionaries = dictionaries
    }

    var rowCount: Int { body.rowCount }

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
        try body.finish()
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
        let node = try body.takeNode()
        if case .null = type {
            return Column(type: type, count: node.count, nullCount: node.count, validity: nil, storage: .null)
        }
        let validity = try body.takeValidity(node)
        let storage = try storage(of: type, dictionaryID: dictionaryID, node: node, validity: validity)
        return Column(type: type, count: node.count, nullCount: node.nullCount, validity: validity, storage: storage)
    }

    private mutating func storage(
        of type: DataType, dictionaryID: Int64?, node: BodyReader.Node, validity: Buffer?
    ) throws(ArrowError) -> Column.Storage {
        switch type {
        case .bool:
            return .bits(try body.takeBuffer("values", atLeast: (node.count + 7) / 8))
        case .utf8, .largeUTF8:
            let offsets = try body.takeOffsets(node, isLarge: type == .largeUTF8)
            let texts = try body.takeBuffer("text")
            try offsets.check(count: node.count, end: texts.count)
            try TextCheck(count: node.count, validity: validity, offsets: offsets, texts: texts).run()
            return .variableWidth(offsets, texts)
        case .binary, .largeBinary:
            let offsets = try body.takeOffsets(node, isLarge: type == .largeBinary)
            let bytes = try body.takeBuffer("bytes")
            try offsets.check(count: node.count, end: bytes.count)
            return .variableWidth(offsets, bytes)
        case .list(let element), .largeList(let element):
            var isLarge = false
            if case .largeList = type { isLarge = true }
            let offsets = try body.takeOffsets(node, isLarge: isLarge)
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
            let buffer = try body.takeBuffer("indices", atLeast: node.count * indexType.width)
            let values = try dictionary(dictionaryID, of: valueType, needed: node.nullCount < node.count)
            let indices = Indices(type: indexType, buffer: buffer)
            try indices.check(count: node.count, validity: validity, dictionaryCount: values.count)
            return .dictionary(indices, values: values)
        default:
            guard let width = type.fixedWidth else { throw .unsupported("the type \(type)") }
            return .fixedWidth(try body.takeBuffer("values", atLeast: node.count * width))
        }
    }

    /// The values of a dictionary that has come. One that only nulls refer to may come later.
    private func dictionary(_ id: Int64?, of type: DataType, needed: Bool) throws(ArrowError) -> Column {
        if let id, let values = dictionaries[id] { return values }
        guard !needed else { throw .malformed("its dictionary \(id ?? 0) has not come") }
        return Column(emptyOf: type)
    }
}
