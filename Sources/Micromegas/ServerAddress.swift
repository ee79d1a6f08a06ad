/// Where a server listens, read from a URI.
public struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address, an IPv6 address without its brackets.
    public var host: String
    /// 1 to 65535.
    public var port: Int
    /// Whether it is spoken to over TLS.
    public var isSecure: Bool

    /// The port of a Micromegas server where a URI names none.
    public static let defaultPort = 50_051

    /// An address.
    ///
    ///     let address = ServerAddress(host: "lake.example.com", isSecure: true)
    public init(host: String, port: Int = defaultPort, isSecure: Bool = false) {
        self.host = host
        self.port = port
        self.isSecure = isSecure
    }

    /// The address a URI names: `grpc://host:port` or `grpc+tcp://…`, over TLS `grpc+tls://…` or `grpcs://…`; or, as the
    /// Python client writes it, `http://…` and `https://…`.
    ///
    ///     let address = try ServerAddress(uri: "grpc+tls://lake.example.com:50051")
    ///
    /// - Throws: ``MicromegasError`` (`configuration`) naming what is wrong and what is expected.
    public init(uri: String) throws(MicromegasError) {
        // First of all: what else is wrong would be told with the text, which may hold a password.
        if uri.contains("@") { throw Self.refusal("…", "it holds a user", "name the token in a token file") }
        guard let scheme = uri.range(of: "://") else {
            throw Self.refusal(uri, "it has no scheme", "write grpc://host:\(Self.defaultPort)")
        }
        switch uri[..<scheme.lowerBound].lowercased() {
        case "grpc", "grpc+tcp", "http": isSecure = false
        case "grpc+tls", "grpcs", "https": isSecure = true
        default: throw Self.refusal(uri, "its scheme is unknown", "write grpc:// or grpc+tls://")
        }
        var rest = uri[scheme.upperBound...]
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        if rest.contains(where: { "/?#".contains($0) }) {
            throw Self.refusal(uri, "something follows the port", "write grpc://host:port")
        }
        (host, port) = try Self.hostAndPort(rest, of: uri)
    }

    private static func hostAndPort(_ text: Substring, of uri: String) throws(MicromegasError) -> (String, Int) {
        var host = text
        var rest = Substring()
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw refusal(uri, "a “]” is missing", "write [::1]:port") }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard host.utf8.allSatisfy({ isHexDigit($0) || $0 == 58 || $0 == 46 }), host.contains(":") else {
                throw refusal(uri, "no IPv6 address stands in its brackets", "write [::1]:port")
            }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            rest = text[colon...]
            if rest.dropFirst().contains(":") {
                throw refusal(uri, "it has several colons", "write an IPv6 address in brackets: [::1]:port")
            }
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw refusal(uri, "it names no host", "write grpc://host:port")
        }
        if rest.isEmpty { return (String(host), defaultPort) }
        let digits = rest.dropFirst()
        guard rest.first == ":", digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(digits),
            (1...65_535).contains(port)
        else { throw refusal(uri, "its port is no number from 1 to 65535", "write grpc://host:\(defaultPort)") }
        return (String(host), port)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }

    private static func refusal(_ uri: String, _ reason: String, _ cure: String) -> MicromegasError {
        MicromegasError(.configuration, "the lake's address “\(uri)” cannot be used: \(reason); \(cure)")
    }

    /// `host:port`, an IPv6 address in brackets.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
