/// A number as it lies in a message.
public protocol FixedWidthValue: BitwiseCopyable, Sendable {
    /// Whether columns of a type hold such numbers: `Int64` also reads timestamps and durations, `Int32` days.
    ///
    ///     let holdsTimes = Int64.reads(column.type)
    static func reads(_ type: DataType) -> Bool
}

extension Int8: FixedWidthValue {
    /// Columns of `int8`.
    ///
    ///     Int8.reads(column.type)
    public static func reads(_ type: DataType) -> Bool { type == .integer(.int8) }
}
extension Int16: FixedWidthValue {
    /// Columns of `int16`.
    ///
    ///     Int16.reads(column.type)
    public static func reads(_ type: DataType) -> Bool { type == .integer(.int16) }
}
extension UInt8: FixedWidthValue {
    /// Columns of `uint8`.
    ///
    ///     UInt8.reads(column.type)
    public static func reads(_ type: DataType) -> Bool { type == .integer(.uint8) }
}
extension UInt16: FixedWidthValue {
    /// Columns of `uint16`.
    ///
    ///     UInt16.reads(column.type)
    public static func reads(_ type: DataType) -> Bool { type == .integer(.uint16) }
}
extension UInt32: FixedWidthValue {
    /// Columns of `uint32`.
    ///
    ///     UInt32.reads(column.type)
    public static func reads(_ type: DataType) -> Bool { type == .integer(.uint32) }
}
extension UInt64: FixedWidthValue {
    /// Columns of `uint64`.
    ///
    ///     UInt64.reads(column.type)
    public static func reads(_ type: DataType) -> Bool { type == .integer(.uint64) }
}
extension Float16: FixedWidthValue {
    /// Columns of `halffloat`.
    ///
    ///     Float16.reads(column.type)
    public static func reads(_ type: DataType) -> Bool { type == .floatingPoint(.half) }
}
extension Float: FixedWidthValue {
    /// Columns of `float`.
    ///
    ///     Float.reads(column.type)
    public static func reads(_ type: DataType) -> Bool { type == .floatingPoint(.single) }
}
extension Double: FixedWidthValue {
    /// Columns of `double`.
    ///
    ///     Double.reads(column.type)
    public static func reads(_ type: DataType) -> Bool { type == .floatingPoint(.double) }
}
extension Int32: FixedWidthValue {
    /// Columns of `int32`, of days and of times of day in 32 bits.
    ///
    ///     Int32.reads(column.type)
    public static func reads(_ type: DataType) -> Bool {
        switch type {
        case .integer(.int32), .date32, .time32: true
        default: false
        }
    }
}
extension Int64: FixedWidthValue {
    /// Columns of `int64`, timestamps, durations, milliseconds since 1970 and times of day in 64 bits.
    ///
    ///     Int64.reads(column.type)
    public static func reads(_ type: DataType) -> Bool {
        switch type {
        case .integer(.int64), .date64, .time64, .timestamp, .duration: true
        default: false
        }
    }
}

/// The numbers of a column.
public struct FixedWidthValues<Value: FixedWidthValue>: Sendable {
    /// Count of rows.
    public let count: Int
    @usableFromInline let validity: Buffer?
    @usableFromInline let buffer: Buffer

    /// The number at a row, nil where it is null. Traps where there is no such row.
    ///
    ///     let level = try column.values(as: Int32.self)[0]
    @inlinable
    public subscript(row: Int) -> Value? {
        precondition(row >= 0 && row < count, "row out of range")
        if let validity, !validity.bit(row) { return nil }
        return buffer.load(atByte: row * MemoryLayout<Value>.size, as: Value.self)
    }

    /// Calls a closure with the number of each row in order, nil where it is null.
    ///
    ///     var sum = 0.0
    ///     try column.values(as: Double.self).forEach { sum += $0 ?? 0 }
    @inlinable
    public func forEach<Failure>(_ body: (Value?) throws(Failure) -> Void) throws(Failure) {
        let size = MemoryLayout<Value>.size
        // One check here of what decoding has checked already; the loads below stay inside it.
        let bytes = unsafe buffer.message.span.bytes.extracting(buffer.range).extracting(first: count * size)
        if let validity {
            let bits = validity.message.span.extracting(validity.range).extracting(first: (count + 7) / 8)
            for row in 0..<count {
                let isValid = unsafe bits[unchecked: row &>> 3] &>> UInt8(truncatingIfNeeded: row & 7) & 1 == 1
                let value = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: row &* size, as: Value.self)
                try body(isValid ? value : nil)
            }
        } else {
            for row in 0..<count {
                try body(unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: row &* size, as: Value.self))
            }
        }
    }
}

extension Column {
    /// The numbers of a column whose values are exactly of that width and kind.
    ///
    ///     let times = try column.values(as: Int64.self)
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch`.
    public func values<Value: FixedWidthValue>(
        as value: Value.Type = Value.self
    ) throws(ArrowError) -> FixedWidthValues<Value> {
        guard Value.reads(type), case .fixedWidth(let buffer) = storage else { throw mismatch("\(Value.self) values") }
        return FixedWidthValues(count: count, validity: validity, buffer: buffer)
    }

    /// The number at a row of a column of integers, dates, times, timestamps or durations (in its type's unit), nil
    /// where it is null.
    ///
    ///     let count = try column.int64(at: 0)
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch`; also for an unsigned number of 64 bits that Int64 cannot hold.
    public func int64(at row: Int) throws(ArrowError) -> Int64? {
        precondition(row >= 0 && row < count, "row out of range")
        switch (storage, type) {
        case (.dictionary, _), (.runs, _), (.parts, _):
            guard let origin = origin(of: row) else { return nil }
            return try origin.column.int64(at: origin.row)
        case (.fixedWidth(let buffer), .integer(let type)):
            if isNull(at: row) { return nil }
            let number = type.load(row, from: buffer)
            if type == .uint64, number < 0 { throw mismatch("numbers up to \(Int64.max)") }
            return number
        case (.fixedWidth(let buffer), .date32), (.fixedWidth(let buffer), .time32):
            return isNull(at: row) ? nil : IntegerType.int32.load(row, from: buffer)
        case (.fixedWidth(let buffer), let type) where Int64.reads(type):
            return isNull(at: row) ? nil : IntegerType.int64.load(row, from: buffer)
        default:
            throw mismatch("integers")
        }
    }

    /// The number at a row of a column of floating-point numbers, nil where it is null.
    ///
    ///     let value = try column.double(at: 0)
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch`.
    public func double(at row: Int) throws(ArrowError) -> Double? {
        precondition(row >= 0 && row < count, "row out of range")
        switch (storage, type) {
        case (.dictionary, _), (.runs, _), (.parts, _):
            guard let origin = origin(of: row) else { return nil }
            return try origin.column.double(at: origin.row)
        case (.fixedWidth(let buffer), .floatingPoint(let precision)):
            if isNull(at: row) { return nil }
            switch precision {
            case .half: return Double(buffer.load(atByte: row * 2, as: Float16.self))
            case .single: return Double(buffer.load(atByte: row * 4, as: Float.self))
            case .double: return buffer.load(atByte: row * 8, as: Double.self)
            }
        default:
            throw mismatch("floating-point numbers")
        }
    }
}
