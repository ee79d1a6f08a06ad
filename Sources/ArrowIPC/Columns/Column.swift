/// The values of one field in one batch: a view over the message they came in, which it keeps alive.
///
/// Everything that reading depends on (lengths, offsets, indices, UTF-8) was checked when the batch was decoded. For many
/// values take a typed view once (``values(as:)``, ``texts()``, ``binaries()``, ``bools()``, ``lists()``); the
/// functions that take a row are for a few.
public struct Column: Sendable {
    /// What its values are.
    public let type: DataType
    /// Count of rows.
    public let count: Int
    /// Count of rows that are marked as null. Indices, unions and runs that lead to a null value are not counted.
    public let nullCount: Int
    let validity: Buffer?
    let storage: Storage

    /// Where the values are, by layout rather than by meaning (Arrow's columnar format, "Physical Memory Layout").
    indirect enum Storage: Sendable {
        case null
        case bits(Buffer)
        case fixedWidth(Buffer)
        case variableWidth(Offsets, Buffer)
        case views(ByteViews)
        case list(Offsets, Column)
        /// Lists without offsets of their own.
        case placedList(ListPlaces, Column)
        case structure([Column])
        case union(UnionRows)
        case dictionary(Indices, values: Column)
        case runs(Runs)
        /// A dictionary that came in parts.
        case parts(ColumnParts)
    }

    /// Whether the value of a row is null. In a dictionary-encoded column, an index that leads to a null value is null
    /// too; so are the rows of a union or of runs whose value is null.
    ///
    ///     let nulls = (0..<column.count).count(where: column.isNull)
    public func isNull(at row: Int) -> Bool {
        precondition(row >= 0 && row < count, "row out of range")
        switch storage {
        case .null: return true
        case .dictionary, .union, .runs, .parts: return origin(of: row) == nil
        default:
            guard let validity else { return false }
            return !validity.bit(row)
        }
    }

    init(type: DataType, count: Int, nullCount: Int, validity: Buffer?, storage: Storage) {
        self.type = type
        self.count = count
        self.nullCount = nullCount
        self.validity = validity
        self.storage = storage
    }

    /// A column of no rows.
    init(emptyOf type: DataType) {
        let nothing = Buffer([], 0..<0)
        let offsets = Offsets(buffer: nothing, isLarge: false)
        let storage: Storage =
            switch type {
            case .null: .null
            case .bool: .bits(nothing)
            case .utf8, .largeUTF8, .binary, .largeBinary: .variableWidth(offsets, nothing)
            case .utf8View, .binaryView: .views(ByteViews(views: nothing, data: []))
            case .list(let element), .largeList(let element), .map(let element, _):
                .list(offsets, Column(emptyOf: element.type))
            case .listView(let element), .largeListView(let element), .fixedSizeList(let element, _):
                .placedList(.fixedSize(0), Column(emptyOf: element.type))
            case .union(let type):
                .union(UnionRows(type, members: type.members.map { Column(emptyOf: $0.type) }, ids: nothing, rows: nil))
            case .runEndEncoded(let ends, let values):
                .runs(Runs(ends: Column(emptyOf: ends.type), values: Column(emptyOf: values.type)))
            case .structure(let members): .structure(members.map { Column(emptyOf: $0.type) })
            case .dictionary(let indices, let values, _):
                .dictionary(Indices(type: indices, buffer: nothing), values: Column(emptyOf: values))
            default: .fixedWidth(nothing)
            }
        self.init(type: type, count: 0, nullCount: 0, validity: nil, storage: storage)
    }

    /// The column and the row in which a row's value lies, through indices, runs, unions and parts; nil where it is null.
    func origin(of row: Int) -> (column: Column, row: Int)? {
        precondition(row >= 0 && row < count, "row out of range")
        var (column, row) = (self, row)
        while true {
            if let validity = column.validity, !validity.bit(row) { return nil }
            switch column.storage {
            case .null: return nil
            case .dictionary(let indices, let values): (column, row) = (values, indices[row])
            case .runs(let runs): (column, row) = (runs.values, runs[row])
            case .union(let union): (column, row) = union[row]
            case .parts(let parts): (column, row) = parts[row]
            default: return (column, row)
            }
        }
    }

    func mismatch(_ wanted: String) -> ArrowError {
        ArrowError(.typeMismatch, "\(wanted) were asked of a column of type \(type)")
    }
}

/// Where the values of a column of variable width begin and end: one more number than there are rows.
@usableFromInline
struct Offsets: Sendable {
    @usableFromInline let buffer: Buffer
    @usableFromInline let isLarge: Bool

    /// The bytes, or elements, of a row.
    @inlinable
    subscript(row: Int) -> Range<Int> {
        if isLarge {
            let start = Int(buffer.load(atByte: row * 8, as: Int64.self))
            return start..<Int(buffer.load(atByte: row * 8 + 8, as: Int64.self))
        }
        let start = Int(buffer.load(atByte: row * 4, as: Int32.self))
        return start..<Int(buffer.load(atByte: row * 4 + 4, as: Int32.self))
    }
}

extension IntegerType {
    /// The number at a row, widened to 64 bits by its own sign.
    @usableFromInline
    func load(_ row: Int, from buffer: Buffer) -> Int64 {
        switch self {
        case .int8: Int64(buffer.load(atByte: row, as: Int8.self))
        case .int16: Int64(buffer.load(atByte: row * 2, as: Int16.self))
        case .int32: Int64(buffer.load(atByte: row * 4, as: Int32.self))
        case .int64: buffer.load(atByte: row * 8, as: Int64.self)
        case .uint8: Int64(buffer.load(atByte: row, as: UInt8.self))
        case .uint16: Int64(buffer.load(atByte: row * 2, as: UInt16.self))
        case .uint32: Int64(buffer.load(atByte: row * 4, as: UInt32.self))
        case .uint64: Int64(bitPattern: buffer.load(atByte: row * 8, as: UInt64.self))
        }
    }
}
