public import ArrowIPC

// Rows of telemetry written into a lake: for replication and repair. What programs record goes by the ingestion service.

extension FlightSQLClient {
    /// Writes processes into the lake.
    ///
    ///     let count = try await client.bulkIngest(processes: [process])
    ///
    /// A row whose id is there already is not written again, but it is counted. The rows of `processes`, `streams` and
    /// `blocks` are checked as a whole before the first is sent; then they are sent in messages of about a mebibyte, no
    /// faster than the server takes them. A collection that makes its rows as they are asked for is gone through twice.
    ///
    /// It needs the admin right. It is never sent again by itself, and it has no limit of time.
    ///
    /// - Returns: The count of rows that the server says it took, those that were there already included. 0 for no rows,
    ///   of which the server is not asked.
    /// - Throws: ``MicromegasError``: `refused` for an id that is no UUID, a time at the ends of what a `Timestamp` holds, a
    ///   text with NUL, a row of more than 96 MiB, before anything is sent; `permissionDenied` without the admin right;
    ///   `failedWhileRunning` with the server's reason. After one whose `mayHaveBeenProcessed` is true some rows may be
    ///   there: the same call can be made again, since those are passed over.
    @discardableResult
    public func bulkIngest(processes: some Collection<ProcessRow>) async throws -> Int {
        try await ingest(.processes) { IngestMessages.rows(processes.lazy.map(\.values)) }
    }

    /// Writes streams of telemetry into the lake.
    ///
    ///     let log = StreamRow(
    ///         streamID: streamID, processID: id, tags: ["log"], insertTime: now, format: "micromegas-transit")
    ///     try await client.bulkIngest(streams: [log])
    ///
    /// - Returns and throws: As ``bulkIngest(processes:)``.
    @discardableResult
    public func bulkIngest(streams: some Collection<StreamRow>) async throws -> Int {
        try await ingest(.streams) { IngestMessages.rows(streams.lazy.map(\.values)) }
    }

    /// Writes blocks into the lake: what partitions of the time of their insertion are made from.
    ///
    ///     try await client.bulkIngest(blocks: blocks)
    ///     try await client.bulkIngest(payloads: payloads)
    ///
    /// - Returns and throws: As ``bulkIngest(processes:)``.
    @discardableResult
    public func bulkIngest(blocks: some Collection<BlockRow>) async throws -> Int {
        try await ingest(.blocks) { IngestMessages.rows(blocks.lazy.map(\.values)) }
    }

    /// Writes the payloads of blocks into the lake.
    ///
    /// They are files of an object store, each written as it comes: of a call that fails some may be there.
    ///
    ///     let payload = PayloadRow(processID: id, streamID: streamID, blockID: blockID, payload: bytes)
    ///     try await client.bulkIngest(payloads: [payload])
    ///
    /// - Returns and throws: As ``bulkIngest(processes:)``.
    @discardableResult
    public func bulkIngest(payloads: some Collection<PayloadRow>) async throws -> Int {
        try await ingest(.payloads) { IngestMessages.rows(payloads.lazy.map(\.values)) }
    }

    /// Writes the rows of batches into a table of the lake, such as batches that a query of another lake answered with.
    ///
    ///     let rows = try await source.query("SELECT process_id, stream_id, block_id, payload FROM copies")
    ///     try await client.bulkIngest(rows, into: .payloads)
    ///
    /// The columns are found by their names, in any order; they are exactly those of ``IngestTable/schema``. Texts may be
    /// dictionary-encoded, UTC be written `UTC`, `+00:00` or `Z`, and elements of lists have any name. Nulls are refused.
    /// The `properties` of views are not of the type that is written: their lists have to be made.
    ///
    /// - Returns and throws: As ``bulkIngest(processes:)``; `refused` also for a column that is missing, of another type,
    ///   there twice or not the table's. An error counts rows from 1 through all batches.
    @discardableResult
    public func bulkIngest(_ batches: some Sequence<RecordBatch>, into table: IngestTable) async throws -> Int {
        let batches = try IngestBatches(batches, of: table)
        return try await ingest(table) { batches.rows }
    }

    private func ingest(_ table: IngestTable, _ rows: () -> IngestMessages.Rows) async throws -> Int {
        if try IngestMessages.check(rows(), of: table) == 0 { return 0 }
        var messages = try IngestMessages(rows(), of: table)
        return try table.count(told: try await ingest(into: table.rawValue) { try messages.next() })
    }
}
