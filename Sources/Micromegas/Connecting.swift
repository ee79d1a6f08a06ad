import AsyncIO

extension FlightSQLClient {
    /// The lake that is asked where none is named.
    public static let localLake = "grpc://localhost:\(ServerAddress.defaultPort)"

    /// Makes a client, on an event loop of its own, for the time of `body`; closes its connection and its loop on every
    /// way out.
    ///
    ///     let rows = try await FlightSQLClient.withConnection { try await $0.query("SELECT 1 AS one").rows }
    ///
    /// - Parameters:
    ///   - uri: Where the server listens.
    ///   - credentials: Who calls, where the server asks for it: `.tokenFile("/run/secrets/lake-token")`.
    ///   - preserveDictionary: Whether dictionary-encoded columns of answers are sent as such, unless a query says otherwise.
    ///   - body: Takes the client, which ends with it.
    /// - Throws: ``MicromegasError`` (`configuration`) for an address that cannot be used; what `body` throws.
    public static func withConnection<Result>(
        to uri: String = localLake, credentials: (any CredentialProvider)? = nil, preserveDictionary: Bool = false,
        _ body: (FlightSQLClient) async throws -> Result
    ) async throws -> Result {
        var configuration = ClientConfiguration(address: try ServerAddress(uri: uri), credentials: credentials)
        configuration.preserveDictionary = preserveDictionary
        return try await withConnection(configuration, body)
    }

    /// Makes a client of a configuration, with headers or TLS of its own, on an event loop of its own for the time of
    /// `body`; closes its connection and its loop on every way out.
    ///
    ///     configuration.headers = [RequestHeader("x-tenant-id", "production")]
    ///     configuration.tls.authorityFile = "/etc/ssl/lake-ca.pem"
    ///     let rows = try await FlightSQLClient.withConnection(configuration) { try await $0.query("SELECT 1 AS one").rows }
    ///
    /// - Throws: What `body` throws.
    public static func withConnection<Result>(
        _ configuration: ClientConfiguration, _ body: (FlightSQLClient) async throws -> Result
    ) async throws -> Result {
        try await EventLoop.withLoop(name: "micromegas") { loop in
            try await withConnection(configuration, on: loop, body)
        }
    }
}

extension EventLoop {
    /// Refuses what a stopped loop would have to run: there it traps, and a client or a stream that outlived its scope is
    /// its user's slip.
    func checkRuns() throws(MicromegasError) {
        guard isStopped else { return }
        throw MicromegasError(
            .refused,
            "the client's event loop has stopped; use the client and its streams within withConnection, or stop the loop "
                + "after them")
    }
}
