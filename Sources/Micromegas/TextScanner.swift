import UTCTime

/// Reads a text from its beginning, a known part after another.
struct TextScanner {
    /// What has not been read yet.
    var rest: Substring

    init(_ text: String) { self.rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    /// Takes a known text; nil, and nothing read, where it is not what comes next.
    mutating func take(_ known: String) -> Void? {
        guard rest.hasPrefix(known) else { return nil }
        rest = rest.dropFirst(known.count)
        return ()
    }

    /// Takes everything before the next occurrence of a text, and that text.
    mutating func take(upTo mark: String) -> Substring? {
        guard let found = rest.range(of: mark) else { return nil }
        defer { rest = rest[found.upperBound...] }
        return rest[..<found.lowerBound]
    }

    /// Takes decimal digits, with a sign before them or not.
    mutating func takeInteger() -> Int64? {
        var end = rest.startIndex
        if rest.first == "-" { end = rest.index(after: end) }
        while end < rest.endIndex, let byte = rest[end].asciiValue, (48...57).contains(byte) {
            end = rest.index(after: end)
        }
        guard let value = Int64(rest[..<end]) else { return nil }
        rest = rest[end...]
        return value
    }

    /// Takes a time as the server's log lines write it, `2026-11-16T07:00:00+00:00` or `2026-11-16 07:00:00 UTC`,
    /// and the text that follows it.
    mutating func takeTime(upTo mark: String) -> Timestamp? {
        guard var text = take(upTo: mark) else { return nil }
        if text.hasSuffix(" UTC") { text = text.dropLast(4) + "Z" }
        return try? Timestamp(rfc3339: String(text))
    }
}
