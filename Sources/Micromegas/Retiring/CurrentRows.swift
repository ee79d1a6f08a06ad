import UTCTime

/// The partitions of one instance that the server's queries read.
///
/// The domain's `Coverage` wants each instant covered exactly once, in whole hours: what a rebuild has to make. Here
/// partitions may overlap, and those of instances lie on no grid.
struct CurrentRows: Sendable {
    /// By begin.
    private let rows: [ListedPartition]
    private let longest: Duration

    init(_ rows: [ListedPartition]) {
        self.rows = rows.sorted { $0.beginInsertTime < $1.beginInsertTime }
        longest = rows.reduce(.zero) { max($0, $1.extent.upperBound - $1.extent.lowerBound) }
    }

    /// Those that share an instant with a range.
    private func overlapping(_ range: Range<Timestamp>) -> [ListedPartition] {
        let from = index(of: range.lowerBound - longest)
        return rows[from..<max(from, index(of: range.upperBound))].filter { $0.extent.overlaps(range) }
    }

    /// Whether together they hold each instant of a range.
    func cover(_ range: Range<Timestamp>) -> Bool { Self.cover(range, overlapping(range)) }

    /// - Parameter rows: those that overlap the range, by begin.
    private static func cover(_ range: Range<Timestamp>, _ rows: [ListedPartition]) -> Bool {
        var reached = range.lowerBound
        for row in rows where row.extent.lowerBound <= reached { reached = max(reached, row.extent.upperBound) }
        return reached >= range.upperBound
    }

    /// Whether they stand in for a partition of another hash, as far as a listing tells: they cover it, count as many
    /// source objects, and have rows where it has.
    func replace(_ old: ListedPartition) -> Bool {
        let own = overlapping(old.extent)
        guard Self.cover(old.extent, own), own.saturatingSum(\.sources) >= old.sources else { return false }
        let rowCount = own.saturatingSum(\.rowCount)
        // A row of `blocks` is a source object; other views' rows may become fewer when they are merged.
        return old.viewSetName == "blocks" ? rowCount >= old.rowCount : old.rowCount == 0 || rowCount > 0
    }

    /// The first row that begins at a time or later.
    private func index(of begin: Timestamp) -> Int {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].beginInsertTime < begin { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension ListedPartition {
    /// How many source objects went in; a listing that was read holds no other bytes than a number's.
    fileprivate var sources: Int64 { sourceCount ?? .max }
}

extension Sequence {
    /// A sum that stays at the greatest number rather than overflow.
    func saturatingSum(_ value: (Element) -> Int64) -> Int64 {
        reduce(0) { sum, element in
            let (result, overflow) = sum.addingReportingOverflow(value(element))
            return overflow ? .max : result
        }
    }
}
