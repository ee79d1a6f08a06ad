public import UTCTime

extension Timestamp {
    /// The time an HTTP `date` header names, to a second; nil for any other text.
    ///
    /// The form is RFC 9110's IMF-fixdate, `Sat, 21 Nov 2026 08:34:43 GMT`, which is the only one that is sent today
    /// (§5.6.7). A weekday that is not the date's makes it another text: then something is wrong with the sender.
    ///
    ///     let time = Timestamp(httpDate: "Sat, 21 Nov 2026 08:34:43 GMT")
    public init?(httpDate text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, text.utf8.count == 29, parts[5] == "GMT",
            let dayOfMonth = number(parts[1], digits: 2),
            let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
                .firstIndex(of: parts[2]),
            let year = number(parts[3], digits: 4),
            let day = CalendarDay(year: year, month: month + 1, day: dayOfMonth),
            let seconds = secondsOfDay(parts[4])
        else { return nil }
        // 1970-01-01 was a Thursday.
        let weekday = Int(((day.daysSinceEpoch % 7) + 7) % 7)
        guard parts[0] == ["Thu,", "Fri,", "Sat,", "Sun,", "Mon,", "Tue,", "Wed,"][weekday] else { return nil }
        self = day.start + .seconds(seconds)
    }
}

/// `08:34:43` in seconds since midnight. A leap second (`:60`) counts as the one before it.
private func secondsOfDay(_ text: Substring) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let hour = number(parts[0], digits: 2), let minute = number(parts[1], digits: 2),
        let second = number(parts[2], digits: 2), hour < 24, minute < 60, second <= 60
    else { return nil }
    return hour * 3600 + minute * 60 + min(second, 59)
}

private func number(_ text: Substring, digits: Int) -> Int? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text)
}
