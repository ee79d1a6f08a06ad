import Micromegas
import PartitionLifecycle
import UTCTime

/// Retires rows by their exact identities, in batches, and reads from listings what became of them.
struct RetireRun {
    let context: RunContext

    /// Why rows are retired.
    enum Reason {
        /// The plan asks for it.
        case planned(Retirement)
        /// Shadows whose comparison failed while every old row was listed.
        case shadowsOfFailedProof(rebuild: ViewRebuild, finding: String)

        var isPlanned: Bool {
            if case .planned = self { true } else { false }
        }
    }

    /// What became of the rows.
    struct Result {
        var asked = 0
        var gone = 0
        var stillThere = 0
        var unknown = 0
        var held = 0
        var bytesGone: Int64 = 0
        /// Why rows are held, still there or unknown: the first reason found.
        private(set) var finding: String?

        mutating func note(_ finding: String) { self.finding = self.finding ?? finding }
    }

    /// Follows one retirement of the plan.
    func perform(_ retirement: Retirement, _ catalog: inout Catalog) async throws -> RetirementOutcome {
        var result = Result()
        // What is looked at from here on is to be so when the calls are sent.
        if try await context.waitForPause() { catalog = try await context.list() }
        // A row that is gone or was written anew since is not the one that the plan names.
        let listed = Set(catalog.partitions)
        var rows = retirement.partitions.filter(listed.contains)
        result.held = retirement.partitions.count - rows.count
        if result.held > 0 { result.note("\(result.held) rows changed since the plan was made") }
        if context.isStopping() {
            result.held += rows.count
            result.note(RunContext.asked)
            rows = []
        }
        if retirement.reason.isRebuiltByQuery {
            let held = try await notRebuildable(rows, of: retirement, in: catalog)
            rows.removeAll { held[$0.identity] != nil }
            result.held += held.count
            if let first = held.min(by: { $0.key < $1.key }) { result.note("\(first.key): \(first.value)") }
            try await context.journal.held(held, of: retirement, in: catalog)
        }
        try await retire(rows, reason: .planned(retirement), &catalog, &result)
        let outcome = RetirementOutcome(
            policy: retirement.policy, viewSet: retirement.viewSet, asked: result.asked, gone: result.gone,
            stillThere: result.stillThere, unknown: result.unknown, held: result.held, bytesGone: result.bytesGone,
            finding: result.finding)
        context.progress(.retired(outcome))
        return outcome
    }

    /// The just-in-time rows that a query could not rebuild, with what it lacks.
    private func notRebuildable(
        _ rows: [Partition], of retirement: Retirement, in catalog: Catalog
    ) async throws -> [PartitionIdentity: String] {
        var held: [PartitionIdentity: String] = [:]
        let inputs = ["blocks", "processes", "streams"].map { ($0, Coverage(of: $0, in: catalog)) }
        for row in rows {
            // Its range includes its end and may be a single instant.
            let range = InsertRange(row.range.begin, row.range.end + .nanoseconds(1))
            if let (input, _) = inputs.first(where: { !$0.1.tiles(range) }) {
                held[row.identity] = "\(input) of its time is not whole at the current hash"
            }
        }
        let left = rows.filter { held[$0.identity] == nil }
        for (row, sample) in zip(left, try await context.lake.payloadSamples(of: left)) {
            held[row.identity] = sample.shortfall(
                recorded: retirement.reason == .doubled ? 0 : row.sourceCount)
        }
        return held
    }

    /// Retires rows in batches. After an answer that is not wholly a success, or none, nothing further is sent.
    func retire(
        _ rows: [Partition], reason: Reason, _ catalog: inout Catalog, _ result: inout Result
    ) async throws {
        let batches = batches(rows, in: catalog)
        let unnameable = rows.count - batches.reduce(0) { $0 + $1.rows.count }
        if unnameable > 0 {
            result.held += unnameable
            result.note("no call of this server names \(unnameable) of the rows exactly")
        }
        var done = 0
        for batch in batches {
            let isAsked = reason.isPlanned && context.isStopping()
            guard result.stillThere + result.unknown == 0, !isAsked else {
                result.held += batch.rows.count
                result.note(isAsked ? RunContext.asked : "an earlier batch did not go as asked")
                continue
            }
            try await retire(batch, reason: reason, &catalog, &result)
            done += batch.rows.count
            if reason.isPlanned {
                context.progress(.retiring(viewSet: batch.rows[0].identity.viewSet, done: done, of: rows.count))
            }
        }
    }

