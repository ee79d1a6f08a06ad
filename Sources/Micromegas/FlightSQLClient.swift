public import ArrowIPC
public import AsyncIO
public import FlightSQL
import GRPC
import OIDC
import UTCTime

/// A Micromegas analytics server, asked over Flight SQL.
///
/// Connects with the first call. Every error it throws is a ``MicromegasError``, but for `CancellationError`.
public final class FlightSQLClient: Sendable {
    /// How the server is reached.
    public let configuration: ClientConfiguration
    private let channel: Channel
    private let connection: FlightSQLConnection
    private let headers: RequestHeaders

    /// A client whose connection lives on an event loop. Nothing is connected yet.
    ///
    ///     let configuration = ClientConfiguration(address: try ServerAddress(uri: "grpc+tls://lake.example.com:50051"))
    ///     let client = FlightSQLClient(configuration: configuration, on: loop)
    ///
    /// The client lives as long as its owner likes: it connects anew after a lost connection. ``disconnect()`` before the
    /// loop is stopped.
    public init(configuration: ClientConfiguration, on loop: EventLoop) {
        self.configuration = configuration
        let address = configuration.address
        var settings = ChannelConfiguration(host: address.host, port: address.port)
        settings.userAgent = configuration.agent
        settings.security = configuration.security
        settings.keepalive = configuration.signsOfLife
        channel = Channel(settings, on: loop)
        connection = FlightSQLConnection(channel: channel)
        headers = RequestHeaders(configuration)
    }

    /// Makes a client for the time of `body` and closes its connection on every way out.
    ///
    ///     let count = try await FlightSQLClient.withConnection(configuration, on: loop) {
    ///         try await $0.count("SELECT count(*) FROM processes")
    ///     }
    ///
    /// - Throws: What `body` throws.
    public static func withConnection<Result>(
        _ configuration: ClientConfiguration, on loop: EventLoop, _ body: (FlightSQLClient) async throws -> Result
    ) async throws -> Result {
        let client = FlightSQLClient(configuration: configuration, on: loop)
        do {
            let result = try await body(client)
            await client.disconnect()
            return result
        } catch {
            await client.disconnect()
            throw error
        }
    }

    /// Runs a query that only reads and waits for its whole answer: at least one batch, which shows the columns even of an
    /// answer without rows.
    ///
    ///     let hour = try TimeRange(begin: "2026-11-20T09:00:00Z", end: "2026-11-20T10:00:00Z")
    ///     let rows = try await client.query("SELECT time, msg FROM log_entries", range: hour, limit: 100).rows
    ///
    /// - Parameters:
    ///   - sql: A query that only reads.
    ///   - range: Event times that the server may restrict its reading to. It has no effect on listings.
    ///   - limit: The most rows that are answered.
    ///   - preserveDictionary: Whether dictionary-encoded columns are sent as such; nil for what the configuration says.
    /// - Returns: The rows, batch by batch as they came; none for an empty answer.
    /// - Throws: ``MicromegasError``: `refused`, before anything is sent, for a range that ends before it begins and a
    ///   negative limit; also where the answer broke off after rows. `CancellationError`.
    public func query(
        _ sql: String, range: TimeRange? = nil, limit: Int? = nil,
        preserveDictionary: Bool? = nil
    ) async throws -> [RecordBatch] {
        let stream = try await queryStream(sql, range: range, limit: limit, preserveDictionary: preserveDictionary)
        var batches: [RecordBatch] = []
        while case let more = try await stream.nextBatches(), !more.isEmpty { batches += more }
        return batches.isEmpty ? [RecordBatch(emptyOf: stream.schema)] : batches
    }

