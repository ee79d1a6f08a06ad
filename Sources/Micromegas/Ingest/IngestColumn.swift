import ArrowIPC

/// A column of a table that takes rows: its name, and what its values may be.
struct IngestColumn: Sendable {
    /// What a column holds.
    enum Kind: Sendable {
        case id
        /// An id, or an empty text where there is none.
        case idOrEmpty
        case text
        case bytes
        case int32
        case int64
        case time
        case texts
        case properties
    }

    let name: String
    let kind: Kind

    init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

extension IngestColumn.Kind {
    /// The type as it is sent.
    var type: DataType {
        switch self {
        case .id, .idOrEmpty, .text: .utf8
        case .bytes: .binary
        case .int32: .integer(.int32)
        case .int64: .integer(.int64)
        case .time: .timestamp(.nanoseconds, timeZone: "+00:00")
        case .texts: .list(Field(name: "item", type: .utf8))
        case .properties:
            .list(
                Field(
                    name: "item",
                    type: .structure([Field(name: "key", type: .utf8), Field(name: "value", type: .utf8)])))
        }
    }

    /// Whether a column of a type can be given: what the server takes, elements of lists under any name.
    func accepts(_ given: DataType) -> Bool {
        switch (self, given) {
        case (.id, _), (.idOrEmpty, _), (.text, _): Self.isText(given)
        case (.time, .timestamp(.nanoseconds, let zone?)): ["UTC", "+00:00", "Z"].contains(zone)
        case (.texts, .list(let element)): Self.isText(element.type)
        case (.properties, .list(let element)):
            if case .structure(let members) = element.type {
                members.map(\.name) == ["key", "value"] && members.allSatisfy { Self.isText($0.type) }
            } else {
                false
            }
        default: given == type
        }
    }

    private static func isText(_ type: DataType) -> Bool {
        if case .dictionary(_, let values, _) = type { values == .utf8 } else { type == .utf8 }
    }

    /// Why a value of a type that is accepted is refused all the same, and the cure; nil where it is good.
    func problem(_ value: Value) -> String? {
        switch value {
        case .null: return "it is null; \(isTextual ? "write an empty text where there is none" : "write a value")"
        case .text(let text):
            switch self {
            case .idOrEmpty where text.isEmpty: return nil
            case .id, .idOrEmpty:
                return UUIDText.isValid(text)
                    ? nil : "“\(text.prefix(64))” is no UUID; write it as 550e8400-e29b-41d4-a716-446655440000"
            default: return Self.problem(text)
            }
        case .integer(.min) where isTime, .integer(.max) where isTime:
            // Where arithmetic with times stops; no clock ever stood there.
            return "the time lies outside 1677 to 2262; write the one that is meant"
        case .list(let values): return problem(values)
        default: return nil
        }
    }

    private func problem(_ values: [Value]) -> String? {
        var keys: Set<String> = []
        for (index, value) in values.enumerated() {
            switch value {
            case .text(let text):
                if let problem = Self.problem(text) { return "its element \(index + 1): \(problem)" }
            case .structure(let members):
                for member in members {
                    guard case .text(let text) = member.value else {
                        return "its element \(index + 1): the \(member.name) is null; write a text"
                    }
                    if let problem = Self.problem(text) { return "its element \(index + 1): \(problem)" }
                }
                if case .text(let key)? = members.first?.value, !keys.insert(key).inserted {
                    return "the key “\(key.prefix(64))” is there twice; a server keeps one of them: leave the other out"
                }
            default: return "its element \(index + 1) is null; leave it out"
            }
        }
        return nil
    }

    /// PostgreSQL, where the rows go, has no NUL in texts and would refuse it after other rows were sent.
    private static func problem(_ text: String) -> String? {
        text.utf8.contains(0) ? "the text holds NUL, which a lake cannot keep; take it out" : nil
    }

    /// A value that has no problem, as it is sent.
    func normalized(_ value: Value) -> Value {
        switch (self, value) {
        // A server names the file of a payload by its ids as they are written, and looks for it in lower case.
        case (.id, .text(let text)), (.idOrEmpty, .text(let text)): .text(text.lowercased())
        default: value
        }
    }

    private var isTime: Bool { if case .time = self { true } else { false } }

    private var isTextual: Bool {
        switch self {
        case .text, .idOrEmpty: true
        default: false
        }
    }
}
