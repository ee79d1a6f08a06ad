/// A place in a policy file, as editors count: the first character of the first line is 1:1.
public struct Place: Sendable, Hashable, Comparable {
    /// The line, from 1.
    public var line: Int
    /// The character in the line, from 1.
    public var column: Int

    /// A place.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public static func < (a: Place, b: Place) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

/// One thing that is wrong with a policy file, or worth a word: what, where, and the cure.
public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    /// The file, as it was named.
    public var file: String
    /// Where in it; nil where the file could not be read at all.
    public var place: Place?
    /// Whether it keeps the file from being used.
    public var severity: Severity
    /// What is wrong and what to do about it. It holds no value from `credentials` or of a `uri`.
    public var message: String

    /// How bad it is.
    public enum Severity: String, Sendable, Hashable {
        /// The file cannot be used.
        case error
        /// The file can be used and may not mean what its writer thinks.
        case warning
    }

    /// A diagnostic.
    public init(file: String, place: Place?, severity: Severity = .error, message: String) {
        self.file = file
        self.place = place
        self.severity = severity
        self.message = message
    }

    /// `file:line:column: error: message`, as compilers write it, so that editors can jump there.
    public var description: String {
        guard let place else { return "\(file): \(severity.rawValue): \(message)" }
        return "\(file):\(place.line):\(place.column): \(severity.rawValue): \(message)"
    }
}

/// Everything that is wrong with a policy file, in the file's order.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Errors and warnings; at least one error.
    public var diagnostics: [Diagnostic]

    /// An error of these.
    public init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

    /// A line each.
    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
