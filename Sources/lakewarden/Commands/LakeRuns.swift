import AsyncIO
import Warden

/// What the commands ask of the rest of the program: the one place where they meet the lake and the audit log.
struct LakeRuns: Sendable {
    /// Asked once, with the plan, before anything irreversible; not asked where there is nothing to do or a guard
    /// rail refuses.
    typealias Consent = @Sendable (RunReport) async -> Bool
    /// Told what happens; it must not wait.
    typealias Progress = @Sendable (RunProgress) -> Void

    /// Plans, and unless it is a dry run follows the plan once consent is given.
    ///
    /// It throws `RunFailure` where it cannot go on.
    var run: @Sendable (RunRequest, @escaping Consent, @escaping Progress) async throws -> RunReport

    /// Reads an audit log from its first record to its last.
    ///
    /// It throws `RunFailure` where the folder cannot be read.
    var verifyAudit: @Sendable (_ folder: String) async throws -> AuditReport
}

extension LakeRuns {
    /// The lake and the audit log themselves.
    static let live = LakeRuns(
        run: { request, consent, progress in
            try await EventLoop.withLoop(name: "lakewarden") { loop in
                try await stopping(on: loop, progress) { isStopping in
                    try await Run(
                        request, on: loop, progress: progress, isStopping: { isStopping.withLock { $0 } },
                        confirm: consent
                    ).perform()
                }
            }
        },
        verifyAudit: { try AuditReport(verifying: $0) })

    /// Lets SIGINT and SIGTERM ask a run to stop: it ends between two calls, so that nothing is left half done. The
    /// second one ends the program as it would without this.
    private static func stopping<R: Sendable>(
        on loop: EventLoop, _ progress: @escaping Progress, _ run: @escaping @Sendable (Lock<Bool>) async throws -> R
    ) async throws -> R {
        let isStopping = Lock(false)
        // The task alone holds the source: once it has heard of one signal, the next does what signals do.
        let listener = Task(executorPreference: loop) { [source = try SignalSource(on: loop)] in
            _ = try await source.next()
            isStopping.withLock { $0 = true }
            progress(.stopping)
        }
        defer { listener.cancel() }
        return try await run(isStopping)
    }
}
