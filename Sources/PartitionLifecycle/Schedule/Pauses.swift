public import UTCTime

/// The minutes that belong to the lakehouse's own maintenance service (contract §5): hh:05 to hh:30, around its hourly
/// task, and 04:00 to 06:00 UTC, around its daily one.
public enum Pauses {
    /// Until when nothing is to be sent that changes the lake; nil where work may go on.
    ///
    /// - Parameter time: The server's clock.
    public static func end(at time: Timestamp, maintenanceService: LakeSettings.MaintenanceService) -> Timestamp? {
        guard maintenanceService == .present else { return nil }
        var end = time
        // The daily pause ends on an hour and may begin within an hourly one: at most three steps.
        while let next = pause(at: end) { end = next }
        return end == time ? nil : end
    }

    private static func pause(at time: Timestamp) -> Timestamp? {
        let day = time.startOfDay
        if time >= day + .hours(4) && time < day + .hours(6) { return day + .hours(6) }
        let hour = time.floored(to: .hours(1))
        return time >= hour + .minutes(5) && time < hour + .minutes(30) ? hour + .minutes(30) : nil
    }
}
