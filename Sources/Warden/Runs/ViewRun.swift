import Micromegas
import PartitionLifecycle
import UTCTime

/// The rebuild of one view on one day: shadows, comparison, merge, each decided from a fresh listing.
struct ViewRun {
    let context: RunContext
    let rebuild: ViewRebuild

    /// Where a rebuild stands after its shadows were compared.
    enum Compared {
        /// Proved; the listing it was proved in.
        case proved(ProofSummary, Catalog)
        /// It goes no further.
        case ended(RebuildOutcome, stopsDay: Bool)
    }

    /// Makes the shadows and compares them with the old rows.
    func shadow(from catalog: Catalog) async throws -> Compared {
        let calls: [MaterializeCall]
        switch rebuild.shadowStep(in: catalog) {
        case .stop(let stop): return .ended(outcome(.skipped(finding: "\(stop)")), stopsDay: true)
        case .call(let needed): calls = needed
        }
        guard calls.isEmpty else {
            let end = try await context.send(calls, of: rebuild, stage: .shadow)
            return try await compare(after: end)
        }
        return try await compare(in: catalog)
    }

    private func compare(after end: StepEnd) async throws -> Compared {
        switch end {
        case .answered:
            let after = try await context.list()
            try await context.journal.shadowed(rebuild, rows: rebuild.newRows(in: after))
            return try await compare(in: after)
        case .trouble(let finding):
            let after = try await context.list()
            try await context.journal.shadowed(rebuild, rows: rebuild.newRows(in: after))
            let cleared = try await retireShadows(in: after, because: finding)
            return .ended(
                outcome(.failed(finding: finding + cleared.note + damage(in: cleared.catalog))), stopsDay: true)
        case .stopped(let finding):
            let after = try await context.list()
            try await context.journal.shadowed(rebuild, rows: rebuild.newRows(in: after))
            return .ended(
                outcome(.skipped(finding: "\(finding); the old rows stand, the next run goes on")),
                stopsDay: true)
        case .lost(let finding):
            let (after, isSettled) = try await context.settle(rebuild.viewSet)
            try await context.journal.shadowed(rebuild, rows: rebuild.newRows(in: after))
            guard isSettled else {
                return .ended(outcome(.unknown(finding: "\(finding); the catalog still changes")), stopsDay: true)
            }
            switch rebuild.shadowOutcome(after: after) {
            case .done: return try await compare(in: after)
            case .notDone:
                return .ended(
                    outcome(.skipped(finding: "\(finding); nothing was made, the old rows stand")), stopsDay: true)
            case .unknown(let gap):
                return .ended(outcome(.unknown(finding: "\(finding); \(gap)")), stopsDay: true)
            }
        }
    }

    /// Compares in a listing; counts are asked for right after it.
    func compare(in catalog: Catalog) async throws -> Compared {
        progress(.compare, done: 0)
        let counts = try await context.lake.counts(rebuild.countRequests(in: catalog), in: catalog)
        switch rebuild.compare(in: catalog, counts: counts) {
        case .proved(let summary):
            try await context.journal.proved(rebuild, summary)
            return .proved(summary, catalog)
        case .failed(let finding):
            // A failed proof holds the day, shadows and all: while some are left it is not told, so that the next run
            // compares them again and takes them away.
            let cleared = try await retireShadows(in: catalog, because: finding)
            if cleared.left == 0 { try await context.journal.proofFailed(rebuild, finding: finding) }
            return .ended(outcome(.failed(finding: finding + cleared.note)), stopsDay: false)
        }
    }