    /// Runs a query that only reads; returns when its columns are known.
    ///
    ///     for try await batch in try await client.queryStream("SELECT level FROM log_entries", range: hour) {
    ///         print(batch.rowCount, batch.column("level")?.type.description ?? "")
    ///     }
    ///
    /// What is not read yet stays with the server, but for the transport's windows. Cancelling the task, or dropping the
    /// stream, cancels the query.
    ///
    /// - Parameters: As of ``query(_:range:limit:preserveDictionary:)-(String,_,_,_)``.
    /// - Throws: ``MicromegasError``; `CancellationError`.
    public func queryStream(
        _ sql: String, range: TimeRange? = nil, limit: Int? = nil,
        preserveDictionary: Bool? = nil
    ) async throws -> QueryStream {
        let own = try Self.headers(range, limit, preserveDictionary ?? configuration.preserveDictionary)
        return try await reading(own) { call in
            let stream = try await connection.query(
                sql, metadata: call.metadata, timeout: configuration.queryTimeout, retry: .reading(sql))
            return QueryStream(stream, on: channel.loop) { self.translated($0, call.redaction) }
        }
    }

    /// Runs a query that only reads and passes its answer on as the bytes of an Arrow IPC stream; returns when the answer
    /// has begun.
    ///
    ///     for try await bytes in try await client.queryIPC("SELECT * FROM processes") { file.write(bytes) }
    ///
    /// - Parameters: As of ``query(_:range:limit:preserveDictionary:)-(String,_,_,_)``.
    /// - Throws: ``MicromegasError``; `CancellationError`.
    public func queryIPC(
        _ sql: String, range: TimeRange? = nil, limit: Int? = nil, preserveDictionary: Bool? = nil
    ) async throws -> QueryIPCStream {
        let own = try Self.headers(range, limit, preserveDictionary ?? configuration.preserveDictionary)
        return try await reading(own) { call in
            let stream = try await connection.ipcStream(
                sql, metadata: call.metadata, timeout: configuration.queryTimeout, retry: .reading(sql))
            return QueryIPCStream(stream, on: channel.loop) { self.translated($0, call.redaction) }
        }
    }

    /// Has the server plan a statement without running it.
    ///
    ///     for field in try await client.prepareStatement("SELECT time, msg FROM log_entries").schema?.fields ?? [] {
    ///         print(field.name, field.type)
    ///     }
    ///
    /// - Throws: ``MicromegasError``, `invalidQuery` where it cannot be planned, `functionMissing` where it names a function
    ///   that the caller has no right to or the server does not have; `CancellationError`.
    public func prepareStatement(_ sql: String) async throws -> PreparedStatement {
        try await reading([]) { call in
            try await connection.prepare(
                sql, metadata: call.metadata, timeout: configuration.queryTimeout, retry: .reading(sql))
        }
    }

    /// Runs a statement that changes the lake, without a limit of time: cancelling it would leave it half done. It is sent
    /// once, and again only where it is proved that the server did not take it.
    package func runChange(_ sql: String) async throws -> QueryStream {
        try await once([]) { call in
            let stream = try await connection.query(sql, metadata: call.metadata, timeout: nil)
            return QueryStream(stream, on: channel.loop) { self.translated($0, call.redaction) }
        }
    }

    /// Sends the messages of rows into a table of telemetry, without a limit of time, once.
    ///
    /// - Returns: How many rows the server says it took.
    func ingest(into table: String, _ next: () async throws -> EncodedMessage?) async throws -> Int64 {
        try await once([]) { call in try await connection.ingest(into: table, metadata: call.metadata, next) }
    }

    /// Closes the connection, and ends the calls on it. The next call opens a fresh one.
    ///
    ///     await client.disconnect()
    public func disconnect() async {
        // With its loop it is closed already.
        if !channel.loop.isStopped { await channel.close() }
    }

    /// What should be better about the credentials, such as a token file that others can read; nil where nothing should,
    /// or where they were not used yet.
    ///
    ///     if let warning = client.credentialsWarning { print(warning) }
    public var credentialsWarning: String? { configuration.credentials?.warning }

