import Glibc
import UTCTime

extension Timestamp {
    /// This machine's clock. Records of the audit log carry it; nothing is decided by it.
    static var machineNow: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
