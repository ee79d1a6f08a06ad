public import Foundation

/// A JSON value whose integers are exact.
public enum GoldenJSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case double(Double)
    case text(String)
    case list([GoldenJSON])
    case object([String: GoldenJSON])

    /// Parses a document.
    public init(parsing data: Data) throws {
        self = try JSONDecoder().decode(GoldenJSON.self, from: data)
    }

    public func member(_ name: String) throws -> GoldenJSON {
        guard case .object(let members) = self, let member = members[name] else { throw GoldenError("no “\(name)”") }
        return member
    }

    public func text() throws -> String {
        guard case .text(let text) = self else { throw GoldenError("no text: \(self)") }
        return text
    }

    public func integer() throws -> Int64 {
        guard case .integer(let number) = self else { throw GoldenError("no integer: \(self)") }
        return number
    }

    public func list() throws -> [GoldenJSON] {
        guard case .list(let elements) = self else { throw GoldenError("no list: \(self)") }
        return elements
    }
}

extension GoldenJSON: Decodable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // The frequent kinds first: a kind that does not fit costs an error.
        if container.decodeNil() {
            self = .null
        } else if let number = try? container.decode(Int64.self) {
            self = .integer(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let elements = try? container.decode([GoldenJSON].self) {
            self = .list(elements)
        } else if let truth = try? container.decode(Bool.self) {
            self = .bool(truth)
        } else if let members = try? container.decode([String: GoldenJSON].self) {
            self = .object(members)
        } else if let number = try? container.decode(UInt64.self) {
            self = .unsigned(number)
        } else {
            self = .double(try container.decode(Double.self))
        }
    }
}
