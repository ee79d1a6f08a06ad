import UTCTime

/// Whether just-in-time rows of an hour would be made anew, hour by hour and remembered: thousands of rows share one.
struct HourFacts {
    let planner: InstancePlanner
    private var known: [Timestamp: Fact] = [:]

    private struct Fact {
        /// Why nothing would make the hour's rows anew.
        var objection: Hold.Reason?
        /// How many blocks are current there at most; nil where they are not whole yet.
        var blocks: Int64?
    }

    /// Rows over more than so much time are no just-in-time rows.
    static let longest: Duration = .days(31)

    init(planner: InstancePlanner) { self.planner = planner }

    /// The reason to hold a row; nil where the next query of its instance makes it anew.
    mutating func reason(for row: Partition) -> Hold.Reason? {
        // Just-in-time ranges include their end.
        let range = InsertRange(row.range.begin, max(row.range.begin, row.range.end) + .nanoseconds(1)).inWholeHours
        guard range.length <= Self.longest else { return .misaligned(row.identity) }
        let facts = range.divided(by: .hours(1)).map { fact(of: $0) }
        if row.hasData && facts.allSatisfy({ $0.blocks == 0 }) {
            return .lastCopy(input: Catalog.blocks, found: 0, recorded: max(row.sourceCount, row.rows))
        }
        return facts.lazy.compactMap(\.objection).first
    }

    private mutating func fact(of hour: InsertRange) -> Fact {
        if let fact = known[hour.begin] { return fact }
        let blocks = planner.lake[Catalog.blocks].coverage
        let fact = Fact(
            objection: InstancePlanner.inputs.compactMap { objection(input: $0, hour) }.first,
            blocks: blocks.tiles(hour) ? blocks.rows(overlapping: hour).sum(\.rows) : nil)
        known[hour.begin] = fact
        return fact
    }

    private func objection(input: String, _ hour: InsertRange) -> Hold.Reason? {
        let verdict = planner.rebuilds.verdicts[CalendarDay(containing: hour.begin)]?[input]
        var rebuilt: ViewRebuild?
        switch verdict {
        case .hold(let hold):
            if case .leftOver = hold.reason { break }
            return .inputHeld(input)
        case .rebuild(let rebuild, _): rebuilt = rebuild
        case nil: break
        }
        // Blocks are read whatever their hash: one of an old hash that stays would double every row made anew.
        if input == Catalog.blocks {
            let staying = planner.lake[input].old.rows(overlapping: hour).contains { row in
                rebuilt?.old.contains(row) != true
            }
            if staying { return verdict == nil ? .inputMissing(input) : .inputHeld(input) }
        }
        if rebuilt?.buckets.contains(where: { $0.contains(hour) }) == true { return nil }
        let coverage = planner.lake[input].coverage
        guard coverage.tiles(hour) else { return .inputMissing(input) }
        // What retention takes in this run will not be there to be read.
        let leaving = coverage.rows(overlapping: hour).contains { planner.retention.verdict(on: $0)?.retires == true }
        return leaving ? .inputMissing(input) : nil
    }
}

extension RetentionPlanner.Verdict {
    /// Whether the row goes.
    var retires: Bool {
        if case .retire = self { return true }
        return false
    }
}
