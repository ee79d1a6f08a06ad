public import UTCTime

/// The range of one partition that a maintenance call makes, as its log lines name it.
public struct Bucket: Sendable, Hashable, CustomStringConvertible {
    /// The view set.
    public var viewSet: String
    /// The instance; `global` for whatever is materialized by hand.
    public var instance: String
    /// The first insert time.
    public var begin: Timestamp
    /// The end, which it excludes.
    public var end: Timestamp

    /// A bucket.
    ///
    ///     let hour = Bucket(viewSet: "blocks", begin: midnight, end: midnight + .hours(1))
    public init(viewSet: String, instance: String = "global", begin: Timestamp, end: Timestamp) {
        self.viewSet = viewSet
        self.instance = instance
        self.begin = begin
        self.end = end
    }

    /// `blocks/global 2026-11-16T07:00:00Z…2026-11-16T08:00:00Z`.
    public var description: String { "\(viewSet)/\(instance) \(begin)…\(end)" }
}
