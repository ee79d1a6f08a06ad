import UTCTime

/// Decides on just-in-time rows of old hashes: a query of their instance makes them anew, so they are retired, once
/// what such a query reads is in order. Nothing is queried for that: a query of an instance is a materializing call.
struct InstancePlanner {
    let policies: PolicySet
    let lake: LakeIndex
    let evidence: Evidence
    let borders: Borders
    let retention: RetentionPlanner
    let removal: ExactRemoval
    /// What was decided on global rows.
    let rebuilds: EvolutionPlanner.Outcome

    /// What every just-in-time query reads (contract §2); `blocks` without regard to their hash.
    static let inputs = [Catalog.blocks, "processes", "streams"]

    /// Decides over the whole lake; rows that retention takes are left to it.
    func decide() -> (retirements: [Retirement], holds: [Hold]) {
        var retired = OrderedGroups<RetiredKey>()
        var held = HeldRows()
        var hours = HourFacts(planner: self)
        let failed = failedProofs()
        for viewSet in lake.order {
            guard let (policy, soak) = policies.evolution(of: viewSet) else { continue }
            let rows = oldInstances(of: viewSet)
            guard !rows.isEmpty else { continue }
            let soaking = soaking(viewSet, soak)
            let lastCopies = lastCopies(of: viewSet, among: rows)
            for row in rows {
                let early =
                    tooNewOrOld(row) ?? soaking ?? failed[row.identity].map(Hold.Reason.earlierProofFailed)
                    ?? lastCopies[CopyKey(row)]
                if let reason = early ?? hours.reason(for: row)
                    ?? (removal.call(for: row) == nil ? .notExactlyRemovable : nil)
                {
                    held.add(row, policy: policy, reason: reason)
                } else {
                    retired.add(
                        row,
                        to: RetiredKey(
                            policy: policy, viewSet: viewSet,
                            reason: .rebuiltWhenQueried(oldHash: row.identity.schemaHash)))
                }
            }
        }
        for row in doubledRows() {
            guard let (policy, _) = policies.evolution(of: row.identity.viewSet) else { continue }
            let viewSet = row.identity.viewSet
            if let reason = tooNewOrOld(row) ?? failed[row.identity].map(Hold.Reason.earlierProofFailed)
                ?? hours.reason(for: row) ?? (removal.call(for: row) == nil ? .notExactlyRemovable : nil)
            {
                held.add(row, policy: policy, reason: reason)
            } else {
                retired.add(row, to: RetiredKey(policy: policy, viewSet: viewSet, reason: .doubled))
            }
        }
        return (
            retired.groups.map {
                Retirement(policy: $0.policy, viewSet: $0.viewSet, partitions: $1, reason: $0.reason)
            },
            held.holds
        )
    }

    /// What earlier runs found when they looked at the payloads of rows, while the server's hash is the one of then.
    private func failedProofs() -> [PartitionIdentity: String] {
        var findings: [PartitionIdentity: String] = [:]
        for proof in evidence.failedProofs
        where !proof.isGlobal && lake.catalog.viewSets[proof.viewSet]?.currentHash == proof.currentHash {
            for row in proof.old { findings[row] = proof.finding }
        }
        return findings
    }

    private struct RetiredKey: Hashable {
        var policy: String
        var viewSet: String
        var reason: Retirement.Reason
    }

    /// The rows of one hash and day: one copy.
    private struct CopyKey: Hashable {
        var day: CalendarDay
        var hash: SchemaHash

        init(_ row: Partition) {
            day = row.day
            hash = row.identity.schemaHash
        }
    }

    /// Current rows that hold their objects twice, and that retention leaves.
    private func doubledRows() -> [Partition] {
        lake.catalog.partitions.filter {
            evidence.doubled.contains($0.identity) && !$0.isGlobal && lake.catalog.isCurrent($0)
                && retention.verdict(on: $0) == nil
        }
    }

    private func oldInstances(of viewSet: String) -> [Partition] {
        let catalog = lake.catalog
        return catalog.partitions[catalog.index(before: viewSet)..<catalog.index(after: viewSet)].filter {
            !$0.isGlobal && !catalog.isCurrent($0) && retention.verdict(on: $0) == nil
        }
    }

    private func tooNewOrOld(_ row: Partition) -> Hold.Reason? {
        if row.age(at: lake.catalog.now) < policies.guardRails.minimumAge {
            return .tooRecent(until: row.range.end + policies.guardRails.minimumAge)
        }
        return row.range.begin < borders.oldest ? .expiring(at: borders.deletion(of: row.range.end)) : nil
    }

    /// A view set that nobody queried since the upgrade has no row of its own to tell how old its hash is: there the
    /// rows of `blocks`, which the same server writes, tell it.
    private func soaking(_ viewSet: String, _ soak: Duration) -> Hold.Reason? {
        guard soak > .zero else { return nil }
        let catalog = lake.catalog
        let own = catalog.partitions[catalog.index(before: viewSet)..<catalog.index(after: viewSet)].lazy
            .filter(catalog.isCurrent).map(\.updated).min()
        let age = (own ?? lake[Catalog.blocks].firstCurrent).map { catalog.now - $0 }
        if let age, age >= soak { return nil }
        return .soaking(youngerThan: soak, age: age)
    }

    private func lastCopies(of viewSet: String, among rows: [Partition]) -> [CopyKey: Hold.Reason] {
        let check = LastCopyCheck(lake: lake, evidence: evidence)
        // A row that reaches into the next day says nothing of either day's sum.
        let copies = Dictionary(grouping: rows.filter { $0.range.lastDay == $0.day }, by: CopyKey.init)
        return copies.compactMapValues { copy in
            copy.first.flatMap { check.reason(instancesOf: viewSet, recorded: copy.sum(\.sourceCount), day: $0.day) }
        }
    }
}
