import ArrowIPC
import UTCTime

/// Arrow's dates and times as text: RFC 3339 for points in time, with as many digits as the unit needs.
enum TemporalText {
    /// The text of a number of a temporal type; nil for other types and for what lies outside 1677 to 2262.
    static func text(_ number: Int64, _ type: DataType) -> String? {
        switch type.encoded {
        case .date32:
            guard let seconds = scaled(number, 86_400) else { return nil }
            return timestamp(seconds, unit: .seconds).map { String($0.rfc3339(fractionDigits: 0).prefix(10)) }
        case .date64:
            return timestamp(number, unit: .milliseconds).map { String($0.rfc3339(fractionDigits: 0).prefix(10)) }
        case .timestamp(let unit, let zone):
            guard let time = timestamp(number, unit: unit) else { return nil }
            let text = time.rfc3339(fractionDigits: digits(of: time, unit))
            // Without a zone it is some local clock's time, which RFC 3339 cannot say.
            return zone == nil ? String(text.dropLast()) : text
        case .time32(let unit), .time64(let unit):
            guard let time = timestamp(number, unit: unit), (0..<86_400_000_000_000).contains(time.nanoseconds) else {
                return nil
            }
            return String(time.rfc3339(fractionDigits: digits(of: time, unit)).dropLast().dropFirst(11))
        case .duration(let unit): return "\(number) \(unit.rawValue)"
        default: return nil
        }
    }

    /// The time that a number of a timestamp type is; nil for other types and for what is out of range.
    static func timestamp(_ number: Int64, _ type: DataType) -> Timestamp? {
        if case .timestamp(let unit, _) = type.encoded { timestamp(number, unit: unit) } else { nil }
    }

    private static func timestamp(_ number: Int64, unit: TimeUnit) -> Timestamp? {
        let nanoseconds: Int64 =
            switch unit {
            case .seconds: 1_000_000_000
            case .milliseconds: 1_000_000
            case .microseconds: 1_000
            case .nanoseconds: 1
            }
        return scaled(number, nanoseconds).map(Timestamp.init(nanoseconds:))
    }

    private static func scaled(_ number: Int64, _ factor: Int64) -> Int64? {
        let (result, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : result
    }

    /// None for a whole second, else those of the unit.
    private static func digits(of time: Timestamp, _ unit: TimeUnit) -> Int {
        if time.isMultiple(of: .seconds(1)) { return 0 }
        return switch unit {
        case .seconds: 0
        case .milliseconds: 3
        case .microseconds: 6
        case .nanoseconds: 9
        }
    }
}
