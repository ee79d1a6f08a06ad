import ArrowIPC

/// A value as the text of a cell: text as it is, times as RFC 3339, bytes as lower-case hexadecimal digits, what holds other
/// values as JSON, null as nothing.
enum CellText {
    static func text(_ value: Value, _ type: DataType) -> String {
        switch value {
        case .null: return ""
        case .text(let text): return text
        case .integer(let number): return TemporalText.text(number, type) ?? String(number)
        case .double(let number) where !number.isFinite: return number.isNaN ? "NaN" : number < 0 ? "-inf" : "inf"
        case .bytes(let bytes): return SQLText.hex(bytes)
        case .decimal(let digits): return digits
        default:
            var text = ""
            JSONText.write(value, type, to: &text)
            return text
        }
    }

    /// A value that has no form of its own here.
    static func plain(_ value: Value) -> String {
        if case .text(let text) = value { text } else { "\(value)" }
    }
}
