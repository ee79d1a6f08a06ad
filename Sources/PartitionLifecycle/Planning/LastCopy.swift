import UTCTime

/// Finds old rows whose inputs are current and hold less than the rows record: a rebuild could only lose them
/// (hazard 6). It judges by the listing, and by counts of a day's blocks where the evidence has them.
///
/// What it says is certain as far as it goes; what it lets pass is compared with shadows before it is replaced.
struct LastCopyCheck {
    let lake: LakeIndex
    let evidence: Evidence

    /// What a view's source count counts.
    private enum Source {
        case telemetry
        case blocks
        case objects(KeyPath<BlockCounts, Int64>)
        case unknown
    }

    /// The reason to hold old global rows; nil where nothing speaks against rebuilding them.
    func reason(view: ViewSet, old: [Partition], buckets: [InsertRange], day: CalendarDay) -> Hold.Reason? {
        let source = Self.source(of: view.name)
        if case .objects(let figure) = source, let found = counted(figure, on: day) {
            let recorded = old.largestCopy(\.sourceCount)
            if found < recorded { return .lastCopy(input: Catalog.blocks, found: found, recorded: recorded) }
        }
        let input = input(of: view, source)
        var (found, recorded): (Int64, Int64) = (0, 0)
        for bucket in buckets {
            // An earlier run's shadows were left: comparing them tells more, and takes them away.
            if case .telemetry = source, holdsShadows(view, bucket) { continue }
            guard let held = mostHeld(by: view, source, bucket) else { continue }
            let needed = old.filter { bucket.contains($0.range) }.largestCopy(figure(source))
            // Objects are not listed: of blocks that are there, any number may be of the right kind.
            let short: Bool =
                switch source {
                case .telemetry, .blocks: held < needed
                case .objects, .unknown: held == 0 && needed > 0
                }
            if short { (found, recorded) = (found.addingHeld(held), recorded.addingHeld(needed)) }
        }
        return recorded > 0 ? .lastCopy(input: input, found: found, recorded: recorded) : nil
    }

    /// Whether a day's just-in-time rows of one old hash record more objects than the day's blocks hold.
    func reason(instancesOf viewSet: String, recorded: Int64, day: CalendarDay) -> Hold.Reason? {
        guard case .objects(let figure) = Self.source(of: viewSet), let found = counted(figure, on: day),
            found < recorded
        else { return nil }
        return .lastCopy(input: Catalog.blocks, found: found, recorded: recorded)
    }

    /// Whether a view's source count is one of objects, which only a query of `blocks` can tell.
    static func countsObjects(_ viewSet: String) -> Bool {
        if case .objects = source(of: viewSet) { return true }
        return false
    }

    private static func source(of viewSet: String) -> Source {
        switch viewSet {
        case "blocks": .telemetry
        case "processes", "streams": .blocks
        case "log_entries", "log_stats": .objects(\.logObjects)
        case "measures": .objects(\.metricObjects)
        default: .unknown
        }
    }

    /// Which figure of the old rows the input is held against.
    private func figure(_ source: Source) -> (Partition) -> Int64 {
        switch source {
        case .telemetry, .unknown: \.rows
        case .blocks, .objects: \.sourceCount
        }
    }

    private func input(of view: ViewSet, _ source: Source) -> String {
        if case .unknown = source { return view.reads.first ?? Catalog.blocks }
        return Catalog.blocks
    }

    /// What the inputs of a bucket hold at most, where they are whole at the current hash; nil elsewhere.
    ///
    /// Rows that reach beyond the bucket count whole, so that a shortage is certain.
    private func mostHeld(by view: ViewSet, _ source: Source, _ bucket: InsertRange) -> Int64? {
        var inputs = [Catalog.blocks]
        if case .unknown = source { inputs = view.reads }
        guard !inputs.isEmpty, inputs.allSatisfy({ lake[$0].coverage.tiles(bucket) }) else { return nil }
        return inputs.flatMap { lake[$0].coverage.rows(overlapping: bucket) }.sum(\.rows)
    }

    /// Whether shadows that this agent made stand in a bucket.
    private func holdsShadows(_ view: ViewSet, _ bucket: InsertRange) -> Bool {
        guard let made = evidence.madeShadows[view.name] else { return false }
        return lake[view.name].coverage.rows(overlapping: bucket).contains { made.contains($0.range) }
    }

    private func counted(_ figure: KeyPath<BlockCounts, Int64>, on day: CalendarDay) -> Int64? {
        guard lake[Catalog.blocks].coverage.tiles(InsertRange(day)) else { return nil }
        return evidence.currentBlocks[day]?[keyPath: figure]
    }
}

extension Sequence where Element == Partition {
    /// A figure summed over the rows of each hash, the largest sum: two hashes over one range are two copies.
    func largestCopy(_ figure: (Partition) -> Int64) -> Int64 {
        Dictionary(grouping: self, by: \.identity.schemaHash).values.map { $0.sum(figure) }.max() ?? 0
    }
}

extension Int64 {
    /// The sum, held at the largest number there is: figures of a listing are not ours.
    func addingHeld(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