    /// Rows that one call retires.
    private struct Batch {
        enum Kind: Hashable { case file, metadataWithHash, metadataBlindToHash }

        let kind: Kind
        let rows: [Partition]

        func call() throws -> RetireCall {
            switch kind {
            case .file: try .byFile(rows.compactMap(\.identity.filePath))
            case .metadataWithHash: try .byMetadata(rows.map(RetireKey.init), arity: .five)
            case .metadataBlindToHash: try .byMetadata(rows.map(RetireKey.init), arity: .four)
            }
        }
    }

    private func batches(_ rows: [Partition], in catalog: Catalog) -> [Batch] {
        let removal = ExactRemoval(
            catalog: catalog, calls: Evidence.RetireCalls(context.capabilities),
            borders: Borders(context.policies.lake, now: catalog.now))
        let kinds = Dictionary(grouping: rows) { row -> Batch.Kind? in
            switch removal.call(for: row) {
            case .file: .file
            case .metadataWithHash: .metadataWithHash
            case .metadataBlindToHash: .metadataBlindToHash
            case nil: nil
            }
        }
        return [Batch.Kind.file, .metadataWithHash, .metadataBlindToHash].flatMap { kind in
            let rows = kinds[kind] ?? []
            return stride(from: 0, to: rows.count, by: RetireCall.maximumRows).map {
                Batch(kind: kind, rows: Array(rows[$0..<min($0 + RetireCall.maximumRows, rows.count)]))
            }
        }
    }

    /// One batch: a listing that still names its rows exactly, intent, call, outcome, listing.
    private func retire(
        _ batch: Batch, reason: Reason, _ catalog: inout Catalog, _ result: inout Result
    ) async throws {
        let waited = try await context.waitForPause()
        if waited, context.isStopping() {
            result.held += batch.rows.count
            return result.note(RunContext.asked)
        }
        // A call by metadata removes what has the key by then; one that is blind to the hash is looked at right before.
        if waited || batch.kind == .metadataBlindToHash { catalog = try await context.list() }
        let exact = batches(batch.rows, in: catalog).filter { $0.kind == batch.kind }
        guard exact.reduce(0, { $0 + $1.rows.count }) == batch.rows.count else {
            result.held += batch.rows.count
            return result.note(
                "rows of the batch went or were written anew, or others of the same range came, meanwhile")
        }
        let call = try batch.call()
        let intent = try await context.journal.intend(call, removing: batch.rows, reason: reason)
        result.asked += batch.rows.count
        var problem: String?
        do {
            let reply = try await context.lake.retire(call)
            problem = reply.problem
            try await context.journal.conclude(
                intent,
                AuditAnswer(problem == nil ? "ok" : "trouble", text: problem, rows: reply.messages.map { $0 ?? "NULL" })
            )
        } catch {
            problem = "the answer was lost: \(error)"
            try await context.journal.conclude(intent, AuditAnswer("lost", text: "\(error)"))
        }
        if let problem {
            result.note(problem)
            let (settled, isSettled) = try await context.settle(batch.rows[0].identity.viewSet)
            catalog = settled
            guard isSettled else {
                result.unknown += batch.rows.count
                return
            }
        } else {
            catalog = try await context.list()
        }
        let identities = Set(catalog.partitions.map(\.identity))
        let left = batch.rows.filter { identities.contains($0.identity) }
        result.gone += batch.rows.count - left.count
        result.stillThere += left.count
        result.bytesGone += batch.rows.sum(\.fileSize) - left.sum(\.fileSize)
        try await context.journal.verified(intent, gone: batch.rows.count - left.count, left: left)
        if let first = left.first {
            result.note(
                "the server answered success; \(left.count) rows are still listed, the first: \(first.identity)")
        }
    }
}

extension RetireKey {
    fileprivate init(_ row: Partition) {
        self.init(
            viewSet: row.identity.viewSet, instance: row.identity.instance, begin: row.range.begin,
            end: row.range.end, schemaHash: row.identity.schemaHash.bytes)
    }
}

extension Retirement.Reason {
    /// Whether the rows go because a query makes them anew, which is looked at before they do.
    fileprivate var isRebuiltByQuery: Bool {
        switch self {
        case .rebuiltWhenQueried, .doubled: true
        case .age: false
        }
    }
}
