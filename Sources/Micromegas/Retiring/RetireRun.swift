/// Carries a retirement out: lists, sends a batch, lists, and so on.
struct RetireRun: Sendable {
    let client: FlightSQLClient
    let preview: RetirePreview
    let includingLastCopies: Bool

    private var phase = Phase.beginning
    /// The batches that are left.
    private var batches: [Batch] = []
    /// What the latest listing allows; nil before there is one.
    private var rules: RetireRules?
    /// What became of partitions so far.
    private var outcomes: [RetiredPartition] = []

    private enum Phase { case beginning, sending, finished }

    /// Partitions that one call names.
    struct Batch {
        let form: RetireRules.Form
        let partitions: [ListedPartition]

        func call() throws(MicromegasError) -> RetireCall {
            switch form {
            case .file: try .byFile(partitions.compactMap(\.filePath))
            case .metadataWithHash: try .byMetadata(partitions.map(RetireKey.init), arity: .five)
            case .metadataBlindToHash: try .byMetadata(partitions.map(RetireKey.init), arity: .four)
            }
        }
    }

    init(client: FlightSQLClient, preview: RetirePreview, includingLastCopies: Bool) {
        self.client = client
        self.preview = preview
        self.includingLastCopies = includingLastCopies
    }

    /// Makes the next step; nil where there is none.
    mutating func step() async throws -> [RetireEvent]? {
        switch phase {
        case .beginning: return try await begin()
        case .sending:
            if !batches.isEmpty, let rules { return try await send(batches.removeFirst(), rules) }
            phase = .finished
            return [.finished(RetireReport(outcomes))]
        case .finished: return nil
        }
    }

    private mutating func begin() async throws -> [RetireEvent] {
        // Whatever throws from here on ends the retirement.
        phase = .finished
        let asked = preview.entries.filter { includingLastCopies || !$0.isLastCopy }
        if !asked.isEmpty {
            let (fresh, rules) = try await client.retirement(of: preview.scope)
            try check(asked, against: fresh)
            batches = Self.batches(of: asked.map(\.partition), rules)
            self.rules = rules
        }
        phase = .sending
        var events = [RetireEvent.confirmed(partitions: asked.count)]
        events += hold(preview.held.map { ($0.partition, $0.reason) })
        if !includingLastCopies {
            events += hold(preview.lastCopies, "its rows would be gone with it, which was not asked for")
        }
        return events
    }

    /// Refuses partitions that are not what they were.
    private func check(_ asked: [RetirePreview.Entry], against fresh: RetirePreview) throws(MicromegasError) {
        let safe = Set(fresh.entries.lazy.filter { !$0.isLastCopy }.map(\.partition))
        let last = Set(fresh.lastCopies)
        let changed = asked.filter { entry in
            !safe.contains(entry.partition) && !(entry.isLastCopy && last.contains(entry.partition))
        }
        guard let first = changed.first else { return }
        throw MicromegasError(
            .refused,
            "\(changed.count) of \(asked.count) partitions are not what the preview shows any more, the first: "
                + "\(first.partition.name); make a new preview")
    }

    /// The calls that name partitions, each of one form and no longer than a call may be.
    static func batches(of partitions: [ListedPartition], _ rules: RetireRules) -> [Batch] {
        let forms = Dictionary(grouping: partitions) { rules.form(for: $0) }
        return RetireRules.Form.allCases.flatMap { form in
            let rows = forms[form] ?? []
            return stride(from: 0, to: rows.count, by: RetireCall.maximumRows).map {
                Batch(form: form, partitions: Array(rows[$0..<min($0 + RetireCall.maximumRows, rows.count)]))
            }
        }
    }

    /// One batch: its call, and a listing.
    private mutating func send(_ batch: Batch, _ rules: RetireRules) async throws -> [RetireEvent] {
        phase = .finished
        // The latest listing decides whether a call still names what it is meant to and nothing else.
        guard batch.partitions.allSatisfy({ rules.form(for: $0) == batch.form }) else {
            return hold(batch.partitions, "no call names it and no other partition any more") + stop()
        }
        let answer = await answer(to: batch)
        try Task.checkCancellation()
        guard answer.isSent else { return hold(batch.partitions, answer.problem ?? "it was not sent") + stop() }
        var events = answer.answers.map(RetireEvent.answered)
        let latest = try await listing().map(rules.with)
        let settled = settle(batch, answer, latest)
        outcomes += settled
        events += settled.map(RetireEvent.settled)
        guard answer.problem == nil, let latest, settled.allSatisfy({ $0.outcome == .gone }) else {
            return events + stop()
        }
        self.rules = latest
        phase = .sending
        return events
    }

    /// Sends nothing further.
    private mutating func stop() -> [RetireEvent] {
        let rest = batches.flatMap(\.partitions)
        batches = []
        phase = .sending
        return hold(rest, "an earlier batch did not go as asked")
    }

    /// What is listed after a call; nil where it could not be listed.
    private func listing() async throws -> PartitionListing? {
        do {
            return try await client.listPartitions()
        } catch is MicromegasError {
            return nil
        }
    }

    /// What a call answered.
    private struct Answer {
        var messages: [String] = []
        var answers: [RetireAnswer] = []
        var problem: String?
        /// Whether the server may have acted on it.
        var isSent = true
        /// Whether the server may still be at it.
        var isLost = false
    }

    private func answer(to batch: Batch) async -> Answer {
        do {
            let outcome = try await client.retire(try batch.call())
            return Answer(
                messages: outcome.messages.map { $0 ?? "NULL" }, answers: outcome.answers, problem: outcome.problem)
        } catch {
            let isLost = (error as? MicromegasError)?.mayHaveBeenProcessed ?? true
            // What is left of the call ends with its connection.
            if isLost { await client.disconnect() }
            return Answer(problem: "the call failed: \(error)", isSent: isLost, isLost: isLost)
        }
    }

    /// What a listing after a batch, nil where there is none, shows of its partitions.
    private func settle(_ batch: Batch, _ answer: Answer, _ latest: RetireRules?) -> [RetiredPartition] {
        return batch.partitions.enumerated().map { index, partition in
            var messages = index < answer.messages.count ? [answer.messages[index]] : []
            if index == batch.partitions.count - 1 { messages += answer.messages.dropFirst(batch.partitions.count) }
            if answer.messages.isEmpty, let problem = answer.problem { messages = ["ERROR: \(problem)"] }
            guard let latest else {
                return RetiredPartition(
                    partition: partition, outcome: .unknown, messages: messages + ["ERROR: it could not be listed"])
            }
            return RetiredPartition(
                partition: partition,
                outcome: !latest.lists(partition) ? .gone : answer.isLost ? .unknown : .stillListed,
                messages: messages)
        }
    }

    private mutating func hold(_ partitions: [ListedPartition], _ reason: String) -> [RetireEvent] {
        hold(partitions.map { ($0, reason) })
    }

    private mutating func hold(_ held: [(ListedPartition, String)]) -> [RetireEvent] {
        let settled = held.map {
            RetiredPartition(partition: $0, outcome: .held, messages: ["HELD: \($0.name): \($1)"])
        }
        outcomes += settled
        return settled.map(RetireEvent.settled)
    }
}
