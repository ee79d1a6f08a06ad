import UTCTime

/// Holds a finished plan against the rules that every plan keeps, from the listing alone: it shares no step with the
/// planner, so that a fault there, or a plan that was altered, is found before anything is sent.
public struct PlanCheck {
    private let policies: PolicySet
    private let catalog: Catalog
    private let borders: Borders
    private let removal: ExactRemoval

    /// A check against the listing and evidence that plans are made from.
    public init(policies: PolicySet, catalog: Catalog, evidence: Evidence) {
        self.policies = policies
        self.catalog = catalog
        borders = Borders(policies.lake, now: catalog.now)
        removal = ExactRemoval(catalog: catalog, calls: evidence.retireBy, borders: borders)
    }

    /// Every rule that the plan breaks; empty for a sound one.
    public func faults(of plan: Plan) -> [PlanFault] {
        var faults = named(plan) + order(of: plan)
        for retirement in plan.retirements { faults += retirement.partitions.flatMap(faultsOfRetiring) }
        for day in plan.days {
            for rebuild in day.views { faults += self.faults(of: rebuild, on: day.day) }
        }
        return faults
    }

    /// Rows that are not listed so, or that go twice.
    private func named(_ plan: Plan) -> [PlanFault] {
        let rows = plan.days.flatMap(\.views).flatMap(\.old) + plan.retirements.flatMap(\.partitions)
        var named: [Partition: Int] = [:]
        return rows.compactMap { row in
            named[row, default: 0] += 1
            let times = catalog.rows(named: row.identity).count { $0 == row }
            guard times > 0 else { return PlanFault(.notListed, row.identity.description) }
            return named[row] ?? 0 > times ? PlanFault(.namedTwice, row.identity.description) : nil
        }
    }

    private func order(of plan: Plan) -> [PlanFault] {
        var faults: [PlanFault] = []
        for (day, next) in zip(plan.days, plan.days.dropFirst()) where day.day <= next.day {
            faults.append(PlanFault(.outOfOrder, "\(next.day)"))
        }
        for day in plan.days {
            let places = Dictionary(
                day.views.enumerated().map { ($1.viewSet, $0) }, uniquingKeysWith: { first, _ in first })
            for (place, rebuild) in day.views.enumerated() {
                let reads = catalog.viewSets[rebuild.viewSet]?.reads ?? []
                let isLate = reads.contains { places[$0] ?? -1 >= place } || !reads.allSatisfy(rebuild.reads.contains)
                if isLate || places[rebuild.viewSet] != place {
                    faults.append(PlanFault(.outOfOrder, "\(rebuild.viewSet) \(day.day)"))
                }
            }
        }
        return faults
    }

    private func faultsOfRetiring(_ row: Partition) -> [PlanFault] {
        let name = row.identity.description
        var faults: [PlanFault] = []
        if row.identity.viewSet == Catalog.blocks { faults.append(PlanFault(.retiresBlocks, name)) }
        if row.isGlobal && row.range.end > borders.newest { faults.append(PlanFault(.tooRecent, name)) }
        if removal.call(for: row) == nil { faults.append(PlanFault(.notExactlyRemovable, name)) }
        return faults
    }

    private func faults(of rebuild: ViewRebuild, on day: CalendarDay) -> [PlanFault] {
        let name = "\(rebuild.viewSet) \(day)"
        var faults: [PlanFault] = []
        if catalog.viewSets[rebuild.viewSet]?.currentHash != rebuild.currentHash {
            faults.append(PlanFault(.wrongHash, name))
        }
        let shadow = rebuild.shadowLength.wholeSeconds
        let isLegal =
            [3600, 86_400].contains(rebuild.finalLength.wholeSeconds) && (30...1800).contains(shadow)
            && rebuild.shadowLength == .seconds(shadow) && 3600 % shadow == 0
        guard isLegal else { return faults + [PlanFault(.illegalLength, name)] }
        faults += rebuild.buckets.flatMap { self.faults(of: $0, step: rebuild.finalLength, isPiece: true) }
        faults += rebuild.shadowRanges.flatMap { self.faults(of: $0, step: .hours(1), isPiece: false) }
        let whole = InsertRange(day.start, day.end)
        if rebuild.day != day || !rebuild.buckets.allSatisfy(whole.contains) {
            faults.append(PlanFault(.offGrid, name))
        }
        for range in rebuild.shadowRanges where !rebuild.buckets.joined().contains(where: { $0.contains(range) }) {
            faults.append(PlanFault(.offGrid, "\(name) \(range)"))
        }
        return faults + removals(by: rebuild)
    }

    private func faults(of range: InsertRange, step: Duration, isPiece: Bool) -> [PlanFault] {
        var faults: [PlanFault] = []
        let isOnGrid =
            range.begin.isMultiple(of: step) && range.end.isMultiple(of: step) && range.begin < range.end
            && (!isPiece || range.length == step)
        if !isOnGrid { faults.append(PlanFault(.offGrid, "\(range)")) }
        if range.length > .days(1) { faults.append(PlanFault(.longerThanADay, "\(range)")) }
        if range.end > borders.newest { faults.append(PlanFault(.tooRecent, "\(range)")) }
        if range.begin < borders.oldest { faults.append(PlanFault(.expiring, "\(range)")) }
        return faults
    }

    /// What the calls of a rebuild would remove, held against what it names.
    private func removals(by rebuild: ViewRebuild) -> [PlanFault] {
        let old = Set(rebuild.old)
        let current = catalog.viewSets[rebuild.viewSet]?.currentHash
        var faults: [PlanFault] = []
        for row in rebuild.old {
            let name = row.identity.description
            if row.identity.schemaHash == current { faults.append(PlanFault(.replacesCurrentRow, name)) }
            let isInside = rebuild.buckets.contains { $0.contains(row.range) }
            if !isInside || row.identity.viewSet != rebuild.viewSet || !row.isGlobal {
                faults.append(PlanFault(.rowOutsideBuckets, name))
            }
        }
        for row in catalog.partitions(of: rebuild.viewSet, beginningIn: InsertRange(rebuild.day.start, rebuild.day.end))
        {
            guard let bucket = rebuild.buckets.first(where: { $0.contains(row.range) }) else { continue }
            let name = row.identity.description
            let isCurrent = row.identity.schemaHash == current
            if !isCurrent && !old.contains(row) { faults.append(PlanFault(.removesUnnamedRow, name)) }
            // A final row that stands already would be replaced by another one for nothing.
            if isCurrent && row.range == bucket { faults.append(PlanFault(.replacesCurrentRow, name)) }
            guard let cell = shadow(of: rebuild, containing: row.range) else { continue }
            if isCurrent && row.range != cell { faults.append(PlanFault(.removesUnnamedRow, name)) }
            if !isCurrent && row.hasData { faults.append(PlanFault(.shadowRemovesData, name)) }
        }
        return faults
    }

    /// The shadow to be made, if any, that a row lies within.
    private func shadow(of rebuild: ViewRebuild, containing range: InsertRange) -> InsertRange? {
        for shadows in rebuild.shadowRanges where shadows.contains(range) {
            for cell in shadows.divided(by: rebuild.shadowLength) where cell.contains(range) { return cell }
        }
        return nil
    }
}
