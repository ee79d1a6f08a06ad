/// Where a channel leads and the bounds it keeps.
public struct ChannelConfiguration: Sendable {
    /// A name or an address, an IPv6 address without brackets.
    public var host: String
    /// 1 to 65535.
    public var port: Int
    /// What protects the connection.
    public var security: Security = .plaintext
    /// How long finding, connecting to and greeting the server may take together.
    public var connectTimeout: Duration = .seconds(10)
    /// When a silent server is asked for a sign of life.
    public var keepalive = Keepalive()
    /// The longest message that is received, in bytes; a longer one ends its call with `resourceExhausted`.
    public var maximumMessageSize = 100 << 20
    /// The longest list of headers that is received, counted as RFC 9113 §6.5.2 does (name + value + 32 bytes each).
    public var maximumHeaderListSize = 64 << 10
    /// What the client calls itself.
    public var userAgent = "lakewarden-swift"

    /// A plaintext channel with the usual bounds.
    ///
    ///     var server = ChannelConfiguration(host: "lake.example.com", port: 50_051)
    ///     server.security = .tls(TLSConfiguration())
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// What protects a connection.
    public enum Security: Sendable, Equatable {
        /// Nothing: HTTP/2 with prior knowledge.
        case plaintext
        /// TLS 1.2 or 1.3 with a server that proves who it is, HTTP/2 agreed by ALPN.
        case tls(TLSConfiguration)
    }

    /// Pings on a connection with an open call from which nothing came for a while.
    public struct Keepalive: Sendable, Equatable {
        /// What servers can be expected to bear (gRPC proposal A8, "Client Configuration"); tests go below.
        public static let shortestInterval = Duration.seconds(10)
        /// How long nothing may come before a ping goes out. Doubled for a channel's following connections when the server
        /// says that pings come too often; servers of gRPC's own bear one in five minutes unless told otherwise.
        public var interval: Duration = .seconds(300)
        /// How long nothing may come after a ping before the connection counts as lost.
        public var timeout: Duration = .seconds(20)

        /// A ping after five minutes of silence.
        ///
        ///     var keepalive = ChannelConfiguration.Keepalive()
        ///     keepalive.interval = .seconds(60)
        public init() {}

        /// The server says that pings come too often: half as many from now on, a day between two at the most.
        mutating func slowDown() { interval = max(interval, min(interval * 2, .seconds(86_400))) }
    }

    /// `host:port` as it stands in the `:authority` header; the host is what the server has to prove to be.
    var authority: String {
        var host = host
        if case .tls(let tls) = security, let name = tls.serverName { host = name }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The request's `:scheme`.
    var scheme: String { security == .plaintext ? "http" : "https" }
}
