public import UTCTime

/// One call that materializes or regenerates partitions of a global view.
///
/// It is refused where the server would do nothing silently, never end, or make partitions that lie across the hours
/// (contract §4 and §5).
public struct MaterializationCall: Sendable, Hashable {
    /// What is asked for.
    public enum Action: String, Sendable, Hashable {
        /// Make what is missing or out of date, replacing what lies within.
        case materialize = "materialize_partitions"
        /// Make everything anew.
        case regenerate = "regenerate_partitions"
    }

    /// What is asked for.
    public let action: Action
    /// The view set.
    public let viewSet: String
    /// The first insert time, a multiple of the partitions' length.
    public let begin: Timestamp
    /// The end, a multiple of the partitions' length and at most a day after the beginning.
    public let end: Timestamp
    /// The length of each partition in seconds.
    public let deltaSeconds: Int64
    /// The text that is sent.
    public let sql: String

    /// A call.
    ///
    ///     let call = try MaterializationCall(
    ///         .regenerate, viewSet: "blocks", begin: midnight, end: midnight + .days(1), deltaSeconds: 86_400)
    ///     print(call.buckets.count)  // 1
    ///
    /// - Throws: ``MicromegasError`` (`refused`) for a length of zero or less, a range that is inverted, empty, longer
    ///   than a day or not tiled by the length, and a begin that is no multiple of the length.
    public init(
        _ action: Action, viewSet: String, begin: Timestamp, end: Timestamp, deltaSeconds: Int64
    ) throws(MicromegasError) {
        if let reason = Self.refusal(begin: begin, end: end, deltaSeconds: deltaSeconds) {
            throw MicromegasError(
                .refused, "\(action.rawValue) of “\(viewSet)” from \(begin) to \(end) is not sent: \(reason)")
        }
        self.action = action
        self.viewSet = viewSet
        self.begin = begin
        self.end = end
        self.deltaSeconds = deltaSeconds
        let arguments = try [SQLText.literal(viewSet), SQLText.literal(begin), SQLText.literal(end)]
        self.sql = "SELECT time, msg FROM \(action.rawValue)(\(arguments.joined(separator: ",")),\(deltaSeconds))"
    }

    private static func refusal(begin: Timestamp, end: Timestamp, deltaSeconds: Int64) -> String? {
        guard deltaSeconds > 0 else { return "partitions of \(deltaSeconds) s would never come to an end" }
        guard begin < end else { return "the range is inverted or empty" }
        let delta = Duration.seconds(deltaSeconds)
        guard end - begin <= .days(1) else { return "one call works on one day at most" }
        guard delta <= end - begin else { return "partitions of \(deltaSeconds) s are longer than the range" }
        guard begin.isMultiple(of: delta), end.isMultiple(of: delta) else {
            return "its ends are no multiples of \(deltaSeconds) s"
        }
        return nil
    }

    /// The buckets it works on, in order.
    public var buckets: [Bucket] {
        stride(from: begin.nanoseconds, to: end.nanoseconds, by: Int(deltaSeconds * 1_000_000_000)).map {
            let from = Timestamp(nanoseconds: $0)
            return Bucket(viewSet: viewSet, begin: from, end: from + .seconds(deltaSeconds))
        }
    }
}
