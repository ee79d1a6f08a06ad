public import UTCTime

/// A time as Micromegas' Python client sends it: RFC 3339 with an offset in digits and six digits of the second's fraction,
/// nine where it has nanoseconds, none where it is zero.
///
///     formatDatetime(Timestamp(seconds: 0))  // 1970-01-01T00:00:00+00:00
public func formatDatetime(_ time: Timestamp) -> String { text(time, offset: "+00:00", showsNanoseconds: true) }

/// A time given as RFC 3339 text as Micromegas' Python client sends it; the offset stays as it was written. Digits of
/// the second's fraction past the sixth are cut.
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
    // The parser has checked that the text ends with Z or z, or with six characters: +hh:mm.
    let isUTC = text.hasSuffix("Z") || text.hasSuffix("z")
    let offset = isUTC ? "-00:00" : String(text.suffix(6))
    // UTC, of a known place or not: Python's times do not keep that apart.
    if offset == "-00:00" { return Micromegas.text(time, offset: "+00:00", showsNanoseconds: false) }
    let digits = offset.utf8.compactMap { (48...57).contains($0) ? Int64($0) - 48 : nil }
    let minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
    let local = time + .minutes(offset.hasPrefix("-") ? -minutes : minutes)
    return Micromegas.text(local, offset: offset, showsNanoseconds: false)
}

private func text(_ local: Timestamp, offset: String, showsNanoseconds: Bool) -> String {
    let second: Int64 = 1_000_000_000
    let fraction = (local.nanoseconds % second + second) % second
    let digits = showsNanoseconds && fraction % 1_000 != 0 ? 9 : fraction < 1_000 ? 0 : 6
    return local.rfc3339(fractionDigits: digits).dropLast() + offset
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
