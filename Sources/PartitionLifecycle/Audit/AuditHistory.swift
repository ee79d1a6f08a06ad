import UTCTime

/// What earlier runs left behind for later ones, read from the audit log record by record.
public struct AuditHistory: Sendable, Hashable {
    /// Proofs that failed and were not followed by a success of the same view and day.
    public private(set) var failedProofs: [FailedProof] = []
    /// The run that wrote the last record; nil where there is none.
    public private(set) var lastRun: String?
    /// Whether that run came to its end.
    public private(set) var lastRunFinished = false

    private var unanswered: [AuditRecord] = []
    private var shadows: [Shadow: Set<InsertRange>] = [:]
    private var open: AuditRecord?

    private struct Shadow: Sendable, Hashable {
        var viewSet: String
        var hash: SchemaHash
    }

    /// No history.
    public init() {}

    /// The history of these records, in their order.
    public init(_ records: some Sequence<AuditRecord>) {
        for record in records { add(record) }
    }

    /// The ranges of the shadows of a view that runs made at a schema hash and listed afterwards, and that no later merge
    /// of their day replaced.
    public func madeShadows(of viewSet: String, at hash: SchemaHash) -> Set<InsertRange> {
        shadows[Shadow(viewSet: viewSet, hash: hash)] ?? []
    }

    /// Intents whose outcome was never told: the run ended between them. What became of their calls is unknown.
    public var unknownCalls: [AuditRecord] { unanswered + (open.map { [$0] } ?? []) }

    /// Goes on by one record.
    public mutating func add(_ record: AuditRecord) {
        let entry = record.entry
        switch entry.kind {
        case .intent:
            closeIntent()
            open = record
        case .outcome: open = nil
        case .proofFailed: addFailedProof(entry)
        case .shadowsMade: addShadows(entry.subject)
        case .verified: forget(entry.subject)
        case .runStarted, .runFinished: closeIntent()
        case .plan, .refused, .logRepaired: break
        }
        lastRun = record.run
        lastRunFinished = entry.kind == .runFinished
    }

    private mutating func closeIntent() {
        if let open { unanswered.append(open) }
        open = nil
    }

    private mutating func addFailedProof(_ entry: AuditEntry) {
        guard let viewSet = entry.subject.viewSet, let day = entry.subject.day, let hash = entry.subject.schemaHash
        else {
            return
        }
        let proof = FailedProof(
            viewSet: viewSet, day: day, currentHash: hash, old: entry.subject.partitions.map(\.identity).sorted(),
            finding: entry.answer?.text ?? "")
        // A later proof about the global rows of a day takes the place of an earlier one; just-in-time rows are held
        // row by row, whatever else is.
        failedProofs.removeAll {
            $0.viewSet == viewSet && $0.day == day && $0.currentHash == hash
                && ($0.isGlobal && proof.isGlobal || $0.old == proof.old)
        }
        failedProofs.append(proof)
    }

    private mutating func addShadows(_ subject: AuditSubject) {
        guard let viewSet = subject.viewSet, let hash = subject.schemaHash else { return }
        shadows[Shadow(viewSet: viewSet, hash: hash), default: []]
            .formUnion(subject.partitions.map(\.range) + subject.makes)
    }

    /// A view and day that came to a good end hold nothing any more.
    private mutating func forget(_ subject: AuditSubject) {
        guard let viewSet = subject.viewSet, let day = subject.day, let hash = subject.schemaHash else { return }
        failedProofs.removeAll { $0.viewSet == viewSet && $0.day == day && $0.isGlobal }
        let whole = InsertRange(day.start, day.end)
        shadows[Shadow(viewSet: viewSet, hash: hash)] = madeShadows(of: viewSet, at: hash)
            .filter { !whole.contains($0) }
    }
}