    /// Merges over the old rows what was proved in the same listing, and proves it again afterwards.
    ///
    /// - Returns: The outcome, a listing since, and whether the day must stop.
    func merge(_ proved: ProofSummary, in catalog: Catalog) async throws -> (RebuildOutcome, Catalog, stopsDay: Bool) {
        let calls: [MaterializeCall]
        switch rebuild.mergeStep(in: catalog) {
        case .stop(let stop): return (outcome(.skipped(finding: "\(stop)"), proved), catalog, true)
        case .call(let needed): calls = needed
        }
        let calledAt = try await context.lake.now()
        let end = try await context.send(calls, of: rebuild, stage: .merge)
        var lost: String?
        var trouble: String?
        var after: Catalog
        switch end {
        case .answered: after = try await context.list()
        case .trouble(let finding), .stopped(let finding):
            trouble = finding
            after = try await context.list()
        case .lost(let finding):
            lost = finding
            let settled = try await context.settle(rebuild.viewSet)
            if !settled.isSettled { trouble = "the catalog still changes" }
            after = settled.catalog
        }
        progress(.verify, done: 0)
        let found = rebuild.mergeOutcome(before: catalog, after: after, calledAt: calledAt)
        try await context.journal.verified(rebuild, found)
        if let trouble {
            return (outcome(.unknown(finding: trouble + damage(in: after)), proved, in: after), after, true)
        }
        switch found {
        case .notDone:
            let why = lost.map { "the answer was lost (\($0)) and" } ?? "the server said it was done and"
            return (outcome(.unknown(finding: "\(why) nothing was merged; the old rows stand"), proved), after, true)
        case .unknown(let finding):
            return (outcome(.unknown(finding: finding + damage(in: after)), proved, in: after), after, true)
        case .done: break
        }
        let counts = try await context.lake.counts(rebuild.countRequests(in: after), in: after)
        switch rebuild.compare(in: after, counts: counts) {
        case .proved(let summary): return (outcome(.proved, summary, in: after), after, false)
        case .failed(let finding):
            return (outcome(.unknown(finding: "after the merge: \(finding)"), proved, in: after), after, true)
        }
    }

    /// What became of shadows that were to go.
    private struct Cleared {
        /// How many are left.
        var left = 0
        /// What to add to the finding.
        var note = ""
        /// A listing since.
        var catalog: Catalog
    }

    /// Retires the shadows that did not compare, so that they are not taken for coverage.
    private func retireShadows(in catalog: Catalog, because finding: String) async throws -> Cleared {
        let made = await context.journal.shadows(viewSet: rebuild.viewSet, hash: rebuild.currentHash)
        let shadows = rebuild.retirableShadows(in: catalog, made: made)
        guard !shadows.isEmpty else { return Cleared(catalog: catalog) }
        var latest = catalog
        var result = RetireRun.Result()
        try await RetireRun(context: context).retire(
            shadows, reason: .shadowsOfFailedProof(rebuild: rebuild, finding: finding), &latest, &result)
        let left = shadows.count - result.gone
        let note =
            left == 0
            ? "; the \(result.gone) shadows were retired, every old row stands"
            : "; \(left) shadows are left: \(result.finding ?? "")"
        return Cleared(left: left, note: note, catalog: latest)
    }

    private func damage(in catalog: Catalog) -> String {
        let damaged = Damage(in: catalog, day: rebuild.day).partitions
        guard let first = damaged.first else { return "" }
        return "; \(damaged.count) partitions record a source and hold nothing, the first: \(first.identity); "
            + "regenerate_partitions over them makes them anew"
    }

    private func progress(_ stage: RunProgress.Stage, done: Int) {
        context.progress(
            .stage(rebuild.day, viewSet: rebuild.viewSet, stage, done: done, of: rebuild.buckets.count))
    }

    /// What is reported of this rebuild.
    func outcome(
        _ state: RebuildOutcome.State, _ summary: ProofSummary? = nil, in catalog: Catalog? = nil
    ) -> RebuildOutcome {
        let whole = catalog.map { catalog in
            let final = Set(rebuild.newRows(in: catalog).map(\.range))
            return rebuild.buckets.count { final.contains($0) }
        }
        return RebuildOutcome(
            day: rebuild.day, viewSet: rebuild.viewSet, state: state, bucketsDone: whole ?? 0,
            bucketsTotal: rebuild.buckets.count,
            rows: summary.map { .init(before: $0.oldRows, after: $0.newRows) },
            sources: summary.map { .init(before: $0.oldSource, after: $0.newSource) })
    }
}
