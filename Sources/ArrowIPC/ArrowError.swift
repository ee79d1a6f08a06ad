/// Why bytes are not an Arrow stream that can be read: what is wrong, and where.
public struct ArrowError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure; further kinds may be added.
    public struct Code: Sendable, Equatable, CustomStringConvertible {
        /// The kind in words, such as `malformed`.
        public let description: String

        /// The bytes break the format.
        public static let malformed = Code(description: "malformed")
        /// The bytes may be good, but use a part of the format that is not read here.
        public static let unsupported = Code(description: "unsupported")
        /// The caller asked a column for values of another type than it has.
        public static let typeMismatch = Code(description: "type mismatch")
        /// The bytes are good and stand for more than is made of them at once.
        public static let tooLarge = Code(description: "too large")
    }

    /// The kind of failure.
    public var code: Code
    /// What is wrong.
    public var message: String
    /// Where, from the outside in (`record batch`, `column file_path`, …).
    public var place: [String]

    /// A failure.
    ///
    ///     throw ArrowError(.typeMismatch, "the column is no time")
    public init(_ code: Code, _ message: String, place: [String] = []) {
        self.code = code
        self.message = message
        self.place = place
    }

    static func malformed(_ message: String) -> ArrowError { ArrowError(.malformed, message) }
    static func unsupported(_ message: String) -> ArrowError { ArrowError(.unsupported, message) }

    /// The same error seen from one level further out.
    func inside(_ outer: String) -> ArrowError {
        ArrowError(code, message, place: [outer] + place)
    }

    /// The kind, where it is, and what is wrong.
    public var description: String {
        "\(code) Arrow data: " + (place.isEmpty ? "" : place.joined(separator: ", ") + ": ") + message
    }
}
