internal import FoundationEssentials

/// Reads JSON of a known shape, in which no object has a name twice.
enum StrictJSON {
    /// Why bytes are not of the shape. It holds none of them.
    struct Problem: Error, Equatable {
        var words: String
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws(Problem) -> Value {
        let value: Value
        do {
            value = try JSONDecoder().decode(type, from: Data(bytes))
        } catch DecodingError.keyNotFound(let key, _) {
            throw Problem(words: "its field “\(key.stringValue)” is missing")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw Problem(words: path.isEmpty ? "it is no JSON object" : "its field “\(path)” has a wrong type")
        } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw Problem(words: "its field “\(path)” has a value that is none")
        } catch {
            let isPage = bytes.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "<")
            throw Problem(words: isPage ? "it is no JSON but a web page" : "it is no JSON")
        }
        if RepeatedName.stands(in: bytes) { throw Problem(words: "it has one field twice") }
        return value
    }
}

/// Looks for a name that stands twice in one object of well-formed JSON. Which of the two counts is left open (RFC 8259 §4):
/// `JSONDecoder` takes the first, other readers the last, and of a token's claims the first must not count (RFC 7519 §4).
private enum RepeatedName {
    static func stands(in bytes: [UInt8]) -> Bool {
        // The names so far of each object that is open; nil for an array.
        var open: [Set<[UInt8]>?] = []
        var namesFollow = false
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"):
                open.append([])
                namesFollow = true
            case UInt8(ascii: "["):
                open.append(nil)
                namesFollow = false
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
            case UInt8(ascii: ","): namesFollow = open.last.map { $0 != nil } ?? false
            case UInt8(ascii: "\""):
                let text = string(at: index, in: bytes)
                if namesFollow, let level = open.indices.last {
                    guard open[level]?.insert(name(text)).inserted ?? true else { return true }
                }
                namesFollow = false
                index += text.count - 1
            default: break
            }
            index += 1
        }
        return false
    }

    /// A string with its quotes.
    private static func string(at start: Int, in bytes: [UInt8]) -> ArraySlice<UInt8> {
        var end = start + 1
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
        return bytes[start..<min(end + 1, bytes.count)]
    }

    /// What it says: `"e\u006dail"` is `email`, too.
    private static func name(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard text.contains(UInt8(ascii: "\\")), let said = try? JSONDecoder().decode(String.self, from: Data(text))
        else { return Array(text.dropFirst().dropLast()) }
        return Array(said.utf8)
    }
}
