import ArrowIPC

/// Values as JSON (RFC 8259): times as RFC 3339 text, bytes as lower-case hexadecimal text, and, as JSON has no such numbers,
/// `"NaN"`, `"Infinity"` and `"-Infinity"` as text.
package enum JSONText {
    /// Writes a value of a type.
    static func write(_ value: Value, _ type: DataType, to text: inout String) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let number):
            if let time = TemporalText.text(number, type) { write(time, to: &text) } else { text += String(number) }
        case .unsigned(let number): text += String(number)
        case .double(let number): write(number, to: &text)
        case .bytes(let bytes): text += "\"" + SQLText.hex(bytes) + "\""
        case .list(let items): write(items, type, to: &text)
        case .structure(let members): write(members, type, to: &text)
        // A string keeps every digit, which a JSON number need not.
        case .decimal(let digits): write(digits, to: &text)
        case .interval(let months, let days, let nanoseconds):
            text += "{\"months\":\(months),\"days\":\(days),\"nanoseconds\":\(nanoseconds)}"
        case .map(let entries):
            let pairs = entries.map {
                Value.structure([.init(name: "key", value: $0.key), .init(name: "value", value: $0.value)])
            }
            write(pairs, type, to: &text)
        default: write(CellText.plain(value), to: &text)
        }
    }

    private static func write(_ number: Double, to text: inout String) {
        if number.isNaN { return text += "\"NaN\"" }
        if number.isInfinite { return text += number < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
        text += "\(number)"
    }

    private static func write(_ items: [Value], _ type: DataType, to text: inout String) {
        let elements = elementType(of: type)
        text += "["
        for (index, item) in items.enumerated() {
            if index > 0 { text += "," }
            write(item, elements, to: &text)
        }
        text += "]"
    }

    private static func write(_ members: [Value.Member], _ type: DataType, to text: inout String) {
        let types = memberTypes(of: type)
        text += "{"
        for (index, member) in members.enumerated() {
            if index > 0 { text += "," }
            write(member.name, to: &text)
            text += ":"
            write(member.value, index < types.count ? types[index] : .null, to: &text)
        }
        text += "}"
    }

    /// What a list holds; null, which lends its elements no form, where the type does not say.
    private static func elementType(of type: DataType) -> DataType {
        switch type.encoded {
        case .list(let element), .largeList(let element), .listView(let element), .largeListView(let element),
            .fixedSizeList(let element, _), .map(let element, _):
            element.type
        default: .null
        }
    }

    private static func memberTypes(of type: DataType) -> [DataType] {
        if case .structure(let members) = type.encoded { members.map(\.type) } else { [] }
    }

    /// A string: quotes, backslashes and control characters escaped, so that a line of JSON is a line.
    package static func write(_ string: String, to text: inout String) {
        // Most strings are as they are; a large one would take seconds character by character.
        if string.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }) {
            text += "\"\(string)\""
            return
        }
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || isLineEnd(scalar) {
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }

    private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool { scalar.value == 0x2028 || scalar.value == 0x2029 }
}
