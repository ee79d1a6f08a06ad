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
        run: { _, _, _ in throw notBuiltIn("runs") },
        verifyAudit: { _ in throw notBuiltIn("audit logs") })

    private static func notBuiltIn(_ what: String) -> RunFailure {
        RunFailure(
            what: "this build does not do \(what) yet", why: "its part is not joined to the command line",
            cure: "use a build that has it")
    }
}
