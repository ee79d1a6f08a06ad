import Micromegas

/// A JSON value whose members keep their order.
indirect enum JSONValue: Sendable, Hashable {
    struct Member: Sendable, Hashable {
        var name: String
        var value: JSONValue
    }

    case object([Member])
    case array([JSONValue])
    case string(String)
    case integer(Int64)
    case bool(Bool)
    case null

    /// An object of these members.
    static func members(_ members: (String, JSONValue)...) -> JSONValue {
        .object(members.map { Member(name: $0.0, value: $0.1) })
    }

    static func number(_ value: some BinaryInteger) -> JSONValue { .integer(Int64(clamping: value)) }

    static func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }

    /// The value as text: two blanks a level, what holds no other object on one line.
    var document: String {
        var text = ""
        write(to: &text, indent: 0)
        return text + "\n"
    }

    private var isFlat: Bool {
        switch self {
        case .object(let members): members.allSatisfy { !$0.value.holdsOthers }
        case .array(let items): items.allSatisfy { !$0.holdsOthers }
        default: true
        }
    }

    private var holdsOthers: Bool {
        switch self {
        case .object(let members): !members.isEmpty
        case .array(let items): !items.isEmpty
        default: false
        }
    }

    private func write(to text: inout String, indent: Int) {
        let isFlat = isFlat
        let (open, close) = isFlat ? ("", "") : ("\n" + blanks(indent + 2), "\n" + blanks(indent))
        let between = isFlat ? ", " : ",\n" + blanks(indent + 2)
        switch self {
        case .object(let members):
            text += "{" + (members.isEmpty ? "" : open)
            for (index, member) in members.enumerated() {
                if index > 0 { text += between }
                JSONText.write(member.name, to: &text)
                text += ": "
                member.value.write(to: &text, indent: indent + 2)
            }
            text += (members.isEmpty ? "" : close) + "}"
        case .array(let items):
            text += "[" + (items.isEmpty ? "" : open)
            for (index, item) in items.enumerated() {
                if index > 0 { text += between }
                item.write(to: &text, indent: indent + 2)
            }
            text += (items.isEmpty ? "" : close) + "]"
        case .string(let string): JSONText.write(string, to: &text)
        case .integer(let number): text += String(number)
        case .bool(let value): text += value ? "true" : "false"
        case .null: text += "null"
        }
    }
}
