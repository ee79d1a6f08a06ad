public import GRPC

/// A Flight SQL server, asked over a gRPC channel.
public final class FlightSQLConnection: Sendable {
    static let service = "/arrow.flight.protocol.FlightService/"
    let channel: Channel

    /// A connection that makes its calls on a channel; closing the channel is the caller's.
    ///
    ///     let connection = FlightSQLConnection(channel: channel)
    public init(channel: Channel) { self.channel = channel }

    /// Runs a query; returns when the schema of its answer has come.
    ///
    /// DoGet with a ticket that holds the SQL text, without asking for a FlightInfo first: what Micromegas servers expect.
    ///
    ///     for try await batch in try await connection.query(sql, timeout: .seconds(60)) { print(batch.rowCount) }
    ///
    /// - Parameters:
    ///   - metadata: sent with the call.
    ///   - timeout: for the whole answer, its last batch included; nil for no limit.
    ///   - retry: whether the query may be sent again before anything of its answer came; never one that changes anything.
    /// - Throws: `RPCError` where the call ended before the schema came, ``FlightError`` or `ArrowError` where what came is
    ///   malformed, `CancellationError`.
    public func query(
        _ sql: String, metadata: Metadata = Metadata(), timeout: Duration? = nil, retry: RetryPolicy = .never
    ) async throws -> BatchStream {
        let call = try await channel.serverStreaming(
            Self.service + "DoGet", Ticket.query(sql), metadata: metadata, timeout: timeout, retry: retry)
        return try await BatchStream(call)
    }

    /// Runs a query whose answer is passed on as it comes; returns when its first message has come.
    ///
    ///     for try await bytes in try await connection.ipcStream(sql) { file.write(bytes) }
    ///
    /// - Parameters: As of ``query(_:metadata:timeout:retry:)``.
    /// - Throws: `RPCError` where the call ended before a message came, ``FlightError``, `CancellationError`.
    public func ipcStream(
        _ sql: String, metadata: Metadata = Metadata(), timeout: Duration? = nil, retry: RetryPolicy = .never
    ) async throws -> IPCStream {
        let call = try await channel.serverStreaming(
            Self.service + "DoGet", Ticket.query(sql), metadata: metadata, timeout: timeout, retry: retry)
        return try await IPCStream(call)
    }

    /// Has the server plan a statement without running it.
    ///
    ///     let columns = try await connection.prepare(sql).schema?.fields.map(\.name) ?? []
    ///
    /// - Parameters: As of ``query(_:metadata:timeout:retry:)``.
    /// - Throws: `RPCError` where the server refuses it or the call fails, ``FlightError`` or `ArrowError` where the answer is
    ///   malformed, `CancellationError`.
    public func prepare(
        _ sql: String, metadata: Metadata = Metadata(), timeout: Duration? = nil, retry: RetryPolicy = .never
    ) async throws -> PreparedStatement {
        let call = try await channel.serverStreaming(
            Self.service + "DoAction", Action.createPreparedStatement(sql), metadata: metadata, timeout: timeout,
            retry: retry)
        var results: [[UInt8]] = []
        while case let messages = try await call.nextMessages(), !messages.isEmpty {
            results += messages
            if results.count > 1 { break }
        }
        guard results.count == 1 else {
            throw FlightError(
                "preparing a statement was answered with \(results.count == 0 ? "no" : "more than one") result")
        }
        return try PreparedStatement(result: results[0])
    }
}
