/// One value of any type, for rendering and comparing; reading many, use a column's typed views.
public indirect enum Value: Sendable, Equatable {
    case null
    case bool(Bool)
    /// An integer, or a date, time, timestamp or duration in its type's unit.
    case integer(Int64)
    /// An unsigned integer of 64 bits.
    case unsigned(UInt64)
    case double(Double)
    case text(String)
    case bytes([UInt8])
    /// A decimal number as its digits, as many behind the point as its type's scale says.
    case decimal(String)
    case interval(months: Int32, days: Int32, nanoseconds: Int64)
    case list([Value])
    case map([Entry])
    case structure([Member])

    /// A key of a map and what it leads to.
    public struct Entry: Sendable, Equatable {
        /// What leads to the value.
        public var key: Value
        /// What the key leads to.
        public var value: Value

        /// A pair.
        ///
        ///     let map = Value.map([Value.Entry(key: .text("a"), value: .integer(1))])
        public init(key: Value, value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// A member of a struct.
    public struct Member: Sendable, Equatable {
        /// The member's name.
        public var name: String
        /// Its value.
        public var value: Value

        /// A member.
        ///
        ///     let structure = Value.structure([Value.Member(name: "key", value: .text("a"))])
        public init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }
}

extension Column {
    /// The value at a row; dictionaries and runs are looked up, a union gives what its member holds. Traps where there is no
    /// such row.
    ///
    ///     if case .list(let tags) = try column.value(at: 0) { print(tags.count) }
    ///
    /// - Throws: ``ArrowError`` of code `tooLarge` for a value that holds more than ``Value/maximumCount`` others or
    ///   ``Value/maximumBytes``, before it is made. The typed views read such rows too: ``lists()``, ``members()``.
    public func value(at row: Int) throws(ArrowError) -> Value {
        try checkSize(at: row)
        return checkedValue(at: row)
    }

    /// The value at a row whose size was checked.
    package func checkedValue(at row: Int) -> Value {
        if isNull(at: row) { return .null }
        switch storage {
        case .null: return .null
        case .bits(let buffer): return .bool(buffer.bit(row))
        case .fixedWidth(let buffer): return number(at: row, in: buffer)
        case .variableWidth(let offsets, let bytes):
            let value = bytes.part(offsets[row])
            switch type {
            case .utf8, .largeUTF8: return .text(value.text() ?? "")
            default: return .bytes(value.copy())
            }
        case .views(let views):
            let value = views[row]
            return type == .utf8View ? .text(value.text() ?? "") : .bytes(value.copy())
        case .list(let offsets, let elements): return list(offsets[row], of: elements)
        case .placedList(let places, let elements): return list(places[row], of: elements)
        case .structure(let members):
            guard case .structure(let fields) = type else { return .null }
            return .structure(zip(fields, members).map { Value.Member(name: $0.name, value: $1.checkedValue(at: row)) })
        case .dictionary, .runs, .union, .parts:
            guard let origin = origin(of: row) else { return .null }
            return origin.column.checkedValue(at: origin.row)
        }
    }

    private func list(_ rows: Range<Int>, of elements: Column) -> Value {
        guard case .map = type, case .structure(let pair) = elements.storage else {
            return .list(rows.map(elements.checkedValue(at:)))
        }
        return .map(rows.map { Value.Entry(key: pair[0].checkedValue(at: $0), value: pair[1].checkedValue(at: $0)) })
    }

    private func interval(_ unit: IntervalUnit, at row: Int, in buffer: Buffer) -> Value {
        func part(_ position: Int) -> Int32 { buffer.load(atByte: position, as: Int32.self) }
        return switch unit {
        case .yearMonth: .interval(months: part(row * 4), days: 0, nanoseconds: 0)
        case .dayTime: .interval(months: 0, days: part(row * 8), nanoseconds: Int64(part(row * 8 + 4)) * 1_000_000)
        case .monthDayNano:
            .interval(
                months: part(row * 16), days: part(row * 16 + 4),
                nanoseconds: buffer.load(atByte: row * 16 + 8, as: Int64.self))
        }
    }

    private func number(at row: Int, in buffer: Buffer) -> Value {
        switch type {
        case .integer(.uint64): .unsigned(buffer.load(atByte: row * 8, as: UInt64.self))
        case .integer(let type): .integer(type.load(row, from: buffer))
        case .date32, .time32: .integer(IntegerType.int32.load(row, from: buffer))
        case .floatingPoint(.half): .double(Double(buffer.load(atByte: row * 2, as: Float16.self)))
        case .floatingPoint(.single): .double(Double(buffer.load(atByte: row * 4, as: Float.self)))
        case .floatingPoint(.double): .double(buffer.load(atByte: row * 8, as: Double.self))
        case .interval(let unit): interval(unit, at: row, in: buffer)
        case .decimal(let bits, _, let scale):
            .decimal(DecimalDigits(buffer.part(row * (bits / 8)..<(row + 1) * (bits / 8))).text(scale: scale))
        case .fixedSizeBinary(let size): .bytes(buffer.part(row * size..<(row + 1) * size).copy())
        default: .integer(IntegerType.int64.load(row, from: buffer))
        }
    }
}
