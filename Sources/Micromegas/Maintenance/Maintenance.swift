import ArrowIPC
public import UTCTime

extension FlightSQLClient {
    /// Has partitions of a global view made, replacing whatever lies within them.
    ///
    ///     let midnight = try Timestamp(rfc3339: "2026-11-18T00:00:00Z")
    ///     let progress = try await client.materializePartitions(
    ///         viewSet: "log_entries", begin: midnight, end: midnight + .days(1), deltaSeconds: 3_600)
    ///     for try await event in progress { print(event.time, event.message) }
    ///
    /// It is a tool below policies: a view that is made while what it reads is not whole at the current hash is replaced by
    /// nothing (contract §4). `lakewarden apply` makes them beside the old ones and compares first.
    ///
    /// - Parameters:
    ///   - viewSet: A view set with a global instance.
    ///   - begin: The first insert time, a multiple of the partitions' length.
    ///   - end: The end, a multiple of the length and at most a day later.
    ///   - deltaSeconds: The length of each partition. A view that cannot have partitions this long gets shorter ones.
    /// - Returns: The server's progress. Its end without an error is no success: only a listing shows what was done.
    /// - Throws: ``MicromegasError``, `refused` for a range that the server would misunderstand
    ///   (``MaterializationCall``).
    public func materializePartitions(
        viewSet: String, begin: Timestamp, end: Timestamp, deltaSeconds: Int64
    ) async throws -> MaterializationStream {
        try await run(
            MaterializationCall(.materialize, viewSet: viewSet, begin: begin, end: end, deltaSeconds: deltaSeconds))
    }

    /// Has partitions of a global view made anew whatever they hold.
    ///
    ///     for try await event in try await client.regeneratePartitions(
    ///         viewSet: "blocks", begin: midnight, end: midnight + .days(1), deltaSeconds: 86_400)
    ///     {
    ///         if event.row.isTrouble { print("look for damage:", event.message) }
    ///     }
    ///
    /// - Parameters: As of ``materializePartitions(viewSet:begin:end:deltaSeconds:)``; each bucket must hold every partition
    ///   that it touches.
    /// - Returns and throws: As ``materializePartitions(viewSet:begin:end:deltaSeconds:)``.
    public func regeneratePartitions(
        viewSet: String, begin: Timestamp, end: Timestamp, deltaSeconds: Int64
    ) async throws -> MaterializationStream {
        try await run(
            MaterializationCall(.regenerate, viewSet: viewSet, begin: begin, end: end, deltaSeconds: deltaSeconds))
    }

    /// Sends a call that materializes or regenerates.
    ///
    ///     let call = try MaterializationCall(
    ///         .materialize, viewSet: "blocks", begin: midnight, end: midnight + .days(1), deltaSeconds: 86_400)
    ///     for try await event in try await client.run(call) { print(event.row) }
    ///
    /// - Returns and throws: As ``materializePartitions(viewSet:begin:end:deltaSeconds:)``.
    public func run(_ call: MaterializationCall) async throws -> MaterializationStream {
        MaterializationStream(stream: try await runChange(call.sql))
    }

    /// Retires partitions by the paths of their files, in one transaction. Nothing is checked beforehand and nothing listed
    /// afterwards; ``retire(_:includingLastCopies:)`` does both.
    ///
    ///     let outcome = try await client.retirePartitionsByFile([path])
    ///     if let problem = outcome.problem { print(problem) }
    ///
    /// - Returns and throws: As ``retire(_:)``.
    public func retirePartitionsByFile(_ paths: [String]) async throws -> RetireOutcome {
        try await retire(.byFile(paths))
    }

    /// Retires partitions by their metadata, in one transaction. Nothing is checked beforehand and nothing listed
    /// afterwards; ``retire(_:includingLastCopies:)`` does both.
    ///
    ///     let outcome = try await client.retirePartitionsByMetadata([key], arity: .five)
    ///
    /// - Parameters:
    ///   - keys: The rows, at most ``RetireCall/maximumRows``.
    ///   - arity: What the server takes (``Capabilities/retireByMetadata``). With four arguments every row of the range goes,
    ///     whatever its hash.
    /// - Returns and throws: As ``retire(_:)``.
    public func retirePartitionsByMetadata(
        _ keys: [RetireKey], arity: RetireArity
    ) async throws -> RetireOutcome {
        try await retire(.byMetadata(keys, arity: arity))
    }

    /// Sends a call that retires partitions, and holds its answer against what was asked.
    ///
    ///     let outcome = try await client.retire(.byFile([path]))
    ///
    /// - Throws: ``MicromegasError`` where the call did not end well. One whose `mayHaveBeenProcessed` is true may have
    ///   retired all of it or nothing.
    public func retire(_ call: RetireCall) async throws -> RetireOutcome {
        let stream = try await runChange(call.sql)
        var messages: [String?] = []
        while case let batches = try await stream.nextBatches(), !batches.isEmpty {
            for batch in batches {
                let texts = try ListedColumns(batch: batch, listing: "a retire call").texts("message")
                for row in 0..<batch.rowCount { messages.append(texts[row]) }
            }
        }
        return RetireOutcome(of: call, messages: messages)
    }
}
