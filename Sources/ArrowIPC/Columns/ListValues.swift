/// The lists of a column: ranges of one column of elements.
public struct ListValues: Sendable {
    /// Count of rows.
    public let count: Int
    /// The elements of all lists, one after another.
    public let elements: Column
    @usableFromInline let validity: Buffer?
    @usableFromInline let offsets: Offsets
    /// Where the lists are if not between offsets.
    @usableFromInline let places: ListPlaces?

    /// Which rows of `elements` the list at a row has, nil where it is null. Traps where there is no such row.
    ///
    ///     if let place = lists[0] { for row in place { print(try lists.elements.value(at: row)) } }
    @inlinable
    public subscript(row: Int) -> Range<Int>? {
        precondition(row >= 0 && row < count, "row out of range")
        if let validity, !validity.bit(row) { return nil }
        if let places { return places[row] }
        return offsets[row]
    }
}

extension Column {
    /// The lists of a column of lists of any kind; those of a map have structs of a key and a value as elements.
    ///
    ///     let lists = try column.lists()
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch`.
    public func lists() throws(ArrowError) -> ListValues {
        switch storage {
        case .list(let offsets, let elements):
            return ListValues(count: count, elements: elements, validity: validity, offsets: offsets, places: nil)
        case .placedList(let places, let elements):
            let none = Offsets(buffer: Buffer([], 0..<0), isLarge: false)
            return ListValues(count: count, elements: elements, validity: validity, offsets: none, places: places)
        default: throw mismatch("lists")
        }
    }

    /// The columns of a struct's members, in the order of its type; a row whose struct is null may have values there.
    ///
    ///     let keys = try column.members()[0].texts()
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch`.
    public func members() throws(ArrowError) -> [Column] {
        guard case .structure(let members) = storage else { throw mismatch("structs") }
        return members
    }
}
