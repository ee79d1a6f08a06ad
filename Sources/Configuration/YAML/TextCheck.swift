/// Whether a file's bytes are text: UTF-8 without control characters. libyaml would say so without a line.
enum TextCheck {
    /// The bytes without a byte order mark; nil, and a diagnostic with the place, where they are no text.
    static func text(_ bytes: [UInt8], _ diagnostics: inout Diagnostics) -> [UInt8]? {
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        var place = Place(line: 1, column: 1)
        var decoder = UTF8()
        var iterator = content.makeIterator()
        while true {
            switch decoder.decode(&iterator) {
            case .emptyInput: return content
            case .error:
                diagnostics.error(place, "not UTF-8 here; save the file in that encoding")
                return nil
            case .scalarValue("\n"):
                place = Place(line: place.line + 1, column: 1)
            case .scalarValue(let scalar):
                if isForbidden(scalar) {
                    let code = String(scalar.value, radix: 16, uppercase: true)
                    diagnostics.error(place, "a control character (U+\(code)) stands here; remove it")
                    return nil
                }
                place.column += 1
            }
        }
    }

    /// What YAML 1.1 calls not printable (section 5.1).
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x85: false
        case 0..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: true
        default: false
        }
    }
}
