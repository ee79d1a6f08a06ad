/// The identifiers of a `CREATE MATERIALIZED VIEW … WITH (option = value, …)` text.
///
/// The queries of a definition are the values of its options, dollar-quoted or in single quotes
/// (`extract_query = $$SELECT …$$`), so those are read as SQL too. Comments and other quoted text are not.
struct SQLWords {
    /// Identifiers as the server knows them: lower-case unless they stand in double quotes.
    private(set) var identifiers: Set<String> = []
    /// Options of the definition itself whose value is quoted, one way or the other; the first of a name counts.
    private(set) var options: [String: String] = [:]
    /// Texts yet to read. A list, not recursion: nesting is as deep as a definition's author likes.
    private var pending: [[UInt8]] = []

    init(_ sql: String) {
        read(Array(sql.utf8), isDefinition: true)
        while let text = pending.popLast() { read(text, isDefinition: false) }
    }

    private mutating func read(_ text: [UInt8], isDefinition: Bool) {
        var position = 0
        /// The word and the `=` just read, where a value follows.
        var lastWord = ""
        var isValue = false
        while position < text.count {
            let byte = text[position]
            switch byte {
            case UInt8(ascii: "-") where text.has("--", at: position):
                position = text.firstIndex(of: UInt8(ascii: "\n"), from: position) ?? text.count
            case UInt8(ascii: "/") where text.has("/*", at: position):
                position = text.endOfComment(from: position)
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                let (value, end) = text.quoted(from: position)
                position = end
                if byte == UInt8(ascii: "\"") {
                    identifiers.insert(String(decoding: value, as: UTF8.self))
                } else if isValue {
                    if isDefinition { set(lastWord, to: value) }
                    if lastWord.hasSuffix("_query") { pending.append(value) }
                }
                isValue = false
            case UInt8(ascii: "$"):
                guard let tag = text.dollarTag(at: position) else {
                    position += 1
                    continue
                }
                let begin = position + tag.count
                let end = text.firstIndex(of: tag, from: begin) ?? text.count
                let value = Array(text[begin..<end])
                pending.append(value)
                if isDefinition && isValue { set(lastWord, to: value) }
                position = min(end + tag.count, text.count)
                isValue = false
            case UInt8(ascii: "="):
                isValue = true
                position += 1
            case _ where byte.isWord:
                let end = text[position...].firstIndex { !$0.isWord } ?? text.count
                let word = String(decoding: text[position..<end], as: UTF8.self).lowercased()
                if !(48...57).contains(byte) { identifiers.insert(word) }
                (lastWord, isValue, position) = (word, false, end)
            default:
                if ![9, 10, 13, 32].contains(byte) { isValue = false }
                position += 1
            }
        }
    }

    private mutating func set(_ option: String, to value: [UInt8]) {
        if options[option] == nil { options[option] = String(decoding: value, as: UTF8.self) }
    }
}

extension UInt8 {
    /// Whether it belongs to an unquoted identifier: a letter, a digit, an underscore, or part of a longer character.
    fileprivate var isWord: Bool {
        switch self {
        case 48...57, 65...90, 97...122, UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }
}

extension [UInt8] {
    fileprivate func has(_ text: StaticString, at position: Int) -> Bool {
        position + text.utf8CodeUnitCount <= count && self[position...].starts(with: text.description.utf8)
    }

    fileprivate func firstIndex(of byte: UInt8, from position: Int) -> Int? { self[position...].firstIndex(of: byte) }

    fileprivate func firstIndex(of bytes: [UInt8], from position: Int) -> Int? {
        guard count >= bytes.count, position <= count - bytes.count else { return nil }
        return (position...(count - bytes.count)).first { self[$0...].starts(with: bytes) }
    }

    /// Where a `/*` comment, which may hold others, ends.
    fileprivate func endOfComment(from position: Int) -> Int {
        var depth = 0
        var position = position
        while position < count {
            if has("/*", at: position) {
                depth += 1
                position += 2
            } else if has("*/", at: position) {
                depth -= 1
                position += 2
                if depth == 0 { return position }
            } else {
                position += 1
            }
        }
        return count
    }

    /// What stands between quotes, doubled ones made single, and where it ends.
    fileprivate func quoted(from position: Int) -> (value: [UInt8], end: Int) {
        let quote = self[position]
        var value: [UInt8] = []
        var position = position + 1
        while position < count {
            if self[position] == quote {
                guard position + 1 < count, self[position + 1] == quote else { return (value, position + 1) }
                position += 1
            }
            value.append(self[position])
            position += 1
        }
        return (value, count)
    }

    /// `$$` or `$tag$` at a place.
    fileprivate func dollarTag(at position: Int) -> [UInt8]? {
        guard let end = self[(position + 1)...].firstIndex(where: { !$0.isWord }), self[end] == UInt8(ascii: "$")
        else { return nil }
        return Array(self[position...end])
    }
}
