/// Makes columns of a RecordBatch table and its body. Fields take their nodes and buffers in the order of a walk through
/// the schema, parents first.
struct BatchDecoder: ~Copyable {
    private static let maximumElementsWithoutBytes = 1 << 24

    private var body: BodyReader
    private let dictionaries: [Int64: Column]

    init(_ table: FlatTable, body: Body, dictionaries: [Int64: Column]) throws(ArrowError) {
        self.body = try BodyReader(table, body: body)
        self.dictionaries = dictionaries
    }

    var rowCount: Int { body.rowCount }

    /// How many bytes the columns hold beyond the message.
    var uncompressedBytes: Int { body.uncompressedBytes }

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
        switch type {
        case .null:
            return Column(type: type, count: node.count, nullCount: node.count, validity: nil, storage: .null)
        case .runEndEncoded(let ends, let values):
            let runs = try runs(ends, values, rows: node.count)
            return Column(type: type, count: node.count, nullCount: 0, validity: nil, storage: .runs(runs))
        case .union(let union) where !body.isVersion4:
            let rows = try rows(of: union, node: node, validity: nil)
            return Column(type: type, count: node.count, nullCount: 0, validity: nil, storage: .union(rows))
        default:
            let validity = try body.takeValidity(node)
            let storage = try storage(of: type, dictionaryID: dictionaryID, node: node, validity: validity)
            return Column(
                type: type, count: node.count, nullCount: node.nullCount, validity: validity, storage: storage)
        }
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
        case .utf8View, .binaryView:
            let views = try body.takeBuffer("views", atLeast: node.count * ByteViews.width)
            var data: [Buffer] = []
            for _ in 0..<(try body.takeVariadicCount()) { data.append(try body.takeBuffer("data")) }
            let values = ByteViews(views: views, data: data)
            try values.check(count: node.count, validity: validity, isText: type == .utf8View)
            return .views(values)
        case .listView(let element): return try listViews(of: element, node: node, isLarge: false)
        case .largeListView(let element): return try listViews(of: element, node: node, isLarge: true)
        case .fixedSizeList(let element, let size):
            return try placedLists(.fixedSize(size), of: element, node: node)
        case .union(let union): return .union(try rows(of: union, node: node, validity: validity))
        case .list(let element), .largeList(let element), .map(let element, _):
            var isLarge = false
            if case .largeList = type { isLarge = true }
            let offsets = try body.takeOffsets(node, isLarge: isLarge)
            let elements = try elements(element)
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

    private mutating func listViews(
        of element: Field, node: BodyReader.Node, isLarge: Bool
    ) throws(ArrowError) -> Column.Storage {
        let width = isLarge ? 8 : 4
        let offsets = try body.takeBuffer("offsets", atLeast: node.count * width)
        let sizes = try body.takeBuffer("sizes", atLeast: node.count * width)
        return try placedLists(.views(offsets: offsets, sizes: sizes, isLarge: isLarge), of: element, node: node)
    }

    private mutating func placedLists(
        _ places: ListPlaces, of element: Field, node: BodyReader.Node
    ) throws(ArrowError) -> Column.Storage {
        let elements = try elements(element)
        try places.check(count: node.count, elements: elements.count)
        return .placedList(places, elements)
    }

    /// The elements of lists. One row can have all of them, so those that take no bytes are bounded.
    private mutating func elements(_ field: Field) throws(ArrowError) -> Column {
        let column = try column(of: field)
        if field.type.mayTakeNoBytes, column.count > Self.maximumElementsWithoutBytes {
            throw .malformed("a list cannot have \(column.count) elements of type \(field.type)")
        }
        return column
    }

    private mutating func rows(
        of type: UnionType, node: BodyReader.Node, validity: Buffer?
    ) throws(ArrowError) -> UnionRows {
        let ids = try body.takeBuffer("members", atLeast: node.count)
        let rows = type.isDense ? try body.takeBuffer("offsets", atLeast: node.count * 4) : nil
        var members: [Column] = []
        for field in type.members { members.append(try column(of: field)) }
        let union = UnionRows(type, members: members, ids: ids, rows: rows)
        try union.check(count: node.count, validity: validity)
        return union
    }

    private mutating func runs(_ ends: Field, _ values: Field, rows: Int) throws(ArrowError) -> Runs {
        let ends = try column(of: ends)
        guard ends.nullCount == 0 else { throw .malformed("a run cannot end at a null") }
        let runs = Runs(ends: ends, values: try column(of: values))
        try runs.check(rows: rows)
        return runs
    }

    /// The values of a dictionary that has come. One that only nulls refer to may come later.
    private func dictionary(_ id: Int64?, of type: DataType, needed: Bool) throws(ArrowError) -> Column {
        if let id, let values = dictionaries[id] { return values }
        guard !needed else { throw .malformed("its dictionary \(id ?? 0) has not come") }
        return Column(emptyOf: type)
    }
}
