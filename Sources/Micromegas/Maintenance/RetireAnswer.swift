public import UTCTime

/// One message that a retire function answers (contract §3).
///
/// A success is one only if every row of its call says so: one row that fails rolls its whole transaction back, and the
/// others still say success.
public enum RetireAnswer: Sendable, Hashable {
    /// The row was retired, if all of its call were.
    case success(RetireSubject)
    /// No such row.
    case notFound(RetireSubject)
    /// An argument was NULL.
    case nullArgument(String)
    /// So many changes of the call were undone because another row failed.
    case rolledBack(Int64)
    /// Several rows answer the description.
    case ambiguous(String)
    /// Any other failure.
    case error(String)
    /// A message that is not on the contract's list.
    case unknown(String)

    /// What a message says; nil stands for SQL's NULL.
    ///
    ///     if case .notFound(let subject) = RetireAnswer(message: text) { print(subject) }
    public init(message: String?) {
        guard let message else {
            self = .unknown("NULL")
            return
        }
        self = Self.succeeded(message) ?? Self.failed(message) ?? Self.undone(message) ?? .unknown(message)
    }

    private static func succeeded(_ message: String) -> RetireAnswer? {
        var text = TextScanner(message)
        guard text.take("SUCCESS: Retired partition ") != nil, !text.isAtEnd else { return nil }
        return .success(RetireSubject(String(text.rest)))
    }

    private static func failed(_ message: String) -> RetireAnswer? {
        var text = TextScanner(message)
        guard text.take("ERROR: ") != nil else { return nil }
        if message.hasSuffix(" cannot be null") { return .nullArgument(message) }
        if message.contains("Ambiguous match") { return .ambiguous(message) }
        guard text.take("Partition not found: ") != nil, !text.isAtEnd else { return .error(message) }
        return .notFound(RetireSubject(String(text.rest)))
    }

    private static func undone(_ message: String) -> RetireAnswer? {
        var text = TextScanner(message)
        guard text.take("ROLLED_BACK: All ") != nil, let changes = text.takeInteger(),
            text.rest == " previous changes were reverted due to errors in batch"
        else { return nil }
        return .rolledBack(changes)
    }
}

/// What a retire message is about.
public enum RetireSubject: Sendable, Hashable {
    /// A file, by its path.
    case file(String)
    /// A row by its metadata; the hash, as hexadecimal digits, only where the server was told it.
    case row(viewSet: String, instance: String, begin: Timestamp, end: Timestamp, schemaHash: String?)

    /// Reads `log_entries/global [2026-11-13 01:00:00 UTC, 2026-11-13 02:00:00 UTC) schema_hash=07`; anything else is a
    /// file path.
    init(_ text: String) {
        self = Self.metadata(text) ?? .file(text)
    }

    private static func metadata(_ text: String) -> RetireSubject? {
        var scanner = TextScanner(text)
        guard let viewSet = scanner.take(upTo: "/"), let instance = scanner.take(upTo: " ["),
            let begin = scanner.takeTime(upTo: ", "), let end = scanner.takeTime(upTo: ")")
        else { return nil }
        var hash: String?
        if scanner.take(" schema_hash=") != nil {
            hash = String(scanner.rest)
        } else if !scanner.isAtEnd {
            return nil
        }
        return .row(viewSet: String(viewSet), instance: String(instance), begin: begin, end: end, schemaHash: hash)
    }
}
