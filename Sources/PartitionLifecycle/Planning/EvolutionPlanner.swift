import UTCTime

/// Decides which old global rows are rebuilt, and why the others are held: day by day, newest first, and on each day
/// view by view in the order in which they are made, for a view can only be rebuilt from what is whole by then.
struct EvolutionPlanner {
    /// What becomes of the old rows of one view and day.
    enum Verdict {
        /// They are rebuilt, but for those that no merge would take.
        case rebuild(ViewRebuild, leftOver: [Hold])
        /// They are held.
        case hold(Hold)
    }

    /// What was decided.
    struct Outcome {
        /// The rebuilds, newest day first.
        var days: [DayRebuild] = []
        /// The held rows; those past a retention's age are among them.
        var holds: [Hold] = []
        /// The decisions by day and view set.
        var verdicts: [CalendarDay: [String: Verdict]] = [:]
    }

    let policies: PolicySet
    let lake: LakeIndex
    let evidence: Evidence
    let borders: Borders
    let retention: RetentionPlanner

    /// Decides over the whole lake.
    func decide() -> Outcome {
        var outcome = Outcome()
        var work: [CalendarDay: Set<String>] = [:]
        for viewSet in lake.order where policies.evolution(of: viewSet) != nil {
            for day in lake[viewSet].old.days { work[day, default: []].insert(viewSet) }
        }
        for day in work.keys.sorted(by: >) {
            var verdicts: [String: Verdict] = [:]
            var rebuilds: [ViewRebuild] = []
            for viewSet in lake.order where work[day]?.contains(viewSet) == true {
                guard let verdict = verdict(on: viewSet, day, verdicts) else { continue }
                verdicts[viewSet] = verdict
                switch verdict {
                case .hold(let hold): outcome.holds.append(hold)
                case .rebuild(let rebuild, let leftOver):
                    rebuilds.append(rebuild)
                    outcome.holds += leftOver
                }
            }
            outcome.verdicts[day] = verdicts
            if !rebuilds.isEmpty { outcome.days.append(DayRebuild(day: day, views: rebuilds)) }
        }
        return outcome
    }

    /// The verdict on one view and day; nil where retention takes every old row of it.
    private func verdict(on viewSet: String, _ day: CalendarDay, _ earlier: [String: Verdict]) -> Verdict? {
        guard let (policy, soak) = policies.evolution(of: viewSet), let view = lake.catalog.viewSets[viewSet] else {
            return nil
        }
        let touching = lake[viewSet].old.rows(touching: day)
        let old = touching.filter { $0.day == day }
        if old.allSatisfy({ retention.verdict(on: $0) != nil }) { return nil }
        func hold(_ reason: Hold.Reason, _ rows: [Partition]) -> Hold {
            Hold(policy: policy, viewSet: viewSet, day: day, partitions: rows, reason: reason)
        }
        if let reason = tooNewOrOld(old) ?? soaking(viewSet, soak) { return .hold(hold(reason, old)) }
        guard view.hasGlobalInstance, ProofRule(for: view) != nil else { return .hold(hold(.notProvable, old)) }
        let geometry: RebuildGeometry
        do throws(RebuildGeometry.Misaligned) {
            geometry = try RebuildGeometry(old: touching, day: day, largest: view.largestPartition)
        } catch {
            return .hold(hold(.misaligned(error.row), old))
        }
        if let begin = geometry.buckets.first?.begin, begin < borders.oldest {
            return .hold(hold(.expiring(at: borders.deletion(of: begin)), old))
        }
        if let reason = failedBefore(view, day, old)
            ?? LastCopyCheck(lake: lake, evidence: evidence)
            .reason(view: view, old: old, buckets: geometry.buckets, day: day)
        {
            return .hold(hold(reason, old))
        }
        let standing = StandingRows(coverage: lake[viewSet].coverage, geometry: geometry)
        if let row = standing.inTheWay { return .hold(hold(.currentRowsInTheWay(row), old)) }
        let leftOver = standing.finished.map { bucket, row in
            hold(.leftOver(under: row), old.filter { bucket.contains($0.range) })
        }
        guard !standing.open.isEmpty else {
            return .hold(hold(leftOver.first?.reason ?? .notProvable, old))
        }
        if let reason = InputCheck(lake: lake, verdicts: earlier).reason(view: view, ranges: standing.open) {
            return .hold(hold(reason, old))
        }
        return .rebuild(
            ViewRebuild(
                viewSet: viewSet, day: day, policy: policy, currentHash: view.currentHash, reads: view.reads,
                old: old.filter { row in standing.open.contains { $0.contains(row.range) } },
                shadowLength: geometry.shadowLength, finalLength: geometry.finalLength, buckets: standing.open,
                shadowRanges: standing.untiledRuns()),
            leftOver: leftOver)
    }

    private func tooNewOrOld(_ old: [Partition]) -> Hold.Reason? {
        // The day is worked on as a whole: a bucket may reach to its end.
        guard let day = old.first?.day else { return nil }
        let end = max(day.end, old.map(\.range.end).max() ?? day.end)
        return end > borders.newest ? .tooRecent(until: borders.reached(by: end)) : nil
    }

    private func soaking(_ viewSet: String, _ soak: Duration) -> Hold.Reason? {
        guard soak > .zero else { return nil }
        let age = lake[viewSet].firstCurrent.map { lake.catalog.now - $0 }
        if let age, age >= soak { return nil }
        return .soaking(youngerThan: soak, age: age)
    }

    /// Whether an earlier comparison of these rows failed. A shadow call may have taken empty rows since: they do not
    /// make it another case.
    private func failedBefore(_ view: ViewSet, _ day: CalendarDay, _ old: [Partition]) -> Hold.Reason? {
        let now = Set(old.map(\.identity))
        let proof = evidence.failedProofs.last { proof in
            guard proof.isGlobal, proof.viewSet == view.name, proof.day == day, proof.currentHash == view.currentHash
            else {
                return false
            }
            let then = Set(proof.old)
            return now.isSubset(of: then) && then.subtracting(now).allSatisfy { $0.file == nil }
        }
        return proof.map { .earlierProofFailed($0.finding) }
    }
}

extension PolicySet {
    /// The first evolution policy that speaks of a view set.
    func evolution(of viewSet: String) -> (policy: String, soak: Duration)? {
        for policy in policies where policy.match.contains(viewSet) {
            if case .schemaEvolution(let soak) = policy.rule { return (policy.name, soak) }
        }
        return nil
    }
}
