/// The truth values of a column.
public struct BoolValues: Sendable {
    /// Count of rows.
    public let count: Int
    @usableFromInline let validity: Buffer?
    @usableFromInline let buffer: Buffer

    /// The value at a row, nil where it is null. Traps where there is no such row.
    ///
    ///     let isSet = try column.bools()[0] ?? false
    @inlinable
    public subscript(row: Int) -> Bool? {
        precondition(row >= 0 && row < count, "row out of range")
        if let validity, !validity.bit(row) { return nil }
        return buffer.bit(row)
    }
}

extension Column {
    /// The values of a column of truth values.
    ///
    ///     let flags = try column.bools()
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch`.
    public func bools() throws(ArrowError) -> BoolValues {
        guard case .bits(let buffer) = storage else { throw mismatch("truth values") }
        return BoolValues(count: count, validity: validity, buffer: buffer)
    }

    /// The value at a row of a column of truth values, nil where it is null.
    ///
    ///     let flag = try column.bool(at: 0)
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch`.
    public func bool(at row: Int) throws(ArrowError) -> Bool? { try bools()[row] }
}
