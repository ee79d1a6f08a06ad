/// Gives the bearer tokens that calls carry.
///
///     configuration.credentials = .tokenFile("/run/secrets/lake-token")
///
/// One provider may serve several clients; a type of one's own gets its tokens from wherever they are kept.
public protocol CredentialProvider: Sendable {
    /// The token for a call that is about to be sent.
    ///
    /// Asked before every call, by several at once too: keep the token, and renew it before it expires.
    ///
    ///     func token() async throws -> BearerToken { try BearerToken(file: "/run/secrets/lake-token") }
    ///
    /// - Throws: ``MicromegasError``; any other error becomes one of code `noToken`.
    func token() async throws -> BearerToken

    /// Hears that the server did not accept a token. If ``token()`` gives another one afterwards, a call that only reads
    /// is sent once more with that.
    ///
    ///     func rejected(_ token: BearerToken) async { print("the lake does not accept the token") }
    func rejected(_ token: BearerToken) async

    /// What should be better about the credentials; nil where nothing should.
    var warning: String? { get }
}

extension CredentialProvider {
    /// Does nothing.
    ///
    ///     await provider.rejected(token)
    public func rejected(_ token: BearerToken) async {}

    /// Nothing.
    public var warning: String? { nil }
}

/// A token that stands in a file or in the environment.
public final class StoredToken: CredentialProvider {
    private let stored: StoredSecret

    /// The token of a place; read when it is first needed.
    ///
    ///     configuration.credentials = StoredToken(.environment("LAKE_TOKEN"))
    public init(_ source: SecretSource) { stored = StoredSecret(source, of: "the token", as: .token) }

    /// The token, read anew where its place has changed.
    ///
    ///     let token = try await StoredToken(.environment("LAKE_TOKEN")).token()
    ///
    /// - Throws: ``MicromegasError`` (`configuration`) where it cannot be read or is none.
    public func token() async throws -> BearerToken { BearerToken(checked: try stored.current()) }

    /// Has the next call read the token's place, changed or not.
    ///
    ///     await provider.rejected(token)
    public func rejected(_ token: BearerToken) async { stored.forget() }

    /// That others can read the file, or that it was being replaced; nil where nothing is to be said.
    public var warning: String? { stored.warning }
}

extension CredentialProvider where Self == StoredToken {
    /// The token in a file, alone but for white space around it. A changed file counts from the next call on.
    ///
    ///     configuration.credentials = .tokenFile("/run/secrets/lake-token")
    public static func tokenFile(_ path: String) -> StoredToken { StoredToken(.file(path)) }

    /// The token in the environment variable of this name.
    ///
    ///     configuration.credentials = .tokenVariable("LAKE_TOKEN")
    public static func tokenVariable(_ name: String) -> StoredToken { StoredToken(.environment(name)) }
}
