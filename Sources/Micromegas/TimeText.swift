public import UTCTime

/// A time as Micromegas' Python client sends it: RFC 3339 with an offset in digits and six digits of the second's fraction,
/// or none where it is zero. Digits past the sixth are cut.
///
///     formatDatetime(Timestamp(seconds: 0))  // 1970-01-01T00:00:00+00:00
public func formatDatetime(_ time: Timestamp) -> String { text(time, offset: "+00:00") }

/// A time given as RFC 3339 text as Micromegas' Python client sends it; the offset stays as it was written.
///
///     try formatDatetime("2024-01-01T12:00:00.5-05:30")  // 2024-01-01T12:00:00.500000-05:30
///
/// - Throws: ``MicromegasError`` (`refused`) for anything else, a text without an offset included: other forms of ISO 8601
///   are refused although Python takes some.
public func formatDatetime(_ text: String) throws(MicromegasError) -> String {
    let time: Timestamp
    do throws(TimeTextError) { time = try Timestamp(rfc3339: text) } catch {
        throw MicromegasError(.refused, "\(error)")
    }
    guard let last = text.utf8.last, last != UInt8(ascii: "Z"), last != UInt8(ascii: "z") else {
        return formatDatetime(time)
    }
    // The parser has checked that six characters are there: +hh:mm.
    let offset = String(text.suffix(6))
    // UTC, of an unknown place: Python's times do not keep that apart.
    if offset == "-00:00" { return formatDatetime(time) }
    let digits = offset.utf8.compactMap { (48...57).contains($0) ? Int64($0) - 48 : nil }
    let minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
    return Micromegas.text(time + .minutes(offset.hasPrefix("-") ? -minutes : minutes), offset: offset)
}

private func text(_ local: Timestamp, offset: String) -> String {
    let isWhole = local.nanoseconds - local.floored(to: .seconds(1)).nanoseconds < 1_000
    return local.rfc3339(fractionDigits: isWhole ? 0 : 6).dropLast() + offset
}

/// How long `30m`, `2h` or `7d` is: ASCII digits and one of m, h and d.
///
///     let recently = TimeRange(now - (try parseTimeDelta("2h")), now)
///
/// - Throws: ``MicromegasError`` (`refused`) for anything else; what follows the unit is not ignored as Python does. Also
///   for more than the 999,999,999 days that Python's durations have.
public func parseTimeDelta(_ text: String) throws(MicromegasError) -> Duration {
    let seconds: [UInt8: Int64] = [UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3_600, UInt8(ascii: "d"): 86_400]
    let digits = text.utf8.dropLast()
    guard let unit = text.utf8.last.flatMap({ seconds[$0] }), !digits.isEmpty,
        digits.allSatisfy({ (48...57).contains($0) })
    else {
        throw MicromegasError(.refused, "“\(text)” is no duration: write a whole number and m, h or d, such as 30m")
    }
    let limit = 999_999_999 * 86_400 / unit
    guard let count = Int64(String(text.dropLast())), count <= limit else {
        throw MicromegasError(.refused, "“\(text)” is longer than 999999999 days")
    }
    return .seconds(count * unit)
}
