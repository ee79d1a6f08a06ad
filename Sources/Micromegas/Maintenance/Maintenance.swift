import ArrowIPC
public import UTCTime

extension FlightSQLClient {
    /// Has partitions of a global view made, replacing whatever lies within them.
    ///
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
    /// - Returns and throws: As ``materializePartitions(viewSet:begin:end:deltaSeconds:)``.
    public func regeneratePartitions(
        viewSet: String, begin: Timestamp, end: Timestamp, deltaSeconds: Int64
    ) async throws -> MaterializationStream {
        try await run(
            MaterializationCall(.regenerate, viewSet: viewSet, begin: begin, end: end, deltaSeconds: deltaSeconds))
    }

    /// Sends a call that materializes or regenerates.
    public func run(_ call: MaterializationCall) async throws -> MaterializationStream {
        MaterializationStream(stream: try await runChange(call.sql))
    }

    /// Retires partitions by the paths of their files, in one transaction.
    public func retirePartitionsByFile(_ paths: [String]) async throws -> RetireOutcome {
        try await retire(.byFile(paths))
    }

    /// Retires partitions by their metadata, in one transaction.
    public func retirePartitionsByMetadata(
        _ keys: [RetireKey], arity: RetireArity
    ) async throws -> RetireOutcome {
        try await retire(.byMetadata(keys, arity: arity))
    }

    /// Sends a call that retires partitions, and holds its answer against what was asked.
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
