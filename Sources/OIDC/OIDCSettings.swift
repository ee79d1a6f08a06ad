/// Which issuer is asked, and for whom.
package struct OIDCSettings: Sendable, Hashable {
    /// The issuer's identifier, an https URL as the issuer itself writes it.
    package var issuer: String
    /// What the issuer calls this client.
    package var clientID: String
    /// Whom the token is for, where the issuer wants it said.
    package var audience: String?
    /// The scopes to ask for, a space between them; nil for the client's usual ones.
    package var scope: String?
    /// A PEM file with the authorities that are trusted, in place of the system's.
    package var authorityFile: String?
    /// How long a connection may take to come about.
    package var connectTimeout: Duration = .seconds(5)
    /// How long one request may take, its connection and its answer included.
    package var timeout: Duration = .seconds(15)

    package init(issuer: String, clientID: String) {
        self.issuer = issuer
        self.clientID = clientID
    }
}
