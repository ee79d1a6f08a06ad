/// Why a text is no RFC 3339 time.
public struct TimeTextError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text that was refused.
    public var text: String
    /// What is wrong with it.
    public var reason: String

    /// The text and what is wrong with it.
    public var description: String { "“\(text)” is not an RFC 3339 time: \(reason)" }
}

extension Timestamp {
    /// The time an RFC 3339 text names (`2026-11-21T06:14:03.25Z`, `…+02:00`).
    ///
    /// Digits past the ninth of a second's fraction are refused, as is a leap second: neither can be kept.
    ///
    ///     let time = try Timestamp(rfc3339: "2026-11-21T06:14:03.25Z")
    ///
    /// - Throws: ``TimeTextError`` naming what is wrong.
    public init(rfc3339 text: String) throws(TimeTextError) {
        var parser = RFC3339Parser(text: text)
        self = try parser.parse()
    }

    /// The time as RFC 3339 text in UTC, with as many digits of the second's fraction as it has (0, 3, 6 or 9).
    public var rfc3339: String {
        let rest = nanoseconds - floored(to: .seconds(1)).nanoseconds
        if rest == 0 { return rfc3339(fractionDigits: 0) }
        if rest % 1_000_000 == 0 { return rfc3339(fractionDigits: 3) }
        return rfc3339(fractionDigits: rest % 1_000 == 0 ? 6 : 9)
    }

    /// The time as RFC 3339 text in UTC, the second's fraction cut to so many digits.
    ///
    ///     now.rfc3339(fractionDigits: 0)  // 2026-11-21T06:14:03Z
    ///
    /// - Parameter fractionDigits: 0 to 9; what a listing holds has 6.
    public func rfc3339(fractionDigits: Int) -> String {
        let day = CalendarDay(containing: self)
        let inDay = nanoseconds - startOfDay.nanoseconds
        let seconds = Int(inDay / 1_000_000_000)
        var text = "\(day)T\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        if fractionDigits > 0 {
            text += "." + padded(Int(inDay % 1_000_000_000), 9).prefix(min(fractionDigits, 9))
        }
        return text + "Z"
    }
}

extension Timestamp: CustomStringConvertible {
    /// As ``rfc3339``.
    public var description: String { rfc3339 }
}

/// A day of the proleptic Gregorian calendar, in UTC.
public struct CalendarDay: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let daysSinceEpoch: Int64

    /// The day so many days after 1970-01-01.
    ///
    ///     CalendarDay(daysSinceEpoch: 1)  // 1970-01-02
    public init(daysSinceEpoch: Int64) { self.daysSinceEpoch = daysSinceEpoch }

    /// The UTC day that a time is in.
    ///
    ///     let today = CalendarDay(containing: now)
    public init(containing time: Timestamp) {
        self.daysSinceEpoch = time.startOfDay.nanoseconds / 86_400_000_000_000
    }

    /// The day of a year, a month (1–12) and a day of the month; nil where there is no such day.
    ///
    ///     CalendarDay(year: 2026, month: 2, day: 30)  // nil
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Days from a civil date: years counted from March, so that the leap day is the last of its year.
        let shifted = Int64(month <= 2 ? year - 1 : year)
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.daysSinceEpoch = era * 146_097 + dayOfEra - 719_468
        guard civil == (year, month, day) else { return nil }
    }

    /// Midnight at the day's beginning.
    public var start: Timestamp { Timestamp(seconds: daysSinceEpoch * 86_400) }

    /// Midnight at the day's end.
    public var end: Timestamp { Timestamp(seconds: (daysSinceEpoch + 1) * 86_400) }

    /// The day so many days later (earlier, if negative).
    ///
    ///     let yesterday = CalendarDay(containing: now).advanced(by: -1)
    public func advanced(by days: Int64) -> CalendarDay { CalendarDay(daysSinceEpoch: daysSinceEpoch + days) }

    /// Whether a day comes before another.
    public static func < (a: CalendarDay, b: CalendarDay) -> Bool { a.daysSinceEpoch < b.daysSinceEpoch }

    /// `2026-11-21`.
    public var description: String {
        let (year, month, day) = civil
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// The year, the month (1–12) and the day of the month.
    public var civil: (year: Int, month: Int, day: Int) {
        let shifted = daysSinceEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        return (year, month, Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))
    }
}

