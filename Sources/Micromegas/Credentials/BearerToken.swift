/// The secret that says who calls. It shows itself to nobody but the request it goes with.
public struct BearerToken: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    let secret: String

    /// The longest token, in bytes: with it a request's headers stay under the 16,384 that a server takes
    /// (contract §1).
    public static let maximumLength = 12_288

    /// A token that the program holds; white space around it is no part of it.
    ///
    ///     let token = try BearerToken(text)
    ///
    /// - Throws: ``MicromegasError`` (`configuration`) for a text that is no token. The error does not hold the text.
    public init(_ text: String) throws(MicromegasError) {
        do throws(SecretText.Problem) {
            secret = try SecretText.token.checked(Array(text.utf8))
        } catch {
            throw MicromegasError(.configuration, "the token \(error.what); \(error.cure)")
        }
    }

    /// Reads the token that stands in a file, alone but for white space around it.
    ///
    ///     let token = try BearerToken(file: "/run/secrets/lake-token")
    ///
    /// - Throws: ``MicromegasError`` (`configuration`) for a file that cannot be read, and for contents that are no
    ///   token. The text never holds what the file does.
    public init(file path: String) throws(MicromegasError) {
        secret = try StoredSecret(.file(path), of: "the token", as: .token).current()
    }

    /// A token whose text was checked.
    init(checked secret: String) { self.secret = secret }

    /// A word in the secret's place.
    public var description: String { "(token)" }

    /// Nothing: a dump shows no secret either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
