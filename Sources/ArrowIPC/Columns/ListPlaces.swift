/// Where the lists of a column are among its elements, without offsets that each list shares with the next.
@usableFromInline
enum ListPlaces: Sendable {
    /// One behind the other, all of one size.
    case fixedSize(Int)
    /// Each with an offset and a size of its own ("ListView Layout").
    case views(offsets: Buffer, sizes: Buffer, isLarge: Bool)

    /// The elements of a row.
    @usableFromInline
    subscript(row: Int) -> Range<Int> {
        switch self {
        case .fixedSize(let size): return row * size..<(row + 1) * size
        case .views(let offsets, let sizes, let isLarge):
            let type: IntegerType = isLarge ? .int64 : .int32
            let start = Int(type.load(row, from: offsets))
            return start..<start + Int(type.load(row, from: sizes))
        }
    }

    /// Checks that the lists of so many rows lie within so many elements.
    func check(count: Int, elements: Int) throws(ArrowError) {
        switch self {
        case .fixedSize(let size):
            guard count * size <= elements else {
                throw .malformed("\(count) lists of \(size) elements do not fit into \(elements)")
            }
        case .views(let offsets, let sizes, let isLarge):
            let type: IntegerType = isLarge ? .int64 : .int32
            for row in 0..<count {
                let (start, size) = (type.load(row, from: offsets), type.load(row, from: sizes))
                guard start >= 0, size >= 0, start <= elements, size <= Int64(elements) - start else {
                    throw .malformed("the list of row \(row) (\(size) elements at \(start)) is not among \(elements)")
                }
            }
        }
    }
}
