/// Makes a column of values, one after another.
///
///     var builder = try ColumnBuilder(.utf8)
///     try builder.append(.text("one"))
///     try builder.append(.null)
///     let column = builder.finish()
///
/// It makes truth values, integers, doubles, dates, times, timestamps, durations, texts and bytes with 32-bit offsets, lists
/// of these and structs.
public struct ColumnBuilder: Sendable {
    /// What the column's values are.
    public let type: DataType
    /// Count of values so far.
    public private(set) var count = 0
    /// About how many bytes the values so far take in a message.
    public var byteCount: Int {
        children.reduce(validity.count + bytes.count + offsets.count) { $0 + $1.byteCount }
    }

    private var nullCount = 0
    private var validity: [UInt8] = []
    /// The values, or the bits of truth values.
    private var bytes: [UInt8] = []
    /// Where the values of variable length end, the first offset included.
    private var offsets: [UInt8] = []
    private var children: [ColumnBuilder] = []

    /// A builder of a column of a type.
    ///
    ///     var builder = try ColumnBuilder(.timestamp(.nanoseconds, timeZone: "+00:00"))
    ///
    /// - Throws: ``ArrowError`` of code `unsupported` for a type that is not made here.
    public init(_ type: DataType) throws(ArrowError) {
        self.type = type
        switch type {
        case .bool, .integer, .floatingPoint(.double), .date32, .date64, .time32, .time64, .timestamp, .duration: break
        case .utf8, .binary, .list: offsets.append(littleEndian: Int32(0))
        case .structure: break
        default: throw .unsupported("no column of the type \(type) is made")
        }
        for child in type.children { children.append(try ColumnBuilder(child.type)) }
    }

    /// Adds a value.
    ///
    ///     try builder.append(.integer(1_795_241_643_000_000_000))
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch` for a value of another type, a number out of the type's range, a struct
    ///   of other members, and what goes past the 2 GiB of 32-bit offsets. The builder is of no more use then.
    public mutating func append(_ value: Value) throws(ArrowError) {
        if count % 8 == 0 { validity.append(0) }
        if value == .null {
            nullCount += 1
            try appendNothing()
        } else {
            validity[count / 8] |= 1 << UInt8(count % 8)
            try appendValue(value)
        }
        count += 1
    }

    /// The column; the builder begins anew.
    ///
    ///     let column = builder.finish()
    public mutating func finish() -> Column {
        let finished = self
        bytes = []
        validity = []
        offsets = offsets.isEmpty ? [] : [0, 0, 0, 0]
        (count, nullCount) = (0, 0)
        var columns: [Column] = []
        for index in children.indices { columns.append(children[index].finish()) }
        return finished.column(children: columns)
    }

    private func column(children: [Column]) -> Column {
        let values = Buffer(bytes, 0..<bytes.count)
        let offsets = Offsets(buffer: Buffer(self.offsets, 0..<self.offsets.count), isLarge: false)
        let storage: Column.Storage =
            switch type {
            case .bool: .bits(values)
            case .utf8, .binary: .variableWidth(offsets, values)
            case .structure: .structure(children)
            default:
                // A list's only child; no other type that is made here has any.
                if let elements = children.first { .list(offsets, elements) } else { .fixedWidth(values) }
            }
        return Column(
            type: type, count: count, nullCount: nullCount,
            validity: nullCount == 0 ? nil : Buffer(validity, 0..<validity.count), storage: storage)
    }

    private mutating func appendNothing() throws(ArrowError) {
        switch type {
        case .bool: appendBit(false)
        case .utf8, .binary: try appendOffset(bytes.count)
        case .list: try appendOffset(children[0].count)
        case .structure: for index in children.indices { try children[index].append(.null) }
        default: bytes += repeatElement(0, count: type.fixedWidth ?? 0)
        }
    }

    private mutating func appendValue(_ value: Value) throws(ArrowError) {
        switch (type, value) {
        case (.bool, .bool(let truth)): appendBit(truth)
        case (.utf8, .text(let text)):
            bytes += text.utf8
            try appendOffset(bytes.count)
        case (.binary, .bytes(let data)):
            bytes += data
            try appendOffset(bytes.count)
        case (.floatingPoint(.double), .double(let number)): bytes.append(littleEndian: number.bitPattern)
        case (.integer(.uint64), .unsigned(let number)): bytes.append(littleEndian: number)
        case (.integer(let type), .integer(let number)): try append(number, as: type)
        case (.date32, .integer(let number)), (.time32, .integer(let number)): try append(number, as: .int32)
        case (.date64, .integer(let number)), (.time64, .integer(let number)), (.timestamp, .integer(let number)),
            (.duration, .integer(let number)):
            bytes.append(littleEndian: number)
        case (.list, .list(let values)):
            for value in values { try children[0].append(value) }
            try appendOffset(children[0].count)
        case (.structure(let fields), .structure(let members)):
            guard fields.map(\.name) == members.map(\.name) else { throw mismatch(value) }
            for (index, member) in members.enumerated() { try children[index].append(member.value) }
        default: throw mismatch(value)
        }
    }

    private mutating func append(_ number: Int64, as type: IntegerType) throws(ArrowError) {
        let fits =
            switch type {
            case .int8: Int8(exactly: number) != nil
            case .int16: Int16(exactly: number) != nil
            case .int32: Int32(exactly: number) != nil
            case .int64: true
            case .uint8: UInt8(exactly: number) != nil
            case .uint16: UInt16(exactly: number) != nil
            case .uint32: UInt32(exactly: number) != nil
            case .uint64: number >= 0
            }
        guard fits else { throw ArrowError(.typeMismatch, "\(number) is no value of a column of type \(self.type)") }
        for shift in stride(from: 0, to: type.width * 8, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> Int64(shift)))
        }
    }

    private mutating func appendBit(_ bit: Bool) {
        if count % 8 == 0 { bytes.append(0) }
        if bit { bytes[count / 8] |= 1 << UInt8(count % 8) }
    }

    private mutating func appendOffset(_ offset: Int) throws(ArrowError) {
        guard let offset = Int32(exactly: offset) else {
            throw ArrowError(.typeMismatch, "a column of type \(type) ends at \(Int32.max) bytes or elements")
        }
        offsets.append(littleEndian: offset)
    }

    private func mismatch(_ value: Value) -> ArrowError {
        ArrowError(.typeMismatch, "a \(value.kind) was given for a column of type \(type)")
    }
}

extension Column {
    /// A column of values.
    ///
    ///     let tags = try Column(.list(Field(name: "tag", type: .utf8)), [.list([.text("log")]), .null])
    ///
    /// - Throws: ``ArrowError`` as ``ColumnBuilder`` does.
    public init(_ type: DataType, _ values: some Sequence<Value>) throws(ArrowError) {
        var builder = try ColumnBuilder(type)
        for value in values { try builder.append(value) }
        self = builder.finish()
    }
}

extension Value {
    /// What it is, for an error.
    fileprivate var kind: String {
        switch self {
        case .null: "null"
        case .bool: "truth value"
        case .integer, .unsigned: "whole number"
        case .double: "number"
        case .text: "text"
        case .bytes: "row of bytes"
        case .decimal: "decimal"
        case .interval: "interval"
        case .list: "list"
        case .map: "map"
        case .structure: "struct of \(members.joined(separator: ", "))"
        }
    }

    private var members: [String] {
        if case .structure(let members) = self { members.map(\.name) } else { [] }
    }
}
