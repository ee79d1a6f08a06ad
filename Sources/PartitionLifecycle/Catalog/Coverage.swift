public import UTCTime

/// What a view's global rows of the current hash cover: what its queries, and the views that read it, can see.
public struct Coverage: Sendable {
    private let index: DayIndex

    /// The coverage of a view set in a listing; nothing where the server does not list it.
    public init(of viewSet: String, in catalog: Catalog) {
        index = DayIndex(catalog.partitions(of: viewSet).lazy.filter(catalog.isCurrent))
    }

    /// The rows that overlap a range, by begin.
    public func rows(overlapping range: InsertRange) -> [Partition] { index.rows(overlapping: range) }

    /// The rows that overlap a range or lie within it, ends included: the call for the range would concern them.
    func rows(meeting range: InsertRange) -> [Partition] { index.rows(meeting: range) }

    /// Whether the rows, which may reach beyond it, cover a range, each instant exactly once.
    public func tiles(_ range: InsertRange) -> Bool {
        range.begin < range.end && rows(overlapping: range).cover(range)
    }

    /// The hours of a day that are tiled, 0 to 23.
    public func tiledHours(of day: CalendarDay) -> [Int] {
        InsertRange(day).divided(by: .hours(1)).enumerated().filter { tiles($0.element) }.map(\.offset)
    }

    /// The longest runs of whole hours of a range that are not tiled; a range that begins or ends within an hour is
    /// widened to it.
    public func untiledRuns(in range: InsertRange) -> [InsertRange] {
        range.inWholeHours.divided(by: .hours(1)).filter { !tiles($0) }.joined()
    }
}

extension InsertRange {
    /// The range widened to whole hours; at least one.
    var inWholeHours: InsertRange {
        let begin = self.begin.floored(to: .hours(1))
        let end = self.end.floored(to: .hours(1))
        return InsertRange(begin, end < self.end || end == begin ? end + .hours(1) : end)
    }
}
