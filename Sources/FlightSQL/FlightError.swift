/// Why an answer is not what Flight SQL lays down, though the call itself may have ended well.
public struct FlightError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public var message: String

    /// A failure.
    ///
    ///     throw FlightError("the answer ended without a schema")
    public init(_ message: String) { self.message = message }

    /// The message, and what it is about.
    public var description: String { "malformed Flight message: \(message)" }
}
