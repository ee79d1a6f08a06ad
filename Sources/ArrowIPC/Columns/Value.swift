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
    case list([Value])
    case structure([Member])

    /// A member of a struct.
    public struct Member: Sendable, Equatable {
        public var name: String
        public var value: Value

        public init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }
}

extension Column {
    /// The value at a row, dictionaries looked up. Traps where there is no such row.
    public func value(at row: Int) -> Value {
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
        case .list(let offsets, let elements): return .list(offsets[row].map(elements.value(at:)))
        case .structure(let members):
            guard case .structure(let fields) = type else { return .null }
            return .structure(zip(fields, members).map { Value.Member(name: $0.name, value: $1.value(at: row)) })
        case .dictionary(let indices, let values): return values.value(at: indices[row])
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
        default: .integer(IntegerType.int64.load(row, from: buffer))
        }
    }
}