/// A number written with leading zeros.
private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// Reads one RFC 3339 time, byte by byte.
private struct RFC3339Parser {
    let text: String
    let bytes: [UInt8]
    var position = 0

    init(text: String) {
        self.text = text
        self.bytes = Array(text.utf8)
    }

    mutating func parse() throws(TimeTextError) -> Timestamp {
        let year = try number(digits: 4, named: "year")
        try expect("-")
        let month = try number(digits: 2, named: "month")
        try expect("-")
        let dayOfMonth = try number(digits: 2, named: "day")
        guard let day = CalendarDay(year: year, month: month, day: dayOfMonth) else {
            throw error("there is no such day")
        }
        guard let separator = next(), "Tt ".utf8.contains(separator) else { throw error("after the date comes a T") }
        let hour = try number(digits: 2, named: "hour")
        try expect(":")
        let minute = try number(digits: 2, named: "minute")
        try expect(":")
        let second = try number(digits: 2, named: "second")
        guard hour < 24, minute < 60, second < 60 else { throw error("there is no such time of day") }
        let fraction = try fractionOfSecond()
        let offset = try zoneOffset()
        guard position == bytes.count else { throw error("something follows it") }
        let seconds = day.daysSinceEpoch * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, tooFar) = whole.addingReportingOverflow(fraction)
        if overflow || tooFar { throw error("it lies outside 1677 to 2262") }
        return Timestamp(nanoseconds: sum)
    }

    private mutating func fractionOfSecond() throws(TimeTextError) -> Int64 {
        guard position < bytes.count, bytes[position] == UInt8(ascii: ".") else { return 0 }
        position += 1
        var value: Int64 = 0
        var digits = 0
        while let digit = peekDigit() {
            position += 1
            digits += 1
            if digits > 9 { throw error("a second's fraction has at most nine digits") }
            value = value * 10 + Int64(digit)
        }
        if digits == 0 { throw error("a second's fraction has at least one digit") }
        for _ in digits..<9 { value *= 10 }
        return value
    }

    /// Seconds east of Greenwich.
    private mutating func zoneOffset() throws(TimeTextError) -> Int {
        switch next() {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): return 0
        case UInt8(ascii: "+"): return try hoursAndMinutes()
        case UInt8(ascii: "-"): return try -hoursAndMinutes()
        default: throw error("it ends with Z or an offset such as +02:00")
        }
    }

    private mutating func hoursAndMinutes() throws(TimeTextError) -> Int {
        let hours = try number(digits: 2, named: "offset's hour")
        try expect(":")
        let minutes = try number(digits: 2, named: "offset's minute")
        guard hours < 24, minutes < 60 else { throw error("there is no such offset") }
        return hours * 3600 + minutes * 60
    }

    private mutating func number(digits: Int, named name: String) throws(TimeTextError) -> Int {
        var value = 0
        for _ in 0..<digits {
            guard let digit = peekDigit() else { throw error("the \(name) has \(digits) digits") }
            position += 1
            value = value * 10 + digit
        }
        return value
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(TimeTextError) {
        guard next() == UInt8(ascii: character) else { throw error("a “\(character)” is missing") }
    }

    private func peekDigit() -> Int? {
        guard position < bytes.count, (48...57).contains(bytes[position]) else { return nil }
        return Int(bytes[position]) - 48
    }

    private mutating func next() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    private func error(_ reason: String) -> TimeTextError { TimeTextError(text: text, reason: reason) }
}
