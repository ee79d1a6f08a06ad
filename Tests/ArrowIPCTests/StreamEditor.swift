import ArrowIPC
import GoldenCalls
import Testing

/// A good stream of which numbers are changed where a name says: nodes and buffers by column, fields of metadata by table.
struct StreamEditor {
    /// What a record batch or a dictionary lays out for its columns, in order.
    private struct Layout {
        var nodes: [String] = []
        /// `COLUMN ROLE`: `text validity`, `list.item values`.
        var buffers: [String] = []
    }

    private(set) var bytes: [UInt8]
    private let schema: Schema
    private var message = 0
    /// Messages in the order of the stream.
    private var starts: [Int] = []

    init(_ name: String) throws {
        bytes = try GoldenStream(name).bytes
        schema = try StreamReader.schema(of: bytes)
        starts = stride(from: 0, to: bytes.count - 8, by: 8).filter { bytes[$0..<$0 + 4].allSatisfy { $0 == 0xFF } }
    }

    /// Turns to a message, counted from the schema's; the first batch at the beginning.
    mutating func turn(to message: Int) { self.message = message }

    /// Leaves a message out.
    mutating func drop(_ message: Int) {
        let end = message + 1 < starts.count ? starts[message + 1] : bytes.count
        bytes.removeSubrange(starts[message]..<end)
    }

    // MARK: Metadata

    /// The table of the schema.
    var schemaTable: FlatPlace { get throws { try header(of: 0) } }

    /// The Field table of a column, by its path (`list.item`).
    func field(_ path: String) throws -> FlatPlace {
        var (table, vector) = (try schemaTable, 1)
        for name in path.split(separator: ".") {
            let field = try table.tables(vector, in: bytes).first { $0.text(0, in: bytes) == String(name) }
            (table, vector) = (try #require(field), 5)
        }
        return table
    }

    /// The RecordBatch table of the message, in a dictionary's too.
    var batch: FlatPlace {
        get throws {
            let place = try #require(batchMessage)
            let header = try header(of: place)
            return try kind(of: place) == 2 ? header.table(1, in: bytes) : header
        }
    }

    /// The DictionaryBatch table of the message.
    var dictionary: FlatPlace { get throws { try header(of: message) } }

    private func root(of message: Int) throws -> FlatPlace { try FlatPlace(root: starts[message] + 8, in: bytes) }

    private func header(of message: Int) throws -> FlatPlace { try root(of: message).table(2, in: bytes) }

    private func kind(of message: Int) throws -> UInt8 { bytes[try root(of: message).field(1, in: bytes)] }

    private var batchMessage: Int? {
        message > 0 ? message : starts.indices.first { (try? kind(of: $0)) == 3 }
    }

    // MARK: Changes

    mutating func set<Number: FixedWidthInteger>(_ number: Number, at place: Int) {
        for index in 0..<MemoryLayout<Number>.size {
            bytes[place + index] = UInt8(truncatingIfNeeded: number >> Number(8 * index))
        }
    }

    /// Changes a number of a table of metadata, which has to be there.
    mutating func set<Number: FixedWidthInteger>(_ number: Number, _ field: Int, of table: FlatPlace) throws {
        set(number, at: try table.field(field, in: bytes))
    }

    /// Makes a vector of a table as long as is said, or an element of it another number.
    mutating func setCount(_ count: Int32, ofVector field: Int, of table: FlatPlace) throws {
        set(count, at: try table.vector(field, in: bytes).start - 4)
    }

    /// Changes a column's count of rows and, where it is given, of nulls.
    mutating func setNode(_ column: String, count: Int64, nulls: Int64? = nil) throws {
        let index = try #require(try layout().nodes.firstIndex(of: column), "no node of \(column)")
        let start = try batch.vector(1, in: bytes).start + 16 * index
        set(count, at: start)
        if let nulls { set(nulls, at: start + 8) }
    }

    /// Changes where a buffer is said to lie in the body.
    mutating func setBuffer(_ name: String, offset: Int64? = nil, length: Int64? = nil) throws {
        let start = try descriptor(of: name)
        if let offset { set(offset, at: start) }
        if let length { set(length, at: start + 8) }
    }

    /// Changes a number in a buffer's contents: the one at an index, counted in numbers of its width.
    mutating func set<Number: FixedWidthInteger>(_ number: Number, in buffer: String, at index: Int) throws {
        set(number, at: try contents(of: buffer) + index * MemoryLayout<Number>.size)
    }

    /// Where the contents of a buffer begin in the body.
    func offset(of buffer: String) throws -> Int64 {
        let start = try descriptor(of: buffer)
        return bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | Int64($1) }
    }

    private func descriptor(of buffer: String) throws -> Int {
        let names = try layout().buffers
        let index = try #require(names.firstIndex(of: buffer), "no buffer \(buffer) among \(names)")
        return try batch.vector(2, in: bytes).start + 16 * index
    }

