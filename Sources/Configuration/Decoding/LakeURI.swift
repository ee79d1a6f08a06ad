/// The address of a lake's server: `grpc://HOST:PORT`, or `grpc+tls://HOST:PORT` over TLS.
public struct LakeURI: Sendable, Hashable {
    /// A name or an address, IPv6 without brackets.
    public let host: String
    /// 1 to 65535.
    public let port: Int
    /// Whether it asks for TLS.
    public let isSecure: Bool

    /// Why a text is no address of a lake, and the cure. It never repeats the text, which may hold a password.
    public struct Problem: Error, Sendable, Hashable {
        /// Continues `lake.uri `.
        public var message: String
    }

    /// Reads an address.
    ///
    /// `grpcs` and, as the Python client writes it, `https` ask for TLS too. Over TLS the port may be left out: 50051.
    ///
    /// - Throws: ``Problem`` for every other scheme, a missing or wrong port, and anything after it.
    public init(_ text: String) throws(Problem) {
        let shape = "write grpc://HOST:PORT, such as grpc://127.0.0.1:50051"
        guard let separator = text.firstRange(of: "://") else {
            throw Problem(message: "has no scheme; \(shape)")
        }
        switch text[..<separator.lowerBound].lowercased() {
        case "grpc": isSecure = false
        case "grpc+tls", "grpcs", "https": isSecure = true
        default: throw Problem(message: "is of another scheme; \(shape); over TLS grpc+tls://HOST:PORT")
        }
        let address = text[separator.upperBound...]
        if address.contains("@") {
            throw Problem(
                message: "holds a user or a password; remove it and name a file in lake.credentials.token_file")
        }
        if address.contains(where: { "/?#".contains($0) }) {
            throw Problem(message: "goes on after the port; \(shape)")
        }
        guard let colon = address.lastIndex(of: ":"), !address[colon...].contains("]") else {
            if isSecure {
                host = try Self.host(address, shape)
                port = 50_051
                return
            }
            throw Problem(message: "has no port; \(shape)")
        }
        let digits = address[address.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(digits), (1...65_535).contains(port)
        else {
            throw Problem(message: "has a port that is no number from 1 to 65535; \(shape)")
        }
        host = try Self.host(address[..<colon], shape)
        self.port = port
    }

    /// Whether it is an address of the machine itself, as far as that shows in its text.
    var isThisMachine: Bool { host.lowercased() == "localhost" || host.hasPrefix("127.") || host == "::1" }

    private static func host(_ text: Substring, _ shape: String) throws(Problem) -> String {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inside = text.dropFirst().dropLast()
            guard inside.contains(":"), inside.allSatisfy({ $0.isHexDigit || ":.%".contains($0) }) else {
                throw Problem(message: "has no IPv6 address between [ and ]; \(shape)")
            }
            return String(inside)
        }
        if text.isEmpty { throw Problem(message: "has no host; \(shape)") }
        if text.contains(":") {
            throw Problem(message: "has an IPv6 address without brackets; write grpc://[::1]:50051")
        }
        guard text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw Problem(message: "has a host with blanks or other than ASCII characters; \(shape)")
        }
        return String(text)
    }
}
