public import UTCTime

/// The event times that a query is about; a server reads no partition outside them.
public struct TimeRange: Sendable, Hashable {
    /// The first time.
    public var begin: Timestamp
    /// The last time.
    public var end: Timestamp

    /// The times from one to another.
    ///
    ///     let lastHour = TimeRange(now - .hours(1), now)
    public init(_ begin: Timestamp, _ end: Timestamp) {
        self.begin = begin
        self.end = end
    }

    /// The times between two texts, each a date (`2026-11-21`, its midnight in UTC) or RFC 3339.
    ///
    ///     let day = try TimeRange(begin: "2026-11-20", end: "2026-11-21")
    ///     let shift = try TimeRange(begin: "2026-11-20T06:00:00+01:00", end: "2026-11-20T14:00:00+01:00")
    ///
    /// - Throws: ``MicromegasError`` (`refused`) for a text that is neither, and for an end before the beginning.
    public init(begin: String, end: String) throws(MicromegasError) {
        self.init(try Self.time(begin, "begin"), try Self.time(end, "end"))
        try check()
    }

    /// Refuses a range that ends before it begins.
    func check() throws(MicromegasError) {
        if end < begin {
            throw MicromegasError(.refused, "the time range ends before it begins: \(begin) to \(end)")
        }
    }

    /// The range that two texts name; nil where both are left out.
    ///
    ///     let range = try TimeRange.parse(begin: options["begin"], end: options["end"])
    ///
    /// - Throws: ``MicromegasError`` (`refused`) as above, and where one alone is there: servers ignore it silently.
    public static func parse(begin: String?, end: String?) throws(MicromegasError) -> TimeRange? {
        switch (begin, end) {
        case (nil, nil): return nil
        case (let begin?, let end?): return try TimeRange(begin: begin, end: end)
        case (_?, nil): throw MicromegasError(.refused, "a time range has a begin and no end; servers ignore one alone")
        case (nil, _?):
            throw MicromegasError(.refused, "a time range has an end and no begin; servers ignore one alone")
        }
    }

    private static func time(_ text: String, _ name: String) throws(MicromegasError) -> Timestamp {
        // A date is what a time is before its T.
        let full = text.utf8.count == 10 ? text + "T00:00:00Z" : text
        do throws(TimeTextError) {
            return try Timestamp(rfc3339: full)
        } catch {
            throw MicromegasError(
                .refused,
                "the range's \(name) “\(text)” cannot be used: \(error.reason); write a date or RFC 3339 "
                    + "(2026-11-21T06:14:03Z)")
        }
    }
}
