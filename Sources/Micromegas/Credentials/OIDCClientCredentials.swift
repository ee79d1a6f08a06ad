import OIDC

/// Tokens that an OIDC issuer gives to a program in its own name: the client credentials grant (RFC 6749 §4.4).
///
///     var settings = OIDCClientCredentials.Settings(
///         issuer: "https://login.example.com/realms/lake", clientID: "lakewarden",
///         clientSecret: .file("/run/secrets/oidc-client-secret"))
///     settings.scope = "lake"
///     configuration.credentials = .oidc(settings)
///
/// The token is asked for when it is first needed, and renewed by one request at the first call of its last part (a fifth
/// of its life, five minutes at most), beside the calls. All clients that share a provider share its token. Requests go over
/// HTTPS to a server that proves who it is; no proxy is used and no redirect followed.
///
/// Its errors are ``MicromegasError`` of code `noToken`. One of them is a token that carries no `email` claim, by which a
/// 0.33 server knows its admins (contract §6); of a token that is no JSON Web Token that cannot be told:
/// ``CredentialProvider/warning`` says so.
public final class OIDCClientCredentials: CredentialProvider {
    /// Which issuer is asked, and for whom.
    public struct Settings: Sendable, Hashable {
        /// The issuer's identifier, an https URL, exactly as the issuer writes itself.
        public var issuer: String
        /// What the issuer calls this program.
        public var clientID: String
        /// Where this program's secret is kept; read anew for each request.
        public var clientSecret: SecretSource
        /// Whom the token is for, where the issuer wants it said.
        public var audience: String?
        /// The scopes to ask for, a space between them; nil for the client's usual ones.
        public var scope: String?
        /// A PEM file with the authorities that are trusted for the issuer, in place of the system's.
        public var authorityFile: String?

        /// The least there must be.
        ///
        ///     let settings = OIDCClientCredentials.Settings(
        ///         issuer: "https://login.example.com/realms/lake", clientID: "lakewarden",
        ///         clientSecret: .environment("OIDC_CLIENT_SECRET"))
        public init(issuer: String, clientID: String, clientSecret: SecretSource) {
            self.issuer = issuer
            self.clientID = clientID
            self.clientSecret = clientSecret
        }
    }

    private let keeper: TokenKeeper
    private let secret: StoredSecret

    /// A provider; nothing is asked yet.
    ///
    ///     let shared = OIDCClientCredentials(settings)  // for several clients
    public init(_ settings: Settings) {
        let secret = StoredSecret(settings.clientSecret, of: "the client secret", as: .line)
        var asked = OIDCSettings(issuer: settings.issuer, clientID: settings.clientID)
        asked.audience = settings.audience
        asked.scope = settings.scope
        asked.authorityFile = settings.authorityFile
        keeper = TokenKeeper(asked) { try secret.current() }
        self.secret = secret
    }

    /// The token that is good now; the first call, and the first of its last part, ask the issuer.
    ///
    ///     let token = try await OIDCClientCredentials(settings).token()
    ///
    /// - Throws: ``MicromegasError`` (`noToken`) where the issuer gives none; `CancellationError`.
    public func token() async throws -> BearerToken {
        do {
            return BearerToken(checked: try await keeper.token().text)
        } catch let error as OIDCError {
            throw MicromegasError(.noToken, error.message, cause: error.cause)
        }
    }

    /// Has another token asked for by the next call, unless this one was only just issued.
    ///
    ///     await provider.rejected(token)
    public func rejected(_ token: BearerToken) async { keeper.rejected(token.secret) }

    /// That the token in use could not be renewed, what is to be said of the token itself, or that others can read the
    /// secret's file; nil where nothing is.
    public var warning: String? { keeper.note ?? secret.warning }
}

extension CredentialProvider where Self == OIDCClientCredentials {
    /// Tokens that an OIDC issuer gives to this program in its own name.
    ///
    ///     configuration.credentials = .oidc(settings)
    public static func oidc(_ settings: OIDCClientCredentials.Settings) -> OIDCClientCredentials {
        OIDCClientCredentials(settings)
    }
}
