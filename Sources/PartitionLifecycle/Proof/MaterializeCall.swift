import UTCTime

/// One `materialize_partitions` call on a view's global instance, with everything it may do to the catalog.
public struct MaterializeCall: Sendable, Hashable {
    /// The view set.
    public var viewSet: String
    /// What is walked, a multiple of `delta` long and at most one day.
    public var range: InsertRange
    /// The length of the rows it makes.
    public var delta: Duration
    /// The hash of the rows it makes.
    public var schemaHash: SchemaHash
    /// Every listed row that it may remove: those of any hash that lie within one of its buckets.
    public var mayRemove: [Partition]

    /// The ranges of the rows it makes.
    public var buckets: [InsertRange] { range.divided(by: delta) }

    /// The call over a range, and what it may remove according to a listing.
    public init(viewSet: String, range: InsertRange, delta: Duration, schemaHash: SchemaHash, in catalog: Catalog) {
        self.viewSet = viewSet
        self.range = range
        self.delta = delta
        self.schemaHash = schemaHash
        let grid = Grid(range: range, step: delta)
        self.mayRemove = catalog.partitions(of: viewSet).filter { grid.bucket(containing: $0.range) != nil }
    }

    /// Why the call is never to be sent whatever is listed: the server would not end, would do nothing, or would
    /// leave rows that block its own maintenance.
    public var objection: String? {
        let seconds = delta.wholeSeconds
        guard seconds > 0 else { return "a length of \(seconds) s never ends" }
        guard range.begin < range.end else { return "the range is empty" }
        guard range.length <= .days(1) else { return "the range is longer than one day" }
        guard seconds == 86_400 || 3600 % seconds == 0 else {
            return "\(seconds) s is neither a day, nor an hour, nor an even fraction of one"
        }
        guard range.begin.isMultiple(of: delta), range.end.isMultiple(of: delta) else {
            return "the range does not begin and end at multiples of \(seconds) s"
        }
        return nil
    }
}

extension InsertRange {
    /// The range in pieces of a length, from its begin; what is left at the end is no piece.
    public func divided(by length: Duration) -> [InsertRange] {
        guard length > .zero else { return [] }
        var pieces: [InsertRange] = []
        var begin = self.begin
        while begin + length <= end {
            pieces.append(InsertRange(begin, begin + length))
            begin = begin + length
        }
        return pieces
    }
}

/// Equal neighbouring ranges, from the begin of a range on.
struct Grid {
    let range: InsertRange
    let step: Duration

    /// The range of the grid that contains another one; nil where none does.
    func bucket(containing other: InsertRange) -> InsertRange? {
        guard other.begin >= range.begin, other.end <= range.end, step > .zero else { return nil }
        let offset = (other.begin - range.begin).wholeNanoseconds
        let begin = other.begin - .nanoseconds(offset % step.wholeNanoseconds)
        let bucket = InsertRange(begin, begin + step)
        return bucket.contains(other) && bucket.end <= range.end ? bucket : nil
    }
}

extension Array where Element == InsertRange {
    /// Neighbouring ranges joined, in order; none longer than the limit.
    package func joined(atMost limit: Duration = .days(1)) -> [InsertRange] {
        var runs: [InsertRange] = []
        for range in sorted() {
            if let last = runs.last, last.end == range.begin, range.end - last.begin <= limit {
                runs[runs.count - 1].end = range.end
            } else {
                runs.append(range)
            }
        }
        return runs
    }
}
