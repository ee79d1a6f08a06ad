/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// The unit is Arrow's `Timestamp(ns, "+00:00")`, which is what a Micromegas listing holds. The range is
/// 1677-09-21 to 2262-04-11; arithmetic that would leave it stops at its ends, so that no age computed from a
/// server's answer can trap.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public var nanoseconds: Int64

    /// The time so many nanoseconds after 1970-01-01T00:00:00Z.
    ///
    ///     Timestamp(nanoseconds: 1_500_000_000)  // 1970-01-01T00:00:01.500Z
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The time so many whole seconds after 1970-01-01T00:00:00Z, held within the range.
    ///
    ///     Timestamp(seconds: 86_400)  // 1970-01-02T00:00:00Z
    public init(seconds: Int64) {
        self.nanoseconds = Self.clamped(seconds.multipliedReportingOverflow(by: 1_000_000_000), negative: seconds < 0)
    }

    /// Whether a time comes before another.
    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The time a duration later, held within the range.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let step = duration.wholeNanoseconds
        return Timestamp(nanoseconds: clamped(time.nanoseconds.addingReportingOverflow(step), negative: step < 0))
    }

    /// The time a duration earlier, held within the range.
    public static func - (time: Timestamp, duration: Duration) -> Timestamp {
        let step = duration.wholeNanoseconds
        return Timestamp(nanoseconds: clamped(time.nanoseconds.subtractingReportingOverflow(step), negative: step > 0))
    }

    /// How long after `b` the time `a` is.
    public static func - (a: Timestamp, b: Timestamp) -> Duration {
        .nanoseconds(clamped(a.nanoseconds.subtractingReportingOverflow(b.nanoseconds), negative: a < b))
    }

    /// The greatest multiple of `unit`, counted from 1970-01-01T00:00:00Z, that is not after this time.
    ///
    ///     let hour = now.floored(to: .hours(1))
    ///
    /// - Parameter unit: Greater than zero.
    public func floored(to unit: Duration) -> Timestamp {
        let step = unit.wholeNanoseconds
        precondition(step > 0, "a time is floored to a positive unit")
        let rest = nanoseconds % step
        return self - .nanoseconds(rest < 0 ? rest + step : rest)
    }

    /// Whether the time is a multiple of `unit`, counted from 1970-01-01T00:00:00Z.
    ///
    ///     let isMidnight = now.isMultiple(of: .days(1))
    public func isMultiple(of unit: Duration) -> Bool {
        let step = unit.wholeNanoseconds
        return step > 0 && nanoseconds % step == 0
    }

    /// Midnight at the beginning of the time's UTC day.
    public var startOfDay: Timestamp { floored(to: .days(1)) }

    private static func clamped(_ result: (partialValue: Int64, overflow: Bool), negative: Bool) -> Int64 {
        result.overflow ? (negative ? .min : .max) : result.partialValue
    }
}

extension Duration {
    /// So many periods of 24 hours.
    ///
    ///     let lastWeek = TimeRange(now - .days(7), now)
    public static func days(_ count: Int64) -> Duration { .seconds(count) * 86_400 }

    /// So many hours.
    ///
    ///     let anHourAgo = now - .hours(1)
    public static func hours(_ count: Int64) -> Duration { .seconds(count) * 3_600 }

    /// So many minutes.
    ///
    ///     let soon = now + .minutes(5)
    public static func minutes(_ count: Int64) -> Duration { .seconds(count) * 60 }

    /// The duration in nanoseconds, cut towards zero and held within 292 years.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, tooFar) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return tooFar ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration in whole seconds, cut towards zero.
    public var wholeSeconds: Int64 { components.seconds }
}
