import AsyncIO
import Micromegas
import PartitionLifecycle
import UTCTime

/// The audit log as a run writes it: an intent before each call, its outcome after it, and what a listing showed.
actor RunJournal {
    private let log: AuditLog
    /// What earlier runs left behind.
    nonisolated let history: AuditHistory
    private var made: [String: Set<InsertRange>] = [:]

    private init(_ log: AuditLog) {
        self.log = log
        self.history = log.history
    }

    /// Opens the log for one run and closes it on every way out.
    static func withJournal<R>(
        folder: String, _ body: (RunJournal) async throws -> R
    ) async throws -> R {
        let log = try await AuditLog(folder: folder, run: runName(), now: { Timestamp.machineNow })
        do {
            let result = try await body(RunJournal(log))
            await log.close()
            return result
        } catch {
            await log.close()
            throw error
        }
    }

    /// A name that no two runs share: the start to a second, and a random number.
    private static func runName() -> String {
        let start = Timestamp.machineNow.rfc3339(fractionDigits: 0).filter { $0 != "-" && $0 != ":" }
        return "\(start)-\(String(UInt32.random(in: 0x1000_0000...UInt32.max), radix: 16))"
    }

    /// The last record.
    var head: AuditHead {
        get async {
            let head = await log.head
            return AuditHead(sequence: Int(head.sequence), hash: head.hash)
        }
    }

    // MARK: The run

    func began(_ request: RunRequest) async throws {
        let names = request.policies.policies.map(\.name).joined(separator: ", ")
        try await log.append(
            AuditEntry(
                .runStarted,
                reason: AuditReason(rule: "run", values: ["lake": request.policies.lake.uri, "policies": names])))
    }

    func planned(_ report: RunReport) async throws {
        let plan = report.plan
        let values = [
            "plan": report.planID, "days": "\(plan.days.count)",
            "rebuild": "\(plan.days.flatMap(\.views).reduce(0) { $0 + $1.old.count })",
            "retire": "\(plan.retirements.reduce(0) { $0 + $1.partitions.count })",
            "held": "\(plan.holds.reduce(0) { $0 + $1.partitions.count })",
        ]
        try await log.append(AuditEntry(.plan, reason: AuditReason(rule: "plan", values: values)))
    }

    func refused(_ stops: [Stop]) async throws {
        try await log.append(
            AuditEntry(
                .refused, reason: AuditReason(rule: "guard_rail"),
                answer: AuditAnswer("refused", rows: stops.map { "\($0.title): \($0.who): \($0.why)" })))
    }

    func ended(_ report: RunReport) async throws {
        let word =
            switch report.conclusion {
            case .planned: "planned"
            case .declined: "declined"
            case .refused: "refused"
            case .applied: "applied"
            case .interrupted: "interrupted"
            }
        try await log.append(AuditEntry(.runFinished, answer: AuditAnswer(word)))
    }

    /// Leaves a failure in the log, if the log still takes it, and says in which state things are.
    func failed(_ failure: RunFailure) async -> RunFailure {
        var failure = failure
        failure.mayHaveChanged = hasActed
        if hasActed {
            failure.state = "calls were sent before it; the audit log names them, and a dry run shows the lake as it is"
        }
        let entry = AuditEntry(.runFinished, answer: AuditAnswer("failed", text: "\(failure.what): \(failure.why)"))
        if let record = try? await log.append(entry) { failure.state += "; audit record \(record.sequence)" }
        return failure
    }

    private var hasActed = false

    // MARK: Calls

    fileprivate static let shadowRule = "schema_evolution.shadow"

    /// A call that is about to be sent.
    struct Intent {
        let subject: AuditSubject
        let reason: AuditReason
        let call: String
    }

    /// Writes what a materialization is about to make and every row that it may remove.
    func intend(_ call: MaterializeCall, of rebuild: ViewRebuild, isMerge: Bool) async throws -> Intent {
        let sql = try MaterializationCall(call).sql
        // What stands already is not made by this call, and may be somebody else's.
        let standing = Set(call.mayRemove.filter { $0.identity.schemaHash == call.schemaHash }.map(\.range))
        let makes = call.buckets.filter { isMerge || !standing.contains($0) }
        let intent = Intent(
            subject: AuditSubject(
                viewSet: call.viewSet, day: rebuild.day, schemaHash: call.schemaHash, partitions: call.mayRemove,
                makes: makes),
            reason: AuditReason(
                policy: rebuild.policy, rule: isMerge ? "schema_evolution.merge" : Self.shadowRule,
                values: ["length_seconds": "\(call.delta.wholeSeconds)", "may_remove": "\(call.mayRemove.count)"]),
            call: sql)
        try await write(intent)
        if !isMerge { made[call.viewSet, default: []].formUnion(makes) }
        return intent
    }

    /// Writes which rows a retire call is about to remove.
    func intend(_ call: RetireCall, removing rows: [Partition], reason: RetireRun.Reason) async throws -> Intent {
        let intent = Intent(
            subject: AuditSubject(viewSet: rows.first?.identity.viewSet, partitions: rows),
            reason: reason.auditReason, call: call.sql)
        try await write(intent)
        return intent
    }

    private func write(_ intent: Intent) async throws {
        try await log.append(
            AuditEntry(.intent, subject: intent.subject, reason: intent.reason, call: intent.call))
        hasActed = true
    }

    func conclude(_ intent: Intent, answer: MaterializeAnswer, failure: String?) async throws {
        let status = failure != nil ? "lost" : answer.trouble.isEmpty ? "ok" : "trouble"
        let text = failure ?? answer.trouble.first
        try await conclude(intent, AuditAnswer(status, text: text, rows: answer.messages))
    }

    func conclude(_ intent: Intent, _ answer: AuditAnswer) async throws {
        let subject = AuditSubject(
            viewSet: intent.subject.viewSet, day: intent.subject.day, schemaHash: intent.subject.schemaHash)
        try await log.append(AuditEntry(.outcome, subject: subject, reason: intent.reason, answer: answer))
    }

    /// Just-in-time rows of the plan that a look at their payloads held: they stay held until they or the server's hash
    /// change.
    func held(
        _ findings: [PartitionIdentity: String], of retirement: Retirement, in catalog: Catalog
    ) async throws {
        let rows = retirement.partitions.filter { findings[$0.identity] != nil }
        for (day, rows) in Dictionary(grouping: rows, by: { CalendarDay(containing: $0.range.begin) }) {
            for (finding, rows) in Dictionary(grouping: rows, by: { findings[$0.identity] ?? "" }) {
                try await log.append(
                    AuditEntry(
                        .proofFailed,
                        subject: AuditSubject(
                            viewSet: retirement.viewSet, day: day,
                            schemaHash: catalog.viewSets[retirement.viewSet]?.currentHash, partitions: rows),
                        reason: RetireRun.Reason.planned(retirement).auditReason,
                        answer: AuditAnswer("failed", text: finding)))
            }
        }
    }

    // MARK: What a listing showed

    /// The ranges of shadows of a view that this agent made, in this run or an earlier one.
    func shadows(viewSet: String, hash: SchemaHash) -> Set<InsertRange> {
        history.shadows(of: viewSet, at: hash).union(made[viewSet] ?? [])
    }

    /// Shadows are listed beside the old rows; of rows that stand there too, only those that this agent made are named.
    func shadowed(_ rebuild: ViewRebuild, rows: [Partition]) async throws {
        let own = shadows(viewSet: rebuild.viewSet, hash: rebuild.currentHash)
        let rows = rows.filter { own.contains($0.range) }
        try await log.append(
            AuditEntry(
                .shadowsMade,
                subject: AuditSubject(
                    viewSet: rebuild.viewSet, day: rebuild.day, schemaHash: rebuild.currentHash, partitions: rows)))
    }

    /// A comparison found nothing missing.
    func proved(_ rebuild: ViewRebuild, _ summary: ProofSummary) async throws {
        let values = [
            "rows_before": "\(summary.oldRows)", "rows_after": "\(summary.newRows)",
            "source_before": "\(summary.oldSource)", "source_after": "\(summary.newSource)",
        ]
        try await log.append(
            AuditEntry(
                .verified, subject: AuditSubject(viewSet: rebuild.viewSet, day: rebuild.day),
                reason: AuditReason(policy: rebuild.policy, rule: "schema_evolution.compare", values: values),
                answer: AuditAnswer("proved")))
    }

    /// A comparison failed: it holds the view and day until hashes or old rows change.
    func proofFailed(_ rebuild: ViewRebuild, finding: String) async throws {
        try await log.append(
            AuditEntry(
                .proofFailed,
                subject: AuditSubject(
                    viewSet: rebuild.viewSet, day: rebuild.day, schemaHash: rebuild.currentHash,
                    partitions: rebuild.old),
                reason: AuditReason(policy: rebuild.policy, rule: "schema_evolution.compare"),
                answer: AuditAnswer("failed", text: finding)))
    }

    /// What a listing after a merge, or after a lost answer, showed. Only what is done names the hash: that record ends
    /// whatever earlier ones hold against the view's day.
    func verified(_ rebuild: ViewRebuild, _ outcome: MergeOutcome) async throws {
        let (status, text): (String, String?) =
            switch outcome {
            case .done: ("done", nil)
            case .notDone: ("not_done", nil)
            case .unknown(let finding): ("unknown", finding)
            }
        try await log.append(
            AuditEntry(
                .verified,
                subject: AuditSubject(
                    viewSet: rebuild.viewSet, day: rebuild.day,
                    schemaHash: outcome == .done ? rebuild.currentHash : nil),
                reason: AuditReason(policy: rebuild.policy, rule: "listing"), answer: AuditAnswer(status, text: text)))
    }

    /// What a listing after a retire call showed.
    func verified(_ intent: Intent, gone: Int, left: [Partition]) async throws {
        try await log.append(
            AuditEntry(
                .verified, subject: AuditSubject(partitions: left),
                reason: AuditReason(policy: intent.reason.policy, rule: "listing", values: ["gone": "\(gone)"]),
                answer: AuditAnswer(left.isEmpty ? "done" : "not_done")))
    }
}

