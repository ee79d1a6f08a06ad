public import UTCTime

/// Turns policies, a listing and evidence into a plan, or into every reason not to act.
///
/// It is a pure function: the listing's own clock is its clock, so the same values give the same plan again.
///
/// Each listed row ends in exactly one step: rebuilt, retired, held or kept. Who decides on a row:
/// 1. `blocks` belong to evolution only; retention never retires them.
/// 2. A row past the age of the retention policy that speaks of its view set belongs to retention: it is not worth
///    rebuilding. But where only some of a view's old rows of a day are past it, evolution takes the day as a whole, for
///    it merges whole ranges; if it holds the day, retention takes its rows back.
/// 3. Rows of the current hash that a rebuild of this plan reads or merges are held back from retention until a later
///    run.
/// 4. Old global rows belong to the first evolution policy that names their view set, then old just-in-time rows.
public struct Planner: Sendable {
    private let policies: PolicySet

    /// A planner of a policy file.
    public init(_ policies: PolicySet) { self.policies = policies }

    /// Everything that one run would do.
    ///
    /// - Throws: ``PlanRefused`` with every reason found, together with the plan, which can be shown but not followed.
    public func plan(_ catalog: Catalog, evidence: Evidence) throws(PlanRefused) -> Plan {
        let plan = draft(catalog, evidence: evidence)
        var stops = ReplicaCheck.stops(evidence.replicas)
        stops += Visibility.stops(catalog, evidence: evidence)
        stops += VersionChecks.stops(catalog, maintenanceService: policies.lake.maintenanceService)
        stops += unknownViewSets(catalog)
        stops += GuardRails.stops(plan, policies: policies, catalog: catalog)
        stops += PlanCheck(policies: policies, catalog: catalog, evidence: evidence).faults(of: plan)
            .map(Stop.unsoundPlan)
        guard stops.isEmpty else { throw PlanRefused(stops: stops, plan: plan) }
        return plan
    }

    /// The days of which a plan wants to know what their blocks hold (``Evidence/currentBlocks``): those that current
    /// `blocks` cover and on which old rows of views that count objects await a decision; newest first.
    public func daysToCount(_ catalog: Catalog) -> [CalendarDay] {
        let borders = Borders(policies.lake, now: catalog.now)
        let counting = catalog.listedViewSets.filter {
            LastCopyCheck.countsObjects($0) && policies.evolution(of: $0) != nil && catalog.viewSets[$0] != nil
        }
        var days: Set<CalendarDay> = []
        for viewSet in counting {
            for row in catalog.partitions[catalog.index(before: viewSet)..<catalog.index(after: viewSet)]
            where !catalog.isCurrent(row) && row.day.end <= borders.newest { days.insert(row.day) }
        }
        let blocks = Coverage(of: Catalog.blocks, in: catalog)
        return days.filter { blocks.tiles(InsertRange($0)) }.sorted(by: >)
    }

    /// The plan, whatever speaks against following it.
    func draft(_ catalog: Catalog, evidence: Evidence) -> Plan {
        let lake = LakeIndex(catalog)
        let borders = Borders(policies.lake, now: catalog.now)
        let removal = ExactRemoval(catalog: catalog, calls: evidence.retireBy, borders: borders)
        let retention = RetentionPlanner(policies: policies, catalog: catalog, removal: removal, borders: borders)
        let evolution = EvolutionPlanner(
            policies: policies, lake: lake, evidence: evidence, borders: borders, retention: retention
        ).decide()
        let instances = InstancePlanner(
            policies: policies, lake: lake, evidence: evidence, borders: borders, retention: retention,
            removal: removal, rebuilds: evolution
        ).decide()
        let aged = RetentionSweep(retention: retention, policies: policies, rebuilds: evolution).sweep(catalog)
        let evolutionHolds = evolution.holds.compactMap { $0.without { retention.verdict(on: $0) != nil } }
        let holds = evolutionHolds + unknown(catalog, retention) + instances.holds + aged.holds
        let retirements = instances.retirements + aged.retirements
        let rebuilt = evolution.days.reduce(0) { $0 + $1.views.reduce(0) { $0 + $1.old.count } }
        let touched =
            rebuilt + retirements.reduce(0) { $0 + $1.partitions.count } + holds.reduce(0) { $0 + $1.partitions.count }
        return Plan(
            now: catalog.now, days: evolution.days, retirements: retirements, holds: holds,
            unseen: lake.unseenViews(), kept: catalog.partitions.count - touched)
    }

    /// Rows of view sets that the server does not list: nothing can rebuild them, and another replica may read them.
    private func unknown(_ catalog: Catalog, _ retention: RetentionPlanner) -> [Hold] {
        catalog.listedViewSets.filter { catalog.viewSets[$0] == nil }.flatMap { viewSet -> [Hold] in
            guard let (policy, _) = policies.evolution(of: viewSet) else { return [] }
            var held = HeldRows()
            for row in catalog.partitions[catalog.index(before: viewSet)..<catalog.index(after: viewSet)]
            where retention.verdict(on: row) == nil {
                held.add(row, policy: policy, reason: .unknownViewSet)
            }
            return held.holds
        }
    }

    /// Names in policies that mean nothing in this lake: misspelt ones, as a rule.
    private func unknownViewSets(_ catalog: Catalog) -> [Stop] {
        let known = Set(catalog.viewSets.keys).union(catalog.listedViewSets)
        return policies.policies.flatMap { policy -> [Stop] in
            guard case .viewSets(let names) = policy.match else { return [] }
            return names.filter { !known.contains($0) }.map {
                .unknownViewSet(policy: policy.name, name: $0, nearest: nearestName(to: $0, among: known))
            }
        }
    }
}

/// Why nothing is done.
public struct PlanRefused: Error, Sendable, Hashable {
    /// Every reason found; not empty.
    public var stops: [Stop]
    /// What would have been done: to be shown, never followed.
    public var plan: Plan
}

extension Hold {
    /// The hold without some rows; nil where none is left.
    func without(_ leaves: (Partition) -> Bool) -> Hold? {
        var hold = self
        hold.partitions.removeAll(where: leaves)
        return hold.partitions.isEmpty ? nil : hold
    }
}
