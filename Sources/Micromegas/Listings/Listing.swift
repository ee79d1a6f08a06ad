import ArrowIPC
public import UTCTime

extension FlightSQLClient {
    /// Every partition that the caller may see, one consistent snapshot. The server reads its whole catalog for it.
    ///
    ///     let bytes = try await client.listPartitions().partitions.reduce(0) { $0 + $1.fileSize }
    ///
    /// - Throws: ``MicromegasError``; `unexpectedAnswer` for a column that is missing or of another type, and for a row that
    ///   cannot be.
    public func listPartitions() async throws -> PartitionListing {
        let stream = try await queryStream("SELECT * FROM list_partitions()", preserveDictionary: false)
        var rows: [ListedPartition] = []
        // A lake without partitions has no batch; its columns are checked all the same.
        try await forEachBatch(of: stream) { rows += try ListedPartition.read($0) }
        if let now = stream.serverNow { return PartitionListing(partitions: rows, serverNow: now) }
        return PartitionListing(partitions: rows, serverNow: try await serverNow())
    }

    /// The view sets of the connected server, in no order.
    ///
    ///     let globals = try await client.listViewSets().filter(\.globalInstanceAvailable).map(\.name)
    ///
    /// - Throws: As ``listPartitions()``.
    public func listViewSets() async throws -> [ListedViewSet] {
        let columns = "view_set_name, current_schema_hash, has_view_maker, global_instance_available"
        var rows: [ListedViewSet] = []
        let stream = try await queryStream("SELECT \(columns) FROM list_view_sets()", preserveDictionary: false)
        try await forEachBatch(of: stream) { rows += try ListedViewSet.read($0) }
        return rows
    }

    /// The definitions of the view sets, where the server lists them (``Capabilities/definitions``).
    ///
    ///     let own = try await client.listViewSetDefinitions().filter { $0.source == "ddl" }
    ///
    /// - Throws: As ``listPartitions()``; `functionMissing` where the server does not list them to this caller.
    public func listViewSetDefinitions() async throws -> [ViewSetDefinition] {
        var rows: [ViewSetDefinition] = []
        let stream = try await queryStream("SELECT * FROM list_view_set_definitions()", preserveDictionary: false)
        try await forEachBatch(of: stream) { rows += try ViewSetDefinition.read($0) }
        return rows
    }

    /// The server's clock, to a second: the `date` header of an answer, or what `now()` gives where there is none.
    ///
    ///     let lastHour = TimeRange(try await client.serverNow() - .hours(1), try await client.serverNow())
    ///
    /// - Throws: ``MicromegasError``; `CancellationError`.
    public func serverNow() async throws -> Timestamp {
        let stream = try await queryStream("SELECT now() AS now")
        var told: Timestamp?
        try await forEachBatch(of: stream) { batch in
            let times = try ListedColumns(batch: batch, listing: "SELECT now()").times("now")
            if batch.rowCount > 0 { told = times[0].map(Timestamp.init(nanoseconds:)) }
        }
        if let now = stream.serverNow ?? told { return now.floored(to: .seconds(1)) }
        throw MicromegasError(.unexpectedAnswer, "the server does not say what time it is", mayHaveBeenProcessed: true)
    }

    /// The one number that a query answers: one row of one integer column; nil for NULL, which a sum of nothing is.
    ///
    ///     let errors = try await client.count("SELECT count(*) FROM log_entries WHERE level <= 2")
    ///
    /// - Throws: ``MicromegasError`` (`unexpectedAnswer`) for any other answer.
    public func count(_ sql: String) async throws -> Int64? {
        let batches = try await query(sql)
        let rows = batches.reduce(0) { $0 + $1.rowCount }
        guard rows == 1, let batch = batches.first(where: { $0.rowCount == 1 }), batch.columns.count == 1 else {
            throw MicromegasError(
                .unexpectedAnswer,
                "a count was answered with \(rows) rows of \(batches.first?.columns.count ?? 0) columns",
                mayHaveBeenProcessed: true)
        }
        do {
            return try batch.columns[0].int64(at: 0)
        } catch {
            throw MicromegasError(
                .unexpectedAnswer, "a count was answered as \(batch.columns[0].type)", mayHaveBeenProcessed: true)
        }
    }

    private func forEachBatch(of stream: QueryStream, _ body: (RecordBatch) throws -> Void) async throws {
        while case let batches = try await stream.nextBatches(), !batches.isEmpty {
            for batch in batches { try body(batch) }
        }
    }
}
