/// One step of a retirement.
public enum RetireEvent: Sendable, Hashable {
    /// The partitions were listed anew and are as the preview names them; so many are about to be asked for.
    case confirmed(partitions: Int)
    /// A row of a call's answer. It proves nothing.
    case answered(RetireAnswer)
    /// What a listing shows of a partition after its call, or why there was none.
    case settled(RetiredPartition)
    /// The end: what the retirement did.
    case finished(RetireReport)
}

/// A retirement as it is carried out, step by step; ``RetireEvent/finished(_:)`` comes last.
///
/// Each step is made when the next event is asked for. To stop reading is to stop: batches that were not sent are not
/// sent, and what a sent one did is known from a listing only.
public struct RetireStream: AsyncSequence, Sendable {
    /// A step.
    public typealias Element = RetireEvent

    let client: FlightSQLClient
    let preview: RetirePreview
    let includingLastCopies: Bool

    /// Begins the retirement. A second one of the same preview finds its partitions changed, and is refused.
    ///
    ///     var steps = client.retirement(of: preview).makeAsyncIterator()
    public func makeAsyncIterator() -> Iterator {
        Iterator(run: RetireRun(client: client, preview: preview, includingLastCopies: includingLastCopies))
    }

    /// Carries the retirement out.
    public struct Iterator: AsyncIteratorProtocol {
        var run: RetireRun
        private var waiting: ArraySlice<RetireEvent> = []

        init(run: RetireRun) { self.run = run }

        /// The next step; nil after the last.
        ///
        ///     var steps = client.retirement(of: preview).makeAsyncIterator()
        ///     while let step = try await steps.next() { print(step) }
        ///
        /// - Throws: As ``FlightSQLClient/retire(_:includingLastCopies:)``.
        public mutating func next() async throws -> RetireEvent? {
            while waiting.isEmpty {
                guard let events = try await run.step() else { return nil }
                waiting = events[...]
            }
            return waiting.removeFirst()
        }
    }
}

extension FlightSQLClient {
    /// Retires the partitions of a preview, telling each step.
    ///
    ///     for try await event in client.retirement(of: preview) {
    ///         if case .settled(let retired) = event { print(retired.partition.filePath ?? "(empty)", retired.outcome) }
    ///     }
    ///
    /// What it does and refuses: ``retire(_:includingLastCopies:)``. Nothing is sent before the first event is asked for.
    public func retirement(of preview: RetirePreview, includingLastCopies: Bool = false) -> RetireStream {
        RetireStream(client: self, preview: preview, includingLastCopies: includingLastCopies)
    }

    /// Retires the partitions of a preview, each by its exact identity. This cannot be undone: files are deleted by the
    /// server an hour later or more.
    ///
    ///     let preview = try await client.previewRetirement(of: .nonGlobal)
    ///     let report = try await client.retire(preview)
    ///     print(report.count(.gone), "gone,", report.count(.held), "held")
    ///
    /// Partitions are listed anew first: where one of the preview's is gone, was written anew, has become a last copy or
    /// must be held now, nothing is sent. Then they are named to the server in batches of at most
    /// ``RetireCall/maximumRows``, each one transaction, and listed again after each. After a batch that did not go as
    /// asked nothing further is sent, and no call is sent twice.
    ///
    /// It is a tool below policies. It does not look at: counts beyond those that a listing tells, payloads that a query
    /// would rebuild an instance from, whether several servers of different versions answer, hours in which the server's
    /// own maintenance works, what else runs on the lake, or what a server hides from this caller. `lakewarden apply` does, and
    /// keeps a record of what it removes.
    ///
    /// - Parameters:
    ///   - preview: What is to go.
    ///   - includingLastCopies: Whether partitions go, too, with which their rows are gone (``RetirePreview/lastCopies``).
    ///     They are held where it is false.
    /// - Returns: What became of each partition, from listings and not from messages. A connection that is lost does not
    ///   throw once a call was sent: the client's connection is closed, its other calls with it, and the report says what
    ///   is unknown.
    /// - Throws: ``MicromegasError`` before anything was sent: `refused` where partitions changed, and as
    ///   ``previewRetirement(of:)``. `CancellationError`; what the call at hand did is known from a listing only.
    public func retire(
        _ preview: RetirePreview, includingLastCopies: Bool = false
    ) async throws -> RetireReport {
        for try await event in retirement(of: preview, includingLastCopies: includingLastCopies) {
            if case .finished(let report) = event { return report }
        }
        throw CancellationError()
    }

    /// Retires partitions that no query reads, those of view sets that the server no longer lists included. This cannot be
    /// undone.
    ///
    ///     for group in try await client.retireIncompatiblePartitions(viewSetName: "log_entries") {
    ///         print(group.viewInstanceID, group.partitionsRetired, group.partitionsFailed, group.storageFreedBytes)
    ///     }
    ///
    /// The partitions are previewed and retired at once (``retire(_:includingLastCopies:)``); to look first, call
    /// ``previewRetirement(of:)``. Micromegas' Python client retires last copies and `blocks` as well, and on older servers
    /// partitions of the current hash that have the same range.
    ///
    /// - Parameters:
    ///   - viewSetName: Only those of this view set; nil for all.
    ///   - includingLastCopies: Whether partitions go, too, with which their rows are gone.
    /// - Returns: The results by view set and instance; what the preview held is counted as held.
    /// - Throws: As ``retire(_:includingLastCopies:)``.
    public func retireIncompatiblePartitions(
        viewSetName: String? = nil, includingLastCopies: Bool = false
    ) async throws -> [RetireReport.Group] {
        let preview = try await previewRetirement(of: .incompatible(viewSetName: viewSetName))
        return try await retire(preview, includingLastCopies: includingLastCopies).groups
    }
}
