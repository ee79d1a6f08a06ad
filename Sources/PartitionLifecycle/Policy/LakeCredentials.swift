extension LakeSettings {
    /// Where a secret is kept.
    public enum SecretPlace: Sendable, Hashable {
        /// A file.
        case file(String)
        /// The environment variable of this name.
        case environment(String)
    }

    /// As whom the lake is asked.
    public enum Credentials: Sendable, Hashable {
        /// As nobody.
        case none
        /// As the bearer of the token that is kept there.
        case token(SecretPlace)
        /// As the bearer of tokens that an OIDC issuer gives out.
        case oidc(OIDCClient)
    }

    /// A client of an OIDC issuer: it gets tokens in its own name.
    public struct OIDCClient: Sendable, Hashable {
        /// The issuer, an https URL.
        public var issuer: String
        /// What the issuer calls the client.
        public var clientID: String
        /// Where the client's secret is kept.
        public var clientSecret: SecretPlace
        /// Whom the tokens are for.
        public var audience: String?
        /// What is asked for, a space between scopes.
        public var scope: String?
        /// A file with the authorities that are trusted for the issuer.
        public var authorityFile: String?

        /// The least there must be.
        public init(issuer: String, clientID: String, clientSecret: SecretPlace) {
            self.issuer = issuer
            self.clientID = clientID
            self.clientSecret = clientSecret
        }
    }

    /// A header that goes with every request.
    public struct Header: Sendable, Hashable {
        /// Its name, as the file writes it.
        public var name: String
        /// What it says.
        public var value: Value

        /// What a header says.
        public enum Value: Sendable, Hashable {
            /// What anybody may see.
            case text(String)
            /// A secret.
            case secret(SecretPlace)
        }

        /// A header.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }
}
