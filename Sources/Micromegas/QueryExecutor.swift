public import ArrowIPC

/// Runs large queries batch by batch: estimates their rows first, tells progress, and says at the end what it took.
///
///     let executor = QueryExecutor(client)
///     let statistics = try await executor.run("SELECT time, msg FROM log_entries", range: week) { batch, progress in
///         print("batch \(progress.batches): \(batch.rowCount) rows, \(progress.fraction.map { $0 * 100 } ?? 0) %")
///     }
///     print(statistics.rows, statistics.rowsPerSecond ?? 0)
///
/// Memory holds one batch and what the transport's windows let through. A batch's size is the server's to choose; the
/// Python guide's `batch_size_mb`, which its executor does not use, has no counterpart.
public struct QueryExecutor: Sendable {
    private let client: FlightSQLClient
    private let preserveDictionary: Bool?
    /// The time that has passed since some moment.
    private let elapsed: @Sendable () -> Duration

    /// An executor of a client's queries.
    ///
    ///     let executor = QueryExecutor(client)
    ///
    /// - Parameters:
    ///   - client: Makes the calls.
    ///   - preserveDictionary: Whether dictionary-encoded columns are sent as such; nil for what the client's configuration
    ///     says.
    public init(_ client: FlightSQLClient, preserveDictionary: Bool? = nil) {
        let (clock, start) = (ContinuousClock(), ContinuousClock.now)
        self.init(client, preserveDictionary: preserveDictionary) { start.duration(to: clock.now) }
    }

    init(_ client: FlightSQLClient, preserveDictionary: Bool?, elapsed: @escaping @Sendable () -> Duration) {
        self.client = client
        self.preserveDictionary = preserveDictionary
        self.elapsed = elapsed
    }

    /// How many rows a query would answer with: the server runs it and counts.
    ///
    ///     let rows = try await QueryExecutor(client).estimate("SELECT * FROM log_entries", range: day)
    ///
    /// - Parameters:
    ///   - sql: A query that only reads; a semicolon at its end is left out.
    ///   - range: Event times that the server may restrict its reading to.
    /// - Throws: ``MicromegasError``; `refused`, before anything is sent, for a statement that names what changes a lake:
    ///   counting would run it.
    public func estimate(_ sql: String, range: TimeRange? = nil) async throws -> Int64 {
        let rows = try await client.query(Self.count(sql), range: range).rows
        guard rows.count == 1, let count = rows[0].integer("row_count"), count >= 0 else {
            throw MicromegasError(.unexpectedAnswer, "a count was answered with \(rows.count) rows and no number")
        }
        return count
    }

    /// Estimates a query's rows, runs it, and gives each batch to `body`, which is done with one before the next is read.
    ///
    ///     let statistics = try await QueryExecutor(client).run(sql, range: day, estimates: false) { batch, _ in
    ///         print(batch.rowCount)
    ///     }
    ///
    /// - Parameters:
    ///   - sql: A query that only reads; a semicolon at its end is left out. It is run twice where `estimates` is true.
    ///   - range: Event times that the server may restrict its reading to.
    ///   - estimates: Whether to count first. A count that the server cannot make leaves
    ///     ``QueryProgress/estimatedRows`` nil, and the query is run all the same.
    ///   - body: Takes each batch, and how far the query is with it.
    /// - Returns: What it took. The answer is whole: where it does not end well this throws.
    /// - Throws: ``MicromegasError``; `refused` as ``estimate(_:range:)``; `CancellationError`; what `body` throws, which
    ///   cancels the query.
    @discardableResult
    public func run(
        _ sql: String, range: TimeRange? = nil, estimates: Bool = true,
        _ body: (RecordBatch, QueryProgress) async throws -> Void = { _, _ in }
    ) async throws -> QueryStatistics {
        let statement = try Self.statement(sql)
        let start = elapsed()
        let estimate = estimates ? try await estimateIfPossible(sql, range: range) : nil
        var statistics = QueryStatistics(estimatedRows: estimate)
        let stream = try await client.queryStream(statement, range: range, preserveDictionary: preserveDictionary)
        for try await batch in stream {
            statistics.batches += 1
            statistics.rows += Int64(batch.rowCount)
            let begin = elapsed()
            try await body(
                batch,
                QueryProgress(
                    batches: statistics.batches, rows: statistics.rows, estimatedRows: estimate, elapsed: begin - start)
            )
            statistics.processingTime += elapsed() - begin
        }
        statistics.totalTime = elapsed() - start
        return statistics
    }

    /// The estimate; nil where this query cannot be counted, though it can perhaps be run.
    private func estimateIfPossible(_ sql: String, range: TimeRange?) async throws -> Int64? {
        do {
            return try await estimate(sql, range: range)
        } catch let error as MicromegasError {
            switch error.code {
            case .invalidQuery, .failedWhileRunning, .resourceExhausted, .deadlineExceeded, .unexpectedAnswer:
                return nil
            default: throw error
            }
        }
    }

    /// The statement that counts a query's rows. Its lines are its own: a comment at the query's end must not reach the bracket.
    static func count(_ sql: String) throws(MicromegasError) -> String {
        "SELECT COUNT(*) AS row_count FROM (\n\(try statement(sql))\n) AS subquery"
    }

    /// A query without the semicolon at its end.
    private static func statement(_ sql: String) throws(MicromegasError) -> String {
        if let name = SQLText.change(in: sql) {
            throw MicromegasError(
                .refused, "an executor runs what only reads, twice where it counts, and this statement names \(name)")
        }
        var text = sql[...]
        while let last = text.last, last == ";" || last.isWhitespace { text = text.dropLast() }
        return String(text)
    }
}

/// How far a query is when a batch of it is at hand, that batch included.
public struct QueryProgress: Sendable, Hashable {
    /// Batches so far: 1 with the first.
    public var batches: Int
    /// Rows so far.
    public var rows: Int64
    /// How many rows the server counted beforehand; nil where it was not asked or could not say.
    public var estimatedRows: Int64?
    /// The time since the query was begun, the estimate's included.
    public var elapsed: Duration

    /// How much of the estimate has come, from 0 to 1; nil without one. Rows that came to be since do not take it beyond 1.
    public var fraction: Double? {
        guard let estimatedRows, estimatedRows > 0 else { return nil }
        return min(1, Double(rows) / Double(estimatedRows))
    }
}

/// What a query took.
public struct QueryStatistics: Sendable, Hashable {
    /// Batches that came.
    public var batches = 0
    /// Rows that came.
    public var rows: Int64 = 0
    /// How many rows the server counted beforehand; nil where it was not asked or could not say.
    public var estimatedRows: Int64?
    /// From the estimate's beginning to the last batch's end.
    public var totalTime: Duration = .zero
    /// How much of it the caller's own work on the batches took.
    public var processingTime: Duration = .zero

    /// The caller's time a batch; zero where none came.
    public var averageBatchTime: Duration { batches == 0 ? .zero : processingTime / batches }

    /// Rows a second of the total time; nil where no time passed.
    public var rowsPerSecond: Double? { totalTime > .zero ? Double(rows) / (totalTime / .seconds(1)) : nil }
}
