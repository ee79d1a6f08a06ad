/// Reads the type of a field: a number of the union `Type` and its table (Schema.fbs).
struct TypeDecoder {
    let kind: UInt8
    let table: FlatTable?
    let children: [Field]

    /// The members of the union `Type` by number.
    private static let names = [
        "NONE", "Null", "Int", "FloatingPoint", "Binary", "Utf8", "Bool", "Decimal", "Date", "Time", "Timestamp",
        "Interval", "List", "Struct", "Union", "FixedSizeBinary", "FixedSizeList", "Map", "Duration", "LargeBinary",
        "LargeUtf8", "LargeList", "RunEndEncoded", "BinaryView", "Utf8View", "ListView", "LargeListView",
    ]

    private var name: String {
        Int(kind) < Self.names.count ? Self.names[Int(kind)] : "number \(kind)"
    }

    func type() throws(ArrowError) -> DataType {
        guard kind != 0, let table else { throw .malformed("the field has no type") }
        switch name {
        case "Null": return try childless(.null)
        case "Int": return try childless(.integer(Self.integer(table)))
        case "FloatingPoint": return try childless(floatingPoint(table))
        case "Binary": return try childless(.binary)
        case "Utf8": return try childless(.utf8)
        case "Bool": return try childless(.bool)
        case "Date": return try childless(date(table))
        case "Time": return try childless(time(table))
        case "Timestamp": return try childless(.timestamp(unit(table, default: 0), timeZone: table.text(1)))
        case "Duration": return try childless(.duration(unit(table, default: 1)))
        case "LargeBinary": return try childless(.largeBinary)
        case "LargeUtf8": return try childless(.largeUTF8)
        case "List": return .list(try onlyChild())
        case "LargeList": return .largeList(try onlyChild())
        case "Utf8View": return try childless(.utf8View)
        case "BinaryView": return try childless(.binaryView)
        case "FixedSizeBinary": return try childless(.fixedSizeBinary(size(table)))
        case "Decimal": return try childless(decimal(table))
        case "Interval": return try childless(interval(table))
        case "ListView": return .listView(try onlyChild())
        case "LargeListView": return .largeListView(try onlyChild())
        case "FixedSizeList": return .fixedSizeList(try onlyChild(), size: try size(table))
        case "Map": return try map(table)
        case "Union": return try union(table)
        case "RunEndEncoded": return try runs()
        case "Struct": return .structure(children)
        default: throw .unsupported("the type \(name)")
        }
    }

    /// Int: bitWidth, is_signed.
    static func integer(_ table: FlatTable) throws(ArrowError) -> IntegerType {
        let bits = try table.number(0, default: Int32(0))
        switch (bits, try table.flag(1)) {
        case (8, true): return .int8
        case (16, true): return .int16
        case (32, true): return .int32
        case (64, true): return .int64
        case (8, false): return .uint8
        case (16, false): return .uint16
        case (32, false): return .uint32
        case (64, false): return .uint64
        default: throw .malformed("there are no integers of \(bits) bits")
        }
    }

    /// FloatingPoint: precision (HALF, SINGLE, DOUBLE).
    private func floatingPoint(_ table: FlatTable) throws(ArrowError) -> DataType {
        switch try table.number(0, default: Int16(0)) {
        case 0: return .floatingPoint(.half)
        case 1: return .floatingPoint(.single)
        case 2: return .floatingPoint(.double)
        case let other: throw .malformed("there is no floating-point precision \(other)")
        }
    }

    /// Date: unit (DAY, MILLISECOND; the latter if absent).
    private func date(_ table: FlatTable) throws(ArrowError) -> DataType {
        switch try table.number(0, default: Int16(1)) {
        case 0: return .date32
        case 1: return .date64
        case let other: throw .malformed("there is no date unit \(other)")
        }
    }

    /// Time: unit (milliseconds if absent), bitWidth (32 if absent).
    private func time(_ table: FlatTable) throws(ArrowError) -> DataType {
        let unit = try unit(table, default: 1)
        let bits = try table.number(1, default: Int32(32))
        switch (unit, bits) {
        case (.seconds, 32), (.milliseconds, 32): return .time32(unit)
        case (.microseconds, 64), (.nanoseconds, 64): return .time64(unit)
        default: throw .malformed("there is no time in \(unit.rawValue) of \(bits) bits")
        }
    }

    private func unit(_ table: FlatTable, default value: Int16) throws(ArrowError) -> TimeUnit {
        switch try table.number(0, default: value) {
        case 0: return .seconds
        case 1: return .milliseconds
        case 2: return .microseconds
        case 3: return .nanoseconds
        case let other: throw .malformed("there is no time unit \(other)")
        }
    }

    private func childless(_ type: DataType) throws(ArrowError) -> DataType {
        guard children.isEmpty else { throw .malformed("a field of type \(name) has child fields") }
        return type
    }

    private func onlyChild() throws(ArrowError) -> Field {
        guard children.count == 1 else {
            throw .malformed("a field of type \(name) has \(children.count) child fields, not one")
        }
        return children[0]
    }
}