    /// Makes a call that only reads. Where the server does not accept its token and there is another one by now, the call
    /// is made once more with that.
    private func reading<Answer>(
        _ own: [(name: String, value: String)], _ call: (RequestHeaders.OfCall) async throws -> Answer
    ) async throws -> Answer {
        let first = try await ofCall(own)
        do {
            return try await call(first)
        } catch {
            let failure = await failure(error, of: first)
            guard (failure as? MicromegasError)?.code == .unauthenticated else { throw failure }
            let second = try await ofCall(own)
            guard second.token != first.token else { throw failure }
            do { return try await call(second) } catch { throw await self.failure(error, of: second) }
        }
    }

    /// Makes a call once and no more. One that changes something is not repeated for another token: that a refused token
    /// proves it was not begun is the server's word alone, and its caller lists the lake after any failure.
    private func once<Answer>(
        _ own: [(name: String, value: String)], _ call: (RequestHeaders.OfCall) async throws -> Answer
    ) async throws -> Answer {
        let headers = try await ofCall(own)
        do { return try await call(headers) } catch { throw await failure(error, of: headers) }
    }

    private func ofCall(_ own: [(name: String, value: String)]) async throws -> RequestHeaders.OfCall {
        try channel.loop.checkRuns()
        do { return try await headers.ofCall(own) } catch { throw translated(error, Redaction([])) }
    }

    /// What a call's error is to the caller; the credentials hear of a token that was not accepted.
    private func failure(_ error: any Error, of call: RequestHeaders.OfCall) async -> any Error {
        let told = translated(error, call.redaction)
        if let token = call.token, (told as? MicromegasError)?.code == .unauthenticated {
            await headers.rejected(token)
        }
        return told
    }

    /// - Throws: ``MicromegasError`` (`refused`) for what a server would silently answer otherwise than it is meant.
    private static func headers(
        _ range: TimeRange?, _ limit: Int?, _ preserveDictionary: Bool
    ) throws(MicromegasError) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        if let range {
            try range.check()
            headers.append(("query_range_begin", range.begin.rfc3339))
            headers.append(("query_range_end", range.end.rfc3339))
        }
        if let limit, limit < 0 { throw MicromegasError(.refused, "a limit of \(limit) rows is negative") }
        if let limit { headers.append(("limit", String(limit))) }
        if preserveDictionary { headers.append(("preserve_dictionary", "true")) }
        return headers
    }

    /// An error of the layers below in this one's words, the call's secrets taken out should a server have repeated them.
    private func translated(_ error: any Error, _ redaction: Redaction) -> any Error {
        var told: MicromegasError
        switch error {
        case is CancellationError: return error
        case let error as MicromegasError: told = error
        case let error as RPCError: told = MicromegasError(error)
        case let error as MetadataError: told = MicromegasError(.configuration, "the header \(error)")
        case is FlightError, is ArrowError:
            told = MicromegasError(
                .unexpectedAnswer, "the server's answer cannot be read: \(error)", mayHaveBeenProcessed: true)
        default: told = MicromegasError(.other, "\(error)", mayHaveBeenProcessed: true)
        }
        if told.code == .unavailable, told.cause == nil, !told.message.contains(configuration.address.description) {
            told.cause = "at \(configuration.address)"
        }
        told.message = redaction.redacted(told.message)
        told.detail = told.detail.map(redaction.redacted)
        told.cause = told.cause.map(redaction.redacted)
        return told
    }
}

extension ClientConfiguration {
    /// When the channel pings.
    var signsOfLife: ChannelConfiguration.Keepalive {
        var keepalive = ChannelConfiguration.Keepalive()
        keepalive.interval = max(self.keepalive, ChannelConfiguration.Keepalive.shortestInterval)
        return keepalive
    }

    /// What the channel is to do about security.
    fileprivate var security: ChannelConfiguration.Security {
        guard address.isSecure else { return .plaintext }
        var configuration = TLSConfiguration()
        configuration.authorityFile = tls.authorityFile
        configuration.certificateFile = tls.certificateFile
        configuration.keyFile = tls.keyFile
        configuration.serverName = tls.serverName
        return .tls(configuration)
    }
}
