/// The digits of a decimal number, which lies in a message as a little-endian number in two's complement.
struct DecimalDigits {
    private let isNegative: Bool
    /// The number without its sign, the least significant word first.
    private var words: [UInt32]

    /// - Parameter bytes: a multiple of 4.
    init(_ bytes: Buffer) {
        words = (0..<bytes.count / 4).map { bytes.load(atByte: 4 * $0, as: UInt32.self) }
        isNegative = (words.last ?? 0) >> 31 == 1
        guard isNegative else { return }
        var carries = true
        for index in words.indices {
            (words[index], carries) = (~words[index]).addingReportingOverflow(carries ? 1 : 0)
        }
    }

    /// The number with so many digits behind the point; a negative scale puts zeros before it.
    func text(scale: Int) -> String {
        var digits = self.digits
        if scale < 0, digits != "0" { digits += String(repeating: "0", count: -scale) }
        if scale > 0 {
            digits = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
            digits = digits.prefix(digits.utf8.count - scale) + "." + digits.suffix(scale)
        }
        return (isNegative ? "-" : "") + digits
    }

    private var digits: String {
        var words = words
        var groups: [String] = []
        while words.contains(where: { $0 != 0 }) {
            var remainder: UInt64 = 0
            for index in words.indices.reversed() {
                let value = remainder << 32 | UInt64(words[index])
                words[index] = UInt32(value / 1_000_000_000)
                remainder = value % 1_000_000_000
            }
            let group = String(remainder)
            let isFirst = words.allSatisfy { $0 == 0 }
            groups.append(isFirst ? group : String(repeating: "0", count: 9 - group.utf8.count) + group)
        }
        return groups.isEmpty ? "0" : groups.reversed().joined()
    }
}
