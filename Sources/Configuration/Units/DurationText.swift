import UTCTime

/// Why a text is no duration or size: what is wrong, then the cure.
public struct UnitTextError: Error, Sendable, Hashable {
    /// `needs a unit: 90d, 90h, 90m or 90s`
    public var message: String
}

extension Duration {
    /// The duration that a policy file's text means: `90d 12h`, `45m`, `30s`, `2w`.
    ///
    /// Parts stand from the longest unit to the shortest, each unit once, with or without blanks between them. A day
    /// is 24 hours, a week 7 days. The longest is 36,500 days.
    ///
    /// - Throws: ``UnitTextError`` with a message that continues `soak ` or the like.
    public init(policyText text: String) throws(UnitTextError) {
        let parts = try numbersWithUnits(text, example: "90d 12h")
        if parts.count == 1, parts[0].unit.isEmpty {
            let number = parts[0].number
            throw UnitTextError(message: "needs a unit: \(number)d, \(number)h, \(number)m or \(number)s")
        }
        var seconds: Int64 = 0
        var last = Int.max
        for part in parts {
            guard let unit = DurationUnit(rawValue: part.unit) else {
                throw UnitTextError(
                    message:
                        "has no unit \(quoted(part.unit)): write weeks, days, hours, minutes, seconds as 2w 3d 4h 5m 6s"
                )
            }
            guard unit.seconds < last else {
                throw UnitTextError(message: "names its units out of order; write the longest first, such as 90d 12h")
            }
            last = unit.seconds
            let (product, tooLarge) = part.number.multipliedReportingOverflow(by: Int64(unit.seconds))
            let (sum, tooLong) = seconds.addingReportingOverflow(product)
            guard !tooLarge, !tooLong, sum <= 36_500 * 86_400 else {
                throw UnitTextError(message: "is longer than 36500d")
            }
            seconds = sum
        }
        self = .seconds(seconds)
    }

    /// The duration as a policy file writes it, cut to whole seconds and its two largest units: `46d 3h`, `45m`, `0s`.
    public var policyText: String {
        var rest = wholeSeconds.magnitude
        var parts: [String] = []
        for unit in DurationUnit.allCases where unit != .weeks {
            let count = rest / UInt64(unit.seconds)
            rest %= UInt64(unit.seconds)
            if count > 0 { parts.append("\(count)\(unit.rawValue)") }
            if parts.count == 2 || (parts.count == 1 && count == 0) { break }
        }
        if parts.isEmpty { return "0s" }
        return (wholeSeconds < 0 ? "-" : "") + parts.joined(separator: " ")
    }
}

private enum DurationUnit: String, CaseIterable {
    case weeks = "w"
    case days = "d"
    case hours = "h"
    case minutes = "m"
    case seconds = "s"

    var seconds: Int {
        switch self {
        case .weeks: 604_800
        case .days: 86_400
        case .hours: 3_600
        case .minutes: 60
        case .seconds: 1
        }
    }
}

/// The parts of a text such as `90d 12h`: whole numbers, each with the letters that follow it.
///
/// - Throws: ``UnitTextError`` for anything else, a sign or a fraction among it.
func numbersWithUnits(_ text: String, example: String) throws(UnitTextError) -> [(number: Int64, unit: String)] {
    var parts: [(number: Int64, unit: String)] = []
    var rest = text.utf8.drop { $0 == UInt8(ascii: " ") }
    if rest.first == UInt8(ascii: "-") { throw UnitTextError(message: "is negative; write it without the sign") }
    while !rest.isEmpty {
        let digits = rest.prefix { (48...57).contains($0) }
        guard !digits.isEmpty else { throw UnitTextError(message: "is \(quoted(text)); write it as \(example)") }
        guard let number = Int64(String(decoding: digits, as: UTF8.self)) else {
            throw UnitTextError(message: "is too large")
        }
        rest = rest.dropFirst(digits.count)
        if [UInt8(ascii: "."), UInt8(ascii: ",")].contains(rest.first) {
            throw UnitTextError(message: "takes whole numbers; write it as \(example)")
        }
        let letters = rest.drop { $0 == UInt8(ascii: " ") }.prefix { $0 > 32 && !(48...57).contains($0) }
        parts.append((number, String(decoding: letters, as: UTF8.self)))
        rest = rest[letters.endIndex...].drop { $0 == UInt8(ascii: " ") }
    }
    if parts.isEmpty { throw UnitTextError(message: "is empty; write it as \(example)") }
    return parts
}
