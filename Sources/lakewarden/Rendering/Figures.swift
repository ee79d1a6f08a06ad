import PartitionLifecycle
import UTCTime

/// A whole number with its thousands apart: `1,486`.
func figure(_ number: some BinaryInteger) -> String {
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.utf8.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    groups.insert(digits, at: 0)
    return (number < 0 ? "-" : "") + groups.joined(separator: ",")
}

/// A number of things: `1 day`, `6 days`.
func counted(_ number: some BinaryInteger, _ thing: String, plural: String? = nil) -> String {
    "\(figure(number)) \(number == 1 ? thing : plural ?? thing + "s")"
}

/// A time to the second for people: `2026-11-21 06:14:03Z`.
func clock(_ time: Timestamp) -> String {
    time.rfc3339(fractionDigits: 0).replacing("T", with: " ")
}

/// Seconds with hundredths: `0.02 s`.
func seconds(_ duration: Duration) -> String {
    let hundredths = max(0, (duration.wholeNanoseconds / 1_000_000 + 5) / 10)
    let rest = hundredths % 100
    return "\(figure(hundredths / 100)).\(rest < 10 ? "0" : "")\(rest) s"
}

/// A run of days, the second without what it shares with the first: `2026-11-18…13`, `2026-11-02…10-28`.
func dayRange(_ first: CalendarDay, _ last: CalendarDay) -> String {
    if first == last { return first.description }
    let (a, b) = (first.civil, last.civil)
    let text = last.description
    let shared = a.year != b.year ? 0 : a.month != b.month ? 5 : 8
    return "\(first)…\(text.dropFirst(shared))"
}

extension Partition {
    /// The day its insert times begin on.
    var day: CalendarDay { CalendarDay(containing: range.begin) }
}
