import UTCTime

/// The lengths and ranges of a day's shadow rebuild, from the old rows alone (contract §4).
struct RebuildGeometry {
    /// How long a shadow is: too short to contain an old row with data.
    var shadowLength: Duration
    /// How long a final row is.
    var finalLength: Duration
    /// The ranges of final rows that contain an old row, sorted.
    var buckets: [InsertRange]

    /// A row that no final row would contain, or no shadow would leave standing.
    struct Misaligned: Error {
        var row: PartitionIdentity
    }

    /// The shortest shadow there is.
    static let shortestShadow: Duration = .seconds(30)

    /// The geometry for the old rows that touch a day.
    ///
    /// - Parameter largest: The longest row that the view can have.
    init(old: [Partition], day: CalendarDay, largest: Duration) throws(Misaligned) {
        for row in old where !Self.isAligned(row, day: day, largest: largest) {
            throw Misaligned(row: row.identity)
        }
        let longest = old.map(\.range.length).max() ?? .zero
        finalLength = longest > .hours(1) ? .days(1) : .hours(1)
        var buckets: Set<InsertRange> = []
        for row in old {
            let begin = row.range.begin.floored(to: finalLength)
            let bucket = InsertRange(begin, begin + finalLength)
            guard bucket.contains(row.range) else { throw Misaligned(row: row.identity) }
            buckets.insert(bucket)
        }
        self.buckets = buckets.sorted()
        shadowLength = Self.shadowLength(under: old)
    }

    /// Half an hour under rows of an hour or more; else the longest even fraction of an hour that is at most half of
    /// the shortest old row with data. Nothing is lost with an empty one.
    static func shadowLength(under old: [Partition]) -> Duration {
        let shortest = old.filter(\.hasData).map(\.range.length).min() ?? .hours(1)
        guard shortest < .hours(1) else { return .minutes(30) }
        let half = max(shortestShadow.wholeSeconds, shortest.wholeSeconds / 2)
        let fraction = (30...half).last { 3600 % $0 == 0 }
        return fraction.map { .seconds($0) } ?? shortestShadow
    }

    /// Whether a final row can contain it while a shadow cannot.
    private static func isAligned(_ row: Partition, day: CalendarDay, largest: Duration) -> Bool {
        let range = row.range
        guard InsertRange(day).contains(range), range.begin < range.end, range.length <= largest else { return false }
        guard row.hasData else { return true }
        if range.length < shortestShadow * 2 { return false }
        if range.length >= .hours(1) {
            return range.begin.isMultiple(of: .hours(1)) && range.end.isMultiple(of: .hours(1))
        }
        let hour = range.begin.floored(to: .hours(1))
        return InsertRange(hour, hour + .hours(1)).contains(range)
    }
}
