public import UTCTime

/// Values written into SQL text: the one place where anything is quoted.
///
/// The server's engine is DataFusion with its generic dialect: a quote within quotes is doubled, a backslash means
/// nothing.
public enum SQLText {
    /// The longest text that is quoted, in bytes of UTF-8; a file path of the lake has about a hundred.
    public static let maximumLength = 4_096

    /// A text as a literal: `it's` becomes `'it''s'`.
    ///
    ///     let sql = "SELECT * FROM processes WHERE exe = \(try SQLText.literal(name))"
    ///
    /// - Throws: ``MicromegasError`` (`refused`) for a text that holds NUL or is longer than ``maximumLength``.
    public static func literal(_ text: String) throws(MicromegasError) -> String {
        try quoted(text, by: "'")
    }

    /// A name of a view or a column as an identifier, its letters' case kept: `log_entries` becomes `"log_entries"`.
    ///
    ///     let sql = "SELECT * FROM \(try SQLText.identifier(name)) LIMIT 10"
    ///
    /// - Throws: ``MicromegasError`` (`refused`) for a name that is empty, holds NUL or is longer than ``maximumLength``.
    public static func identifier(_ name: String) throws(MicromegasError) -> String {
        if name.isEmpty { throw MicromegasError(.refused, "an empty name stands for nothing in SQL") }
        return try quoted(name, by: "\"")
    }

    /// A time as a literal: RFC 3339 in UTC with six digits of the second's fraction (contract §1), which is what a
    /// catalog keeps.
    ///
    ///     let sql = "SELECT * FROM list_partitions() WHERE updated < \(try SQLText.literal(midnight))"
    ///
    /// - Throws: ``MicromegasError`` (`refused`) for a time between two microseconds, which the text could not name.
    public static func literal(_ time: Timestamp) throws(MicromegasError) -> String {
        guard time.nanoseconds % 1_000 == 0 else {
            throw MicromegasError(
                .refused, "the time \(time) lies between two microseconds; a catalog keeps whole ones")
        }
        return "'\(time.rfc3339(fractionDigits: 6))'"
    }

    /// Bytes as a Binary value: `decode('06','hex')`.
    ///
    ///     let sql = "SELECT * FROM list_partitions() WHERE file_schema_hash = \(SQLText.binary([6]))"
    public static func binary(_ bytes: [UInt8]) -> String { "decode(\(hexLiteral(bytes)),'hex')" }

    /// Bytes as a literal of their lower-case hexadecimal digits: `'06'`.
    static func hexLiteral(_ bytes: [UInt8]) -> String { "'\(hex(bytes))'" }

    /// The lower-case hexadecimal digits of bytes.
    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func quoted(_ text: String, by quote: Character) throws(MicromegasError) -> String {
        guard text.utf8.count <= maximumLength else {
            throw MicromegasError(
                .refused, "a text of \(text.utf8.count) bytes is too long for SQL (\(maximumLength) at most)")
        }
        // Scalar by scalar: a quote that a combining mark follows is still a quote to the server.
        var result = String(quote)
        for scalar in text.unicodeScalars {
            if scalar.value == 0 { throw MicromegasError(.refused, "a text that holds NUL is not written into SQL") }
            if Character(scalar) == quote { result.unicodeScalars.append(scalar) }
            result.unicodeScalars.append(scalar)
        }
        result.append(quote)
        return result
    }
}
