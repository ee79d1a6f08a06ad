internal import FoundationEssentials

/// Reads JSON of a known shape.
enum StrictJSON {
    /// Why bytes are not of the shape. It holds none of them.
    struct Problem: Error, Equatable {
        var words: String
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws(Problem) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch DecodingError.keyNotFound(let key, _) {
            throw Problem(words: "its field “\(key.stringValue)” is missing")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw Problem(words: path.isEmpty ? "it is no JSON object" : "its field “\(path)” has a wrong type")
        } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw Problem(words: "its field “\(path)” has a value that is none")
        } catch {
            throw Problem(words: "it is no JSON")
        }
    }
}