    private func contents(of buffer: String) throws -> Int {
        let start = starts[try #require(batchMessage)]
        let length = bytes[start + 4..<start + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
        return try start + 8 + length + Int(offset(of: buffer))
    }

    // MARK: The layout ("Recordbatch message" of the columnar format)

    private func layout() throws -> Layout {
        var layout = Layout()
        let place = try #require(batchMessage)
        var views: [Int] = []
        if let counts = try? batch.vector(4, in: bytes) {
            views = (0..<counts.count).map { Int(bytes[counts.start + 8 * $0]) }
        }
        if try kind(of: place) == 2 {
            let id = (try? header(of: place).field(0, in: bytes)).map { Int64(bytes[$0]) } ?? 0
            let type = try #require(Self.values(of: id, schema.fields))
            Self.add(type, "values", to: &layout, &views)
        } else {
            for field in schema.fields { Self.add(field.type, field.name, to: &layout, &views) }
        }
        return layout
    }

    /// The type of a dictionary's values.
    private static func values(of id: Int64, _ fields: [Field]) -> DataType? {
        for field in fields {
            if case .dictionary(_, let values, _) = field.type {
                if field.dictionaryID == id { return values }
                if let found = self.values(of: id, children(values)) { return found }
            } else if let found = self.values(of: id, children(field.type)) {
                return found
            }
        }
        return nil
    }

    private static func children(_ type: DataType) -> [Field] {
        switch type {
        case .list(let item), .largeList(let item), .listView(let item), .largeListView(let item): [item]
        case .fixedSizeList(let item, _), .map(let item, _): [item]
        case .structure(let members): members
        case .union(let union): union.members
        case .runEndEncoded(let ends, let values): [ends, values]
        default: []
        }
    }

    private static func add(_ type: DataType, _ path: String, to layout: inout Layout, _ views: inout [Int]) {
        layout.nodes.append(path)
        var roles: [String]
        switch type {
        case .null, .runEndEncoded: roles = []
        case .union(let union): roles = union.isDense ? ["members", "offsets"] : ["members"]
        case .utf8, .largeUTF8, .binary, .largeBinary: roles = ["validity", "offsets", "data"]
        case .utf8View, .binaryView:
            roles = ["validity", "views"] + (0..<(views.isEmpty ? 0 : views.removeFirst())).map { "data \($0)" }
        case .list, .largeList, .map: roles = ["validity", "offsets"]
        case .listView, .largeListView: roles = ["validity", "offsets", "sizes"]
        case .structure, .fixedSizeList: roles = ["validity"]
        case .dictionary: roles = ["validity", "indices"]
        default: roles = ["validity", "values"]
        }
        layout.buffers += roles.map { "\(path) \($0)" }
        for child in children(type) { add(child.type, "\(path).\(child.name)", to: &layout, &views) }
    }
}

/// A table of FlatBuffers in a stream, by the position of its first byte.
struct FlatPlace {
    /// A field has its default, so that there is no number to change.
    struct LeftOut: Error {
        let field: Int
    }

    let position: Int

    init(position: Int) { self.position = position }

    init(root: Int, in bytes: [UInt8]) throws { position = root + Self.word(root, bytes) }

    /// Where a field's number or offset is, which has to be there.
    func field(_ number: Int, in bytes: [UInt8]) throws -> Int {
        let vtable = position - Self.word(position, bytes)
        let slot = 4 + 2 * number
        let offset = slot < Self.half(vtable, bytes) ? Self.half(vtable + slot, bytes) : 0
        guard offset > 0 else { throw LeftOut(field: number) }
        return position + offset
    }

    func table(_ number: Int, in bytes: [UInt8]) throws -> FlatPlace {
        let field = try field(number, in: bytes)
        return FlatPlace(position: field + Self.word(field, bytes))
    }

    func vector(_ number: Int, in bytes: [UInt8]) throws -> (start: Int, count: Int) {
        let field = try field(number, in: bytes)
        let start = field + Self.word(field, bytes)
        return (start + 4, Self.word(start, bytes))
    }

    func tables(_ number: Int, in bytes: [UInt8]) throws -> [FlatPlace] {
        let (start, count) = try vector(number, in: bytes)
        return (0..<count).map { FlatPlace(position: start + 4 * $0 + Self.word(start + 4 * $0, bytes)) }
    }

    func text(_ number: Int, in bytes: [UInt8]) -> String? {
        guard let (start, count) = try? vector(number, in: bytes) else { return nil }
        return String(decoding: bytes[start..<start + count], as: UTF8.self)
    }

    private static func word(_ position: Int, _ bytes: [UInt8]) -> Int {
        Int(Int32(truncatingIfNeeded: bytes[position..<position + 4].reversed().reduce(0) { $0 << 8 | Int64($1) }))
    }

    private static func half(_ position: Int, _ bytes: [UInt8]) -> Int {
        Int(bytes[position]) | Int(bytes[position + 1]) << 8
    }
}
