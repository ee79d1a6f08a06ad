public import AsyncIO
import Micromegas
import PartitionLifecycle
import UTCTime

/// One run: reads a lake, plans, and, where it is asked to, follows the plan and proves what it did.
///
/// A dry run lists and counts; it changes neither the lake nor the audit log, and needs no lock.
public struct Run: Sendable {
    /// What is asked for.
    public var request: RunRequest
    /// Where connections and timers live.
    public var loop: EventLoop
    /// Told what happens as it happens.
    public var progress: @Sendable (RunProgress) -> Void
    /// Whether to stop between two calls.
    public var isStopping: @Sendable () -> Bool
    /// Shown the plan before anything is done; nothing is, unless it answers yes.
    public var confirm: @Sendable (RunReport) async throws -> Bool

    /// A run.
    public init(
        _ request: RunRequest, on loop: EventLoop, progress: @escaping @Sendable (RunProgress) -> Void,
        isStopping: @escaping @Sendable () -> Bool,
        confirm: @escaping @Sendable (RunReport) async throws -> Bool
    ) {
        self.request = request
        self.loop = loop
        self.progress = progress
        self.isStopping = isStopping
        self.confirm = confirm
    }

    /// Performs the run.
    ///
    /// - Throws: ``RunFailure`` saying what happened, why, what to do, and what state things are in; `CancellationError`
    ///   where a dry run was cancelled.
    public func perform() async throws -> RunReport {
        try await failing(journal: nil) {
            if request.dryRun {
                let history = try AuditLog.history(folder: request.auditFolder)
                return try await withLake {
                    try await PlannedRun(request.policies, lake: $0, history: history, progress: progress).report
                }
            }
            return try await RunJournal.withJournal(folder: request.auditFolder) { journal in
                try await failing(journal: journal) { try await apply(journal) }
            }
        }
    }

    private func apply(_ journal: RunJournal) async throws -> RunReport {
        try await journal.began(request)
        return try await withLake { lake in
            var run = try await PlannedRun(request.policies, lake: lake, history: journal.history, progress: progress)
            if case .refused(let stops) = run.report.conclusion {
                try await journal.refused(stops)
            } else if run.report.plan.isEmpty {
                run.finishWithoutSteps()
            } else if try await confirm(run.report) {
                try await journal.planned(run.report)
                try await run.follow(
                    RunContext(
                        lake: lake, journal: journal, policies: request.policies, progress: progress,
                        capabilities: run.capabilities, isStopping: isStopping))
            } else {
                run.report.conclusion = .declined
            }
            try await journal.ended(run.report)
            run.report.audit = await journal.head
            return run.report
        }
    }

    private func withLake<R>(_ body: (Lake) async throws -> R) async throws -> R {
        let lake = try Lake(request.policies.lake, on: loop)
        do {
            let result = try await body(lake)
            if let warning = lake.client.credentialsWarning { progress(.warning(warning)) }
            await lake.close()
            return result
        } catch {
            await lake.close()
            throw error
        }
    }

    /// Says every error as a ``RunFailure`` and leaves it in the audit log; a run without one lets its caller say that it was
    /// cancelled.
    private func failing<R>(journal: RunJournal?, _ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let failure as RunFailure {
            throw failure
        } catch is CancellationError {
            guard let journal else { throw CancellationError() }
            throw await journal.failed(.interrupted)
        } catch {
            var failure = RunFailure(explaining: error, lake: request.policies.lake)
            if let journal { failure = await journal.failed(failure) }
            throw failure
        }
    }
}
