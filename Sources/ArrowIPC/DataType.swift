/// The type of a column's values. Its description is written as pyarrow writes types.
///
/// Types and their defaults: Schema.fbs of the Arrow format.
public indirect enum DataType: Sendable, Equatable {
    /// Every value is null.
    case null
    /// Integers of 8 to 64 bits.
    case integer(IntegerType)
    /// Floating-point numbers of 16 to 64 bits.
    case floatingPoint(FloatingPointType)
    /// True or false, a bit each.
    case bool
    /// Text with 32-bit offsets.
    case utf8
    /// Text with 64-bit offsets.
    case largeUTF8
    /// Bytes with 32-bit offsets.
    case binary
    /// Bytes with 64-bit offsets.
    case largeBinary
    /// Text of which each says where it lies; a short one lies there itself.
    case utf8View
    /// Bytes of which each say where they lie; a few lie there themselves.
    case binaryView
    /// Bytes of one length.
    case fixedSizeBinary(Int)
    /// Decimal numbers in 32, 64, 128 or 256 bits: a whole number to be divided by 10 to the power of the scale.
    case decimal(bits: Int, precision: Int, scale: Int)
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
    /// A length of time in units, in 64 bits.
    case duration(TimeUnit)
    /// A length of time in months, days and parts of a day, as its unit says.
    case interval(IntervalUnit)
    /// Lists with 32-bit offsets.
    case list(Field)
    /// Lists with 64-bit offsets.
    case largeList(Field)
    /// Lists that say both where they begin and how long they are, in 32 bits each; they may overlap.
    case listView(Field)
    /// Lists that say both where they begin and how long they are, in 64 bits each; they may overlap.
    case largeListView(Field)
    /// Lists of one length.
    case fixedSizeList(Field, size: Int)
    /// Lists of pairs: structs of a key and a value.
    case map(Field, keysSorted: Bool)
    /// A value of each member in each row.
    case structure([Field])
    /// A value of one of several types in each row.
    case union(UnionType)
    /// Values that hold for runs of rows: where each run ends (16, 32 or 64 bits), and its value.
    case runEndEncoded(ends: Field, values: Field)
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

/// What an interval counts.
public enum IntervalUnit: String, Sendable, Equatable {
    /// Months, in 32 bits.
    case yearMonth = "month_interval"
    /// Days and milliseconds, in 32 bits each.
    case dayTime = "day_time_interval"
    /// Months and days in 32 bits each, nanoseconds in 64.
    case monthDayNano = "month_day_nano_interval"
}

/// The types among which the values of a union choose.
public struct UnionType: Sendable, Equatable, CustomStringConvertible {
    /// The types, in order.
    public let members: [Field]
    /// The number, from 0 to 127, that stands for each member in a row.
    public let ids: [Int]
    /// Whether each member holds only the values of its own rows, rather than one for every row.
    public let isDense: Bool

    /// As pyarrow writes it: `dense_union<…>` or `sparse_union<…>`.
    public var description: String {
        let members = zip(members, ids).map { "\($0)=\($1)" }.joined(separator: ", ")
        return "\(isDense ? "dense" : "sparse")_union<\(members)>"
    }
}

/// What a temporal number counts.
public enum TimeUnit: String, Sendable, Equatable {
    case seconds = "s"
    case milliseconds = "ms"
    case microseconds = "us"
    case nanoseconds = "ns"
}

extension DataType: CustomStringConvertible {
    /// As pyarrow writes it: `timestamp[ns, tz=+00:00]`.
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
        case .utf8View: "string_view"
        case .binaryView: "binary_view"
        case .fixedSizeBinary(let size): "fixed_size_binary[\(size)]"
        case .decimal(let bits, let precision, let scale): "decimal\(bits)(\(precision), \(scale))"
        case .date32: "date32[day]"
        case .date64: "date64[ms]"
        case .time32(let unit): "time32[\(unit.rawValue)]"
        case .time64(let unit): "time64[\(unit.rawValue)]"
        case .timestamp(let unit, nil): "timestamp[\(unit.rawValue)]"
        case .timestamp(let unit, let zone?): "timestamp[\(unit.rawValue), tz=\(zone)]"
        case .duration(let unit): "duration[\(unit.rawValue)]"
        case .interval(let unit): unit.rawValue
        case .list(let element): "list<\(element)>"
        case .largeList(let element): "large_list<\(element)>"
        case .listView(let element): "list_view<\(element)>"
        case .largeListView(let element): "large_list_view<\(element)>"
        case .fixedSizeList(let element, let size): "fixed_size_list<\(element)>[\(size)]"
        case .map(let entries, let keysSorted): mapDescription(entries, keysSorted)
        case .union(let type): type.description
        case .runEndEncoded(let ends, let values): "run_end_encoded<run_ends: \(ends.type), values: \(values.type)>"
        case .structure(let members): "struct<\(members.map(\.description).joined(separator: ", "))>"
        case .dictionary(let indices, let values, let ordered):
            "dictionary<values=\(values), indices=\(indices.rawValue), ordered=\(ordered ? 1 : 0)>"
        }
    }

    /// pyarrow names keys and values alike, whatever the stream calls them.
    private func mapDescription(_ entries: Field, _ keysSorted: Bool) -> String {
        let pair = entries.type.children.map(\.type.description).joined(separator: ", ")
        return "map<\(pair)\(keysSorted ? ", keys_sorted" : "")>"
    }

    /// The fields of which values of the type are made.
    var children: [Field] {
        switch self {
        case .list(let element), .largeList(let element), .listView(let element), .largeListView(let element): [element]
        case .fixedSizeList(let element, _): [element]
        case .map(let entries, _): [entries]
        case .structure(let members): members
        case .union(let type): type.members
        case .runEndEncoded(let ends, let values): [ends, values]
        default: []
        }
    }

    /// Whether a message of few bytes can hold many values of the type.
    var mayTakeNoBytes: Bool {
        switch self {
        case .null, .runEndEncoded, .fixedSizeBinary(0), .fixedSizeList(_, 0): true
        case .fixedSizeList(let element, _): element.type.mayTakeNoBytes
        case .structure(let members): members.allSatisfy { $0.type.mayTakeNoBytes }
        default: false
        }
    }

    /// Bytes a value where all values have the same number of whole bytes.
    var fixedWidth: Int? {
        switch self {
        case .integer(let type): type.width
        case .floatingPoint(.half): 2
        case .floatingPoint(.single), .date32, .time32: 4
        case .floatingPoint(.double), .date64, .time64, .timestamp, .duration: 8
        case .interval(.yearMonth): 4
        case .interval(.dayTime): 8
        case .interval(.monthDayNano): 16
        case .decimal(let bits, _, _): bits / 8
        case .fixedSizeBinary(let size): size
        default: nil
        }
    }
}
