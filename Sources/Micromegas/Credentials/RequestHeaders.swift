import GRPC
import OIDC

/// A header that goes with every request.
public struct RequestHeader: Sendable, Hashable {
    /// Letters, digits, `-`, `_` and `.`; their case does not matter.
    public var name: String
    /// What it says.
    public var value: Value

    /// What a header says.
    public enum Value: Sendable, Hashable {
        /// A text that anybody may see.
        case text(String)
        /// A secret: kept out of messages and of the connection's compression tables.
        case secret(SecretSource)
    }

    /// A header that anybody may see, such as `x-tenant-id`.
    ///
    ///     configuration.headers.append(RequestHeader("x-tenant-id", "production"))
    public init(_ name: String, _ text: String) {
        self.name = name
        value = .text(text)
    }

    /// A header that holds a secret, such as `x-api-key`.
    ///
    ///     configuration.headers.append(RequestHeader("x-api-key", secret: .file("/run/secrets/api-key")))
    public init(_ name: String, secret: SecretSource) {
        self.name = name
        value = .secret(secret)
    }

    /// Why the client does not take a header of this name from outside; nil where it does.
    ///
    ///     if let reason = RequestHeader.refusal(of: "x-tenant-id", hasCredentials: true) { print(reason) }
    ///
    /// - Parameters:
    ///   - name: The header's name, in any case.
    ///   - hasCredentials: Whether the client has credentials, which go in `authorization`.
    public static func refusal(of name: String, hasCredentials: Bool) -> String? {
        let name = name.lowercased()
        if name == "authorization" { return hasCredentials ? "the credentials are sent in it" : nil }
        if identity.contains(name) { return "the client says in it what it is" }
        guard own.contains(name) else { return nil }
        return "the client sets it for each query"
    }

    /// What servers log of a client (contract §1). Other names that begin so are free: the Python guide sends
    /// `x-client-version`.
    private static let identity: Set<String> = [
        "x-client-type", "x-client-agent", "x-client-entrypoint", "x-client-session",
    ]
    private static let own: Set<String> = ["query_range_begin", "query_range_end", "limit", "preserve_dictionary"]
}

/// The headers of a client's calls: what it is, who calls, and what its configuration adds.
struct RequestHeaders: Sendable {
    private let agent: String
    private let credentials: (any CredentialProvider)?
    private let further: [(header: RequestHeader, secret: StoredSecret?)]

    init(_ configuration: ClientConfiguration) {
        agent = configuration.agent
        credentials = configuration.credentials
        further = configuration.headers.map { header in
            guard case .secret(let source) = header.value else { return (header, nil) }
            return (header, StoredSecret(source, of: "the header \(header.name)", as: .line))
        }
    }

    /// The headers of one call, and what of them must not be shown.
    struct OfCall: Sendable {
        var metadata = Metadata()
        var token: BearerToken?
        var redaction: Redaction
    }

    /// Gathers the headers of a call that is about to be sent.
    ///
    /// - Throws: ``MicromegasError``, `MetadataError`, `CancellationError`.
    func ofCall(_ own: [(name: String, value: String)]) async throws -> OfCall {
        var call = OfCall(redaction: Redaction([]))
        var secrets: [String] = []
        try call.metadata.add("x-client-type", "swift")
        try call.metadata.add("x-client-agent", agent)
        if let token = try await token() {
            call.token = token
            secrets.append(token.secret)
            try call.metadata.add("authorization", "Bearer \(token.secret)", isSecret: true)
        }
        for (header, secret) in further {
            if let reason = refusal(of: header.name, in: call) {
                throw MicromegasError(.configuration, "the header \(header.name) is refused: \(reason)")
            }
            if let secret {
                let text = try secret.current()
                secrets += Self.forms(of: text)
                try call.metadata.add(header.name, text, isSecret: true)
            } else if case .text(let text) = header.value {
                try call.metadata.add(header.name, text)
            }
        }
        for header in own { try call.metadata.add(header.name, header.value) }
        call.redaction = Redaction(secrets)
        return call
    }

    private func refusal(of name: String, in call: OfCall) -> String? {
        if let reason = RequestHeader.refusal(of: name, hasCredentials: credentials != nil) { return reason }
        // Which of two a server goes by is its own affair: the caller would be one of two.
        return call.metadata[name.lowercased()] == nil ? nil : "it is there already; name each header once"
    }

    /// A secret as it was sent, and what follows its scheme (`Bearer …`, RFC 9110 §11.4), which a server may repeat alone.
    private static func forms(of secret: String) -> [String] {
        [secret, String(secret.drop { $0 != " " }.drop { $0 == " " })]
    }

    private func token() async throws -> BearerToken? {
        do {
            return try await credentials?.token()
        } catch let error where error is MicromegasError || error is CancellationError {
            throw error
        } catch {
            throw MicromegasError(.noToken, "there is no token for the lake: \(error)")
        }
    }

    /// Tells the credentials that the server did not accept their token.
    func rejected(_ token: BearerToken) async { await credentials?.rejected(token) }
}
