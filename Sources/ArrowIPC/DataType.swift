/// The type of a column's values. Its description is written as pyarrow writes types.
///
/// Types and their defaults: Schema.fbs of the Arrow format.
public indirect enum DataType: Sendable, Equatable {
    /// Every value is null.
    case null
    case integer(IntegerType)
    case floatingPoint(FloatingPointType)
    case bool
    /// Text with 32-bit offsets.
    case utf8
    /// Text with 64-bit offsets.
    case largeUTF8
    /// Bytes with 32-bit offsets.
    case binary
    /// Bytes with 64-bit offsets.
    case largeBinary
    /// Days since 1970-01-01, in 32 bits.
    case date32
    /// Milliseconds since 1970-01-01, in 64 bits.
    case date64
    /// A time of day in seconds or milliseconds, in 32 bits.
    case time32(TimeUnit)
    /// A time of day in microseconds or nanoseconds, in 64 bits.
    case time64(TimeUnit)
    /// Units since 1970-01-01T00:00Z where there is a time zone, of some local clock where there is none.
    case timestamp(TimeUnit, timeZone: String?)
    case duration(TimeUnit)
    /// Lists with 32-bit offsets.
    case list(Field)
    /// Lists with 64-bit offsets.
    case largeList(Field)
    case structure([Field])
    /// Indices into values that come in messages of their own.
    case dictionary(indices: IntegerType, values: DataType, ordered: Bool)
}

/// The integers that Arrow has.
public enum IntegerType: String, Sendable, Equatable {
    case int8, int16, int32, int64, uint8, uint16, uint32, uint64

    /// Bytes a value.
    var width: Int {
        switch self {
        case .int8, .uint8: 1
        case .int16, .uint16: 2
        case .int32, .uint32: 4
        case .int64, .uint64: 8
        }
    }
}

/// The floating-point numbers that Arrow has.
public enum FloatingPointType: String, Sendable, Equatable {
    case half = "halffloat"
    case single = "float"
    case double = "double"
}

/// What a temporal number counts.
public enum TimeUnit: String, Sendable, Equatable {
    case seconds = "s"
    case milliseconds = "ms"
    case microseconds = "us"
    case nanoseconds = "ns"
}

extension DataType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .null: "null"
        case .integer(let type): type.rawValue
        case .floatingPoint(let type): type.rawValue
        case .bool: "bool"
        case .utf8: "string"
        case .largeUTF8: "large_string"
        case .binary: "binary"
        case .largeBinary: "large_binary"
        case .date32: "date32[day]"
        case .date64: "date64[ms]"
        case .time32(let unit): "time32[\(unit.rawValue)]"
        case .time64(let unit): "time64[\(unit.rawValue)]"
        case .timestamp(let unit, nil): "timestamp[\(unit.rawValue)]"
        case .timestamp(let unit, let zone?): "timestamp[\(unit.rawValue), tz=\(zone)]"
        case .duration(let unit): "duration[\(unit.rawValue)]"
        case .list(let element): "list<\(element)>"
        case .largeList(let element): "large_list<\(element)>"
        case .structure(let members): "struct<\(members.map(\.description).joined(separator: ", "))>"
        case .dictionary(let indices, let values, let ordered):
            "dictionary<values=\(values), indices=\(indices.rawValue), ordered=\(ordered ? 1 : 0)>"
        }
    }

    /// Bytes a value where all values have the same number of whole bytes.
    var fixedWidth: Int? {
        switch self {
        case .integer(let type): type.width
        case .floatingPoint(.half): 2
        case .floatingPoint(.single), .date32, .time32: 4
        case .floatingPoint(.double), .date64, .time64, .timestamp, .duration: 8
        default: nil
        }
    }
}