extension AuditHistory {
    /// The ranges of shadows of a view that earlier runs made.
    func shadows(of viewSet: String, at hash: SchemaHash) -> Set<InsertRange> {
        // A run that broke off between a shadow call and its listing left an intent that names what the call makes.
        let unlisted = unknownCalls.filter {
            $0.entry.reason?.rule == RunJournal.shadowRule && $0.entry.subject.viewSet == viewSet
                && $0.entry.subject.schemaHash == hash
        }
        return madeShadows(of: viewSet, at: hash).union(unlisted.flatMap(\.entry.subject.makes))
    }
}

extension RetireRun.Reason {
    fileprivate var auditReason: AuditReason {
        switch self {
        case .planned(let retirement):
            switch retirement.reason {
            case .rebuiltWhenQueried(let hash):
                AuditReason(
                    policy: retirement.policy, rule: "schema_evolution.just_in_time", values: ["old_hash": "\(hash)"])
            case .doubled: AuditReason(policy: retirement.policy, rule: "schema_evolution.doubled")
            case .age(let kept):
                AuditReason(
                    policy: retirement.policy, rule: "retention",
                    values: ["newer_than_seconds": "\(kept.wholeSeconds)"])
            }
        case .shadowsOfFailedProof(let rebuild, let finding):
            AuditReason(
                policy: rebuild.policy, rule: "schema_evolution.failed_comparison", values: ["finding": finding])
        }
    }
}
