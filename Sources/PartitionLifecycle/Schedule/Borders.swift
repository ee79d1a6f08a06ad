public import UTCTime

/// Which insert times a run may touch beside the lakehouse's own maintenance service and retention (contract §5).
public struct Borders: Sendable, Hashable {
    /// Global rows are left alone unless they end at this time or earlier.
    public var newest: Timestamp
    /// Nothing is materialized that begins earlier: the lakehouse is about to delete what it is made from.
    public var oldest: Timestamp
    /// How long after its end a day belongs to somebody else.
    private let wait: Duration
    private let retention: Duration

    /// The borders of a lake at a time of its server's clock.
    public init(_ lake: LakeSettings, now: Timestamp) {
        wait = lake.maintenanceService == .present ? .days(2) : .zero
        retention = lake.serverRetention
        newest = now.startOfDay - wait
        oldest = now - lake.serverRetention + .days(2)
    }

    /// When a global row that ends at a time may be touched.
    public func reached(by end: Timestamp) -> Timestamp {
        let midnight = end.startOfDay
        return (midnight < end ? midnight + .days(1) : midnight) + wait
    }

    /// When the lakehouse deletes what ends at a time.
    public func deletion(of end: Timestamp) -> Timestamp { end + retention }
}
