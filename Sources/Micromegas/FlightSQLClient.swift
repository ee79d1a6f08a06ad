public import ArrowIPC
public import AsyncIO
public import FlightSQL
import GRPC
import UTCTime

/// A Micromegas analytics server, asked over Flight SQL.
///
/// Connects with the first call. Every error it throws is a ``MicromegasError``, but for `CancellationError`.
public final class FlightSQLClient: Sendable {
    /// How the server is reached.
    public let configuration: ClientConfiguration
    private let channel: Channel
    private let connection: FlightSQLConnection
    private let token = Lock<BearerToken?>(nil)

    /// A client whose connection lives on an event loop. Nothing is connected yet.
    public init(configuration: ClientConfiguration, on loop: EventLoop) {
        self.configuration = configuration
        let address = configuration.address
        var settings = ChannelConfiguration(host: address.host, port: address.port)
        settings.userAgent = configuration.agent
        settings.security = configuration.security
        settings.keepalive = configuration.signsOfLife
        channel = Channel(settings, on: loop)
        connection = FlightSQLConnection(channel: channel)
    }

    /// Makes a client for the time of `body` and closes its connection on every way out.
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
    /// - Parameters:
    ///   - range: Event times that the server may restrict its reading to. It has no effect on listings.
    ///   - limit: The most rows that are answered.
    ///   - preserveDictionary: Whether dictionary-encoded columns are sent as such.
    public func query(
        _ sql: String, range: TimeRange? = nil, limit: Int? = nil,
        preserveDictionary: Bool = false
    ) async throws -> [RecordBatch] {
        let stream = try await queryStream(sql, range: range, limit: limit, preserveDictionary: preserveDictionary)
        var batches: [RecordBatch] = []
        while case let more = try await stream.nextBatches(), !more.isEmpty { batches += more }
        return batches.isEmpty ? [RecordBatch(emptyOf: stream.schema)] : batches
    }

    /// Runs a query that only reads; returns when its columns are known.
    ///
    /// - Parameters: As of ``query(_:range:limit:preserveDictionary:)``.
    public func queryStream(
        _ sql: String, range: TimeRange? = nil, limit: Int? = nil,
        preserveDictionary: Bool = false
    ) async throws -> QueryStream {
        let further = Self.headers(range, limit, preserveDictionary)
        return try await start(sql, further, timeout: configuration.queryTimeout, retry: .reading(sql))
    }

    /// Runs a query that only reads and passes its answer on as the bytes of an Arrow IPC stream; returns when the answer
    /// has begun.
    ///
    /// - Parameters: As of ``query(_:range:limit:preserveDictionary:)``.
    public func queryIPC(
        _ sql: String, range: TimeRange? = nil, limit: Int? = nil, preserveDictionary: Bool = false
    ) async throws -> QueryIPCStream {
        do {
            let headers = Self.headers(range, limit, preserveDictionary)
            let stream = try await connection.ipcStream(
                sql, metadata: metadata(headers), timeout: configuration.queryTimeout, retry: .reading(sql))
            return QueryIPCStream(stream) { self.translated($0) }
        } catch {
            throw translated(error)
        }
    }

    /// Has the server plan a statement without running it.
    public func prepareStatement(_ sql: String) async throws -> PreparedStatement {
        do {
            return try await connection.prepare(
                sql, metadata: metadata([]), timeout: configuration.queryTimeout, retry: .reading(sql))
        } catch {
            throw translated(error)
        }
    }

    /// Runs a statement that changes the lake, without a limit of time: cancelling it would leave it half done. It is sent
    /// once, and again only where it is proved that the server did not take it.
    package func runChange(_ sql: String) async throws -> QueryStream {
        try await start(sql, [], timeout: nil, retry: .never)
    }

    /// Sends the messages of rows into a table of telemetry, without a limit of time, once.
    ///
    /// - Returns: How many rows the server says it took.
    func ingest(into table: String, _ next: () async throws -> EncodedMessage?) async throws -> Int64 {
        do {
            return try await connection.ingest(into: table, metadata: metadata([]), next)
        } catch {
            throw translated(error)
        }
    }

    /// Closes the connection. The next call opens a fresh one and reads the token file anew.
    public func disconnect() async {
        token.withLock { $0 = nil }
        await channel.close()
    }

    /// What should be better about the token file; nil where nothing should, or where it was not read yet.
    public var tokenWarning: String? { token.withLock { $0?.warning } }

    private func start(
        _ sql: String, _ further: [(name: String, value: String)], timeout: Duration?, retry: RetryPolicy
    ) async throws -> QueryStream {
        do {
            let stream = try await connection.query(sql, metadata: metadata(further), timeout: timeout, retry: retry)
            return QueryStream(stream) { self.translated($0) }
        } catch {
            throw translated(error)
        }
    }

    private static func headers(
        _ range: TimeRange?, _ limit: Int?, _ preserveDictionary: Bool
    ) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        if let range {
            headers.append(("query_range_begin", range.begin.rfc3339))
            headers.append(("query_range_end", range.end.rfc3339))
        }
        if let limit { headers.append(("limit", String(limit))) }
        if preserveDictionary { headers.append(("preserve_dictionary", "true")) }
        return headers
    }

    private func metadata(_ further: [(name: String, value: String)]) throws -> Metadata {
        var metadata = Metadata()
        try metadata.add("x-client-type", "swift")
        try metadata.add("x-client-agent", configuration.agent)
        if let token = try currentToken() { try metadata.add("authorization", "Bearer \(token.secret)") }
        for header in configuration.headers + further { try metadata.add(header.name, header.value) }
        return metadata
    }

    private func currentToken() throws(MicromegasError) -> BearerToken? {
        guard let file = configuration.tokenFile else { return nil }
        if let token = token.withLock({ $0 }) { return token }
        let read = try BearerToken(file: file)
        token.withLock { $0 = read }
        return read
    }

    /// An error of the layers below in this one's words, the token taken out should a server have repeated it.
    private func translated(_ error: any Error) -> any Error {
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
        guard let token = token.withLock({ $0 }) else { return told }
        // The file may hold another one by now.
        if told.code == .unauthenticated { self.token.withLock { $0 = nil } }
        told.message = token.redacted(told.message)
        told.detail = told.detail.map(token.redacted)
        told.cause = told.cause.map(token.redacted)
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
