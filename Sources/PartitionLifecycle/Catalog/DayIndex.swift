import UTCTime

/// Rows found by the days they touch, so that a question about one day does not walk a year.
struct DayIndex: Sendable {
    private var byDay: [CalendarDay: [Partition]] = [:]
    /// Rows of more than three days, which a listing may hold though no server makes them.
    private var long: [Partition] = []

    init(_ rows: some Sequence<Partition>) {
        for row in rows {
            let first = row.day
            let last = row.range.lastDay
            if last.daysSinceEpoch - first.daysSinceEpoch > 2 {
                long.append(row)
                continue
            }
            for offset in 0...max(0, last.daysSinceEpoch - first.daysSinceEpoch) {
                byDay[first.advanced(by: offset), default: []].append(row)
            }
        }
    }

    /// The days that rows begin on.
    var days: Set<CalendarDay> {
        Set(long.map(\.day)).union(byDay.filter { day, rows in rows.contains { $0.day == day } }.keys)
    }

    /// The rows that touch a day, those without length at either midnight included, by begin.
    func rows(touching day: CalendarDay) -> [Partition] { rows(meeting: InsertRange(day)) }

    /// The rows that overlap a range of at most a few days, by begin.
    func rows(overlapping range: InsertRange) -> [Partition] {
        rows(meeting: range).filter { $0.range.overlaps(range) }
    }

    /// The rows that overlap a range of at most a few days or lie within it, ends included, by begin.
    func rows(meeting range: InsertRange) -> [Partition] {
        let first = CalendarDay(containing: range.begin)
        let last = max(first, CalendarDay(containing: range.end))
        var found = long.filter { $0.range.meets(range) }
        for offset in 0...(last.daysSinceEpoch - first.daysSinceEpoch) {
            let day = first.advanced(by: offset)
            // A row of several days is listed under each of them, and given once.
            for row in byDay[day] ?? [] where row.range.meets(range) && (offset == 0 || row.day == day) {
                found.append(row)
            }
        }
        return found.sorted { $0.range < $1.range }
    }
}

extension InsertRange {
    /// The last day that it holds an instant of; the day of its begin where it is empty.
    var lastDay: CalendarDay {
        CalendarDay(containing: end > begin ? end - .nanoseconds(1) : begin)
    }

    /// Whether the two share an instant, or the other one lies within this one or at its ends.
    func meets(_ other: InsertRange) -> Bool { overlaps(other) || other.contains(self) }

    /// A day.
    init(_ day: CalendarDay) { self.init(day.start, day.end) }
}

extension Partition {
    /// The day that it begins on: the one that it counts under.
    var day: CalendarDay { CalendarDay(containing: range.begin) }
}
