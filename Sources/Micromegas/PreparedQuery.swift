public import ArrowIPC
public import FlightSQL

extension PreparedStatement {
    /// The statement's SQL text: a Micromegas server gives it back as the statement's handle (contract §1).
    ///
    ///     let sql = try await client.prepareStatement("SELECT msg FROM log_entries").query
    ///
    /// - Throws: ``MicromegasError`` (`unexpectedAnswer`) for a handle that is empty or no UTF-8.
    public var query: String {
        get throws(MicromegasError) {
            guard !handle.isEmpty, let text = String(validating: handle, as: UTF8.self) else {
                throw MicromegasError(.unexpectedAnswer, "the server's handle of a prepared statement is no SQL text")
            }
            return text
        }
    }
}

extension FlightSQLClient {
    /// Runs a statement that was prepared; returns when its columns are known.
    ///
    /// Servers do not run prepared statements: as Micromegas' Python client does, its text is sent as a query. It is no
    /// faster than the query; what preparing gives is the columns, without running anything.
    ///
    ///     let statement = try await client.prepareStatement("SELECT time, msg FROM log_entries")
    ///     for field in statement.schema?.fields ?? [] { print(field.name, field.type) }
    ///     for try await batch in try await client.queryStream(statement, limit: 10) { print(batch.rowCount) }
    ///
    /// - Parameters: As of ``queryStream(_:range:limit:preserveDictionary:)-(String,_,_,_)``.
    /// - Returns: The rows as they arrive. Their columns are those of the query as it runs; a view that was replaced since
    ///   it was prepared may have others.
    /// - Throws: ``MicromegasError``; `unexpectedAnswer` where the statement holds no text.
    public func queryStream(
        _ statement: PreparedStatement, range: TimeRange? = nil, limit: Int? = nil, preserveDictionary: Bool? = nil
    ) async throws -> QueryStream {
        try await queryStream(statement.query, range: range, limit: limit, preserveDictionary: preserveDictionary)
    }

    /// Runs a statement that was prepared and waits for its whole answer.
    ///
    ///     let rows = try await client.query(client.prepareStatement("SELECT 1 AS one")).rows
    ///
    /// - Parameters and errors: As of ``queryStream(_:range:limit:preserveDictionary:)-(PreparedStatement,_,_,_)``.
    public func query(
        _ statement: PreparedStatement, range: TimeRange? = nil, limit: Int? = nil, preserveDictionary: Bool? = nil
    ) async throws -> [RecordBatch] {
        try await query(statement.query, range: range, limit: limit, preserveDictionary: preserveDictionary)
    }
}
