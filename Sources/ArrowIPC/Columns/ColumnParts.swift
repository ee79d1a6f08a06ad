/// A dictionary that came in several messages, each adding to those before ("Dictionary Messages", isDelta).
///
/// Batches keep the parts that there were when they came, so each further part copies their list. Parts lie in groups, so
/// that thousands of them do not copy a list of thousands each.
struct ColumnParts: Sendable {
    /// How many parts are in a group, and how many groups there are, at the most.
    static let maximumCount = 128

    private(set) var columns: [Column]
    /// The row behind each part.
    private var ends: [Int]

    init(_ column: Column) {
        columns = [column]
        ends = [column.count]
    }

    var count: Int { ends.last ?? 0 }

    var isFull: Bool { columns.count == Self.maximumCount }

    mutating func append(_ column: Column) {
        ends.append(count + column.count)
        columns.append(column)
    }

    /// Puts a column in the last one's place, which it continues.
    mutating func replaceLast(with column: Column) {
        ends.removeLast()
        columns.removeLast()
        append(column)
    }

    /// The part that holds a row, and its row there.
    subscript(row: Int) -> (Column, Int) {
        var (low, high) = (0, ends.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] <= row { low = middle + 1 } else { high = middle }
        }
        return (columns[low], low == 0 ? row : row - ends[low - 1])
    }
}

extension Column {
    /// The parts it came in, in order; itself where it came at once.
    var parts: [Column] {
        if case .parts(let groups) = storage { groups.columns.flatMap(\.parts) } else { [self] }
    }

    /// Parts as one column.
    private init(_ parts: ColumnParts, of type: DataType) {
        self.init(
            type: type, count: parts.count, nullCount: parts.columns.reduce(0) { $0 + $1.nullCount }, validity: nil,
            storage: .parts(parts))
    }

    /// This column with the rows of another one of its type behind its own.
    func followed(by other: Column) throws(ArrowError) -> Column {
        guard case .parts(var groups) = storage else {
            return try Column(ColumnParts(Column(ColumnParts(self), of: type)), of: type).followed(by: other)
        }
        if case .parts(var group)? = groups.columns.last?.storage, !group.isFull {
            group.append(other)
            groups.replaceLast(with: Column(group, of: type))
        } else {
            guard !groups.isFull else {
                let most = ColumnParts.maximumCount * ColumnParts.maximumCount
                throw .unsupported("a dictionary in more than \(most) parts")
            }
            groups.append(Column(ColumnParts(other), of: type))
        }
        return Column(groups, of: type)
    }
}
