import Micromegas
import PartitionLifecycle
import UTCTime

/// How one step of a rebuild, one call or several, came to its end.
enum StepEnd {
    /// Every call was answered as expected.
    case answered
    /// A row of an answer is a failure or not known: what, for people. Nothing further was sent.
    case trouble(String)
    /// An answer did not come to its end: what the calls did is not known. Nothing further was sent.
    case lost(String)
    /// The run was asked to stop while it waited, as people read it. Nothing further was sent.
    case stopped(String)
}

extension RunContext {
    /// Sends calls one after another, each between its intent and its outcome in the audit log.
    ///
    /// - Throws: Only what comes before a call is sent, and a failure of the audit log. A call that fails is the end.
    func send(
        _ calls: [MaterializeCall], of rebuild: ViewRebuild, stage: RunProgress.Stage
    ) async throws -> StepEnd {
        var done = 0
        let total = calls.reduce(0) { $0 + $1.buckets.count }
        for call in calls {
            if let why = call.objection { return .trouble("the call is not sent: \(why)") }
            // A merge has waited before it was decided.
            if stage == .shadow, try await waitForPause(), isStopping() { return .stopped(Self.asked) }
            let intent = try await journal.intend(call, of: rebuild, isMerge: stage == .merge)
            var answer = MaterializeAnswer(to: call, isMerge: stage == .merge)
            var failure: String?
            do {
                try await lake.materialize(call) { row, message in
                    answer.take(row, message: message)
                    if row.opened != nil {
                        progress(
                            .stage(
                                rebuild.day, viewSet: rebuild.viewSet, stage, done: done + answer.bucketsOpened,
                                of: total))
                    }
                }
                answer.finish()
            } catch {
                failure = "\(error)"
            }
            try await journal.conclude(intent, answer: answer, failure: failure)
            if let failure { return .lost(failure) }
            if let first = answer.trouble.first { return .trouble(first) }
            done += answer.bucketsOpened
        }
        return .answered
    }

    /// Lists until two listings in a row show the same rows of a view: after a lost answer the server may still commit.
    ///
    /// - Returns: The last listing, and whether it had come to rest.
    func settle(_ viewSet: String) async throws -> (catalog: Catalog, isSettled: Bool) {
        await lake.disconnect()
        var last = try await list()
        for _ in 0..<6 {
            progress(.waiting(reason: "what a call did is read from the catalog until it rests", Self.settling))
            try await lake.sleep(for: Self.settling)
            let next = try await list()
            if Array(next.partitions(of: viewSet)) == Array(last.partitions(of: viewSet)) { return (next, true) }
            last = next
        }
        return (last, false)
    }

    /// How long a lost call is given between two listings. A commit is one PostgreSQL transaction; the work before it
    /// is aborted when the connection closes (contract §1).
    static var settling: Duration { .seconds(5) }
}
