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
                try await stopping(on: loop, progress) { stop in
                    try await Run(
                        request, on: loop, progress: progress, isStopping: { stop.isAsked },
                        confirm: { report in
                            let agrees = await consent(report)
                            if agrees { try stop.begin() } else { try Task.checkCancellation() }
                            return agrees
                        }
                    ).perform()
                }
            }
        },
        verifyAudit: { try AuditReport(verifying: $0) })

    /// Lets SIGINT and SIGTERM ask a run to stop. As long as it only reads it is cancelled, whatever it waits for; then it
    /// ends between two calls, so that nothing is left half done. The second signal ends the program as it would without
    /// this.
    private static func stopping<R: Sendable>(
        on loop: EventLoop, _ progress: @escaping Progress, _ run: @escaping @Sendable (Stop) async throws -> R
    ) async throws -> R {
        let stop = Stop()
        let source = try SignalSource(on: loop)
        let work = Task { try await run(stop) }
        // The task alone holds the source: once it has heard of one signal, the next does what signals do.
        let listener = Task(executorPreference: loop) { [source = consume source] in
            _ = try await source.next()
            if stop.ask() { work.cancel() } else { progress(.stopping) }
        }
        defer { listener.cancel() }
        return try await work.value
    }
}

/// What a run and a signal know of each other.
private final class Stop: Sendable {
    private let state = Lock((isAsked: false, hasBegun: false))

    /// Whether the run is to end.
    var isAsked: Bool { state.withLock { $0.isAsked } }

    /// Asks the run to end.
    ///
    /// - Returns: Whether it has done nothing but read, and will not.
    func ask() -> Bool {
        state.withLock { state in
            state.isAsked = true
            return !state.hasBegun
        }
    }

    /// Lets a run go beyond reading.
    ///
    /// - Throws: `CancellationError` where it was asked to end.
    func begin() throws(CancellationError) {
        try state.withLock { state throws(CancellationError) in
            if state.isAsked { throw CancellationError() }
            state.hasBegun = true
        }
    }
}
