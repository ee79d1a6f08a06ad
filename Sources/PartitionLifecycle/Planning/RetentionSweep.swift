import UTCTime

/// Gathers the rows that are past their age, once the rebuilds are known: what a rebuild reads or merges stays.
struct RetentionSweep {
    let retention: RetentionPlanner
    let policies: PolicySet
    let rebuilds: EvolutionPlanner.Outcome

    private struct RetiredKey: Hashable {
        var policy: String
        var viewSet: String
        var keep: Duration
    }

    /// What goes, and what stays although it is past its age; in the order of the policy file.
    func sweep(_ catalog: Catalog) -> (retirements: [Retirement], holds: [Hold]) {
        var retired = OrderedGroups<RetiredKey>()
        var held = HeldRows()
        let days = Dictionary(rebuilds.days.map { ($0.day, $0.views) }, uniquingKeysWith: +)
        for row in catalog.partitions {
            let viewSet = row.identity.viewSet
            switch retention.verdict(on: row) {
            case nil: continue
            case .hold(let policy, let reason):
                if isRebuilt(row, days) { continue }
                held.add(row, policy: policy, reason: reason)
            case .retire(let policy, let keep):
                if isRebuilt(row, days) { continue }
                if row.isGlobal, catalog.isCurrent(row), let reader = reader(of: row, days) {
                    held.add(row, policy: policy, reason: .neededByRebuild(reader))
                } else {
                    retired.add(row, to: RetiredKey(policy: policy, viewSet: viewSet, keep: keep))
                }
            }
        }
        let places = Dictionary(
            policies.policies.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        return (
            retired.groups.sorted { places[$0.0.policy] ?? 0 < places[$1.0.policy] ?? 0 }.map {
                Retirement(
                    policy: $0.policy, viewSet: $0.viewSet, partitions: $1, reason: .age(keepNewerThan: $0.keep))
            },
            held.holds
        )
    }

    /// Whether evolution took the row, because its day is only partly past the age.
    private func isRebuilt(_ row: Partition, _ days: [CalendarDay: [ViewRebuild]]) -> Bool {
        row.isGlobal
            && days[row.day]?.contains { $0.viewSet == row.identity.viewSet && $0.old.contains(row) } == true
    }

    /// A rebuild that reads a row of the current hash, or merges it.
    private func reader(of row: Partition, _ days: [CalendarDay: [ViewRebuild]]) -> String? {
        let viewSet = row.identity.viewSet
        let touched = [row.day, row.range.lastDay].flatMap { days[$0] ?? [] }
        return touched.first { rebuild in
            (rebuild.viewSet == viewSet || rebuild.reads.contains(viewSet))
                && rebuild.buckets.contains { $0.meets(row.range) }
        }?.viewSet
    }
}
