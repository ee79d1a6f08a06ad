/// How a client reaches a lakehouse and what it says of itself.
public struct ClientConfiguration: Sendable {
    /// Where the server listens.
    public var address: ServerAddress
    /// How TLS makes sure of the server, where the address asks for TLS.
    public var tls = TLS()
    /// Gives the bearer tokens; nil where the server asks for none.
    public var credentials: (any CredentialProvider)?
    /// Further headers of every request, in order, each name once; those the client sets itself are refused
    /// (``RequestHeader/refusal(of:hasCredentials:)``).
    public var headers: [RequestHeader] = []
    /// Whether dictionary-encoded columns of answers are sent as such, which takes less memory where values repeat, unless
    /// a query says otherwise: the Python client's `preserve_dictionary`. Listings are read without.
    public var preserveDictionary = false
    /// What the client calls itself in `x-client-agent`: a program and its version.
    public var agent = "lakewarden"
    /// The longest a reading call may take, its last row included; nil for no limit. Calls that change something have
    /// no limit: cancelling one does not undo it.
    public var queryTimeout: Duration? = .seconds(600)

    /// How long a server with an open call may say nothing before it is asked for a sign of life; it is given 20 seconds
    /// for one. Less than 10 seconds count as 10. Doubled for following connections where the server says it is too often.
    public var keepalive: Duration = .seconds(300)

    /// A configuration.
    ///
    ///     var configuration = ClientConfiguration(address: try ServerAddress(uri: "grpc+tls://lake.example.com"))
    ///     configuration.credentials = .tokenFile("/run/secrets/lake-token")
    ///     configuration.headers = [RequestHeader("x-tenant-id", "production")]
    public init(address: ServerAddress, credentials: (any CredentialProvider)? = nil) {
        self.address = address
        self.credentials = credentials
    }

    /// How TLS makes sure of the server, and what it shows of the client. Files are PEM and read anew for each connection.
    public struct TLS: Sendable, Hashable {
        /// A file with the authorities that are trusted, in place of the system's; nil for the system's.
        public var authorityFile: String?
        /// A file with the client's certificate, the intermediate ones after it; goes with ``keyFile``.
        public var certificateFile: String?
        /// A file with the certificate's private key, without passphrase.
        public var keyFile: String?
        /// The name that the server's certificate must be for; nil for the address's host.
        public var serverName: String?

        /// Trust in the system's authorities, and no client certificate.
        ///
        ///     configuration.tls.authorityFile = "/etc/ssl/lake-ca.pem"
        ///     configuration.tls.serverName = "lake.internal"
        public init() {}
    }
}
