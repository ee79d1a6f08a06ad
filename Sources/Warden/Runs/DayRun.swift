import Micromegas
import PartitionLifecycle
import UTCTime

/// The rebuild of one day: its views in dependency order, the daily merges last.
struct DayRun {
    let context: RunContext
    let day: DayRebuild

    private var outcomes: [String: RebuildOutcome] = [:]
    private var stoppedBecause: String?

    init(context: RunContext, day: DayRebuild) {
        self.context = context
        self.day = day
    }

    /// Rebuilds the day.
    ///
    /// - Parameter catalog: The latest listing; the last one made comes back.
    /// - Returns: An outcome a view, in the plan's order.
    mutating func perform(_ catalog: inout Catalog) async throws -> [RebuildOutcome] {
        var waiting: [ViewRebuild] = []
        for rebuild in day.views {
            let run = ViewRun(context: context, rebuild: rebuild)
            if stoppedBecause == nil, try await context.waitForPause() { catalog = try await context.list() }
            if let reason = reasonToSkip(rebuild) {
                end(run.outcome(.skipped(finding: reason)))
                continue
            }
            switch try await run.shadow(from: catalog) {
            case .ended(let outcome, let stopsDay):
                end(outcome)
                if stopsDay { stop(rebuild) }
                catalog = try await context.list()
            case .proved(let summary, let listed):
                catalog = listed
                // Old and new blocks side by side double what just-in-time queries write: they merge at once.
                if rebuild.finalLength <= .hours(1) || rebuild.viewSet == Catalog.blocks {
                    try await merge(run, summary, &catalog)
                } else {
                    waiting.append(rebuild)
                }
            }
        }
        for rebuild in waiting { try await mergeLate(rebuild, &catalog) }
        return day.views.compactMap { outcomes[$0.viewSet] }
    }

    /// A merge some time after its comparison: everything is listed, counted and compared again.
    private mutating func mergeLate(_ rebuild: ViewRebuild, _ catalog: inout Catalog) async throws {
        let run = ViewRun(context: context, rebuild: rebuild)
        if stoppedBecause == nil { _ = try await context.waitForPause() }
        if let reason = stoppedBecause ?? (context.isStopping() ? RunContext.asked : nil) {
            end(
                run.outcome(
                    .skipped(finding: "\(reason); its new rows stand beside the old ones, the next run merges them")))
            return
        }
        catalog = try await context.list()
        switch try await run.compare(in: catalog) {
        case .ended(let outcome, let stopsDay):
            end(outcome)
            if stopsDay { stop(rebuild) }
        case .proved(let summary, let listed):
            catalog = listed
            try await merge(run, summary, &catalog)
        }
    }

    /// A merge right after its comparison.
    private mutating func merge(_ run: ViewRun, _ summary: ProofSummary, _ catalog: inout Catalog) async throws {
        // After a pause it is one some time after it.
        if try await context.waitForPause() { return try await mergeLate(run.rebuild, &catalog) }
        let (outcome, after, stopsDay) = try await run.merge(summary, in: catalog)
        catalog = after
        end(outcome)
        if stopsDay { stop(run.rebuild) }
    }

    private func reasonToSkip(_ rebuild: ViewRebuild) -> String? {
        if let stoppedBecause { return stoppedBecause }
        if context.isStopping() { return RunContext.asked }
        // A view whose merge waits is whole already: its shadows cover it.
        let missing = rebuild.reads.first { outcomes[$0].map { $0.state != .proved } ?? false }
        return missing.map { "it reads \($0), which was not rebuilt" }
    }

    private mutating func stop(_ rebuild: ViewRebuild) {
        stoppedBecause = stoppedBecause ?? "the day stopped at \(rebuild.viewSet)"
    }

    private mutating func end(_ outcome: RebuildOutcome) {
        outcomes[outcome.viewSet] = outcome
        context.progress(.rebuilt(outcome))
    }
}
