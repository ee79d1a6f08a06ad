/// A dictionary that came in several messages, each adding to those before ("Dictionary Messages", isDelta).
struct ColumnParts: Sendable {
    /// Batches keep the parts that there were when they came, so each further part copies their list.
    static let maximumCount = 16_384

    private(set) var columns: [Column]
    /// The row behind each part.
    private var ends: [Int]

    init(_ column: Column) {
        columns = [column]
        ends = [column.count]
    }

    var count: Int { ends.last ?? 0 }

    mutating func append(_ column: Column) {
        ends.append(count + column.count)
        columns.append(column)
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
    /// This column with the rows of another one of its type behind its own.
    func followed(by other: Column) throws(ArrowError) -> Column {
        var parts = ColumnParts(self)
        if case .parts(let earlier) = storage { parts = earlier }
        guard parts.columns.count < ColumnParts.maximumCount else {
            throw .unsupported("a dictionary in more than \(ColumnParts.maximumCount) parts")
        }
        parts.append(other)
        return Column(
            type: type, count: parts.count, nullCount: nullCount + other.nullCount, validity: nil,
            storage: .parts(parts))
    }
}
