public import UTCTime

/// Why a run does nothing at all.
public enum Stop: Sendable, Hashable {
    /// No global row is listed although the server reports global views: the listing is filtered, or the lake is new.
    case hiddenListing(globalViews: [String])
    /// Rows of a hash that is not the server's were written after its newest own ones: the server is older than the
    /// lake's writer.
    case newerRows(viewSet: String, hash: SchemaHash, oldestUpdated: Timestamp, current: SchemaHash)
    /// A view's newest global row carries another hash than the connected server's: writer and reader differ.
    case mixedVersions(viewSet: String, newest: PartitionIdentity, current: SchemaHash)
    /// Two connections answered different hashes.
    case replicasDisagree(viewSet: String, hashes: [SchemaHash])
    /// A policy names a view set that the server does not list and the lake holds no row of.
    case unknownViewSet(policy: String, name: String, nearest: String?)
    /// More partitions would go without proved replacement than the guard rails allow.
    case tooManyPartitions(planned: Int, allowed: Int)
    /// More bytes would go without proved replacement than the guard rails allow.
    case tooManyBytes(planned: Int64, allowed: Int64)
    /// A retention policy would leave a view set without any row.
    case removesEverything(policy: String, viewSet: String, partitions: Int)
    /// A row that is to be removed without proved replacement is younger than the guard rails allow.
    case tooYoung(policy: String, partition: PartitionIdentity, age: Duration, minimum: Duration)
    /// A query counts fewer blocks of a day than the listing records: what this caller may read is filtered.
    case hiddenRows(day: CalendarDay, listed: Int64, counted: Int64)
    /// The server offers this caller no function that the plan needs: the right is missing, or the server is too old.
    case functionsMissing([String])
    /// The plan breaks one of its own rules: a fault in the planner, or a plan that was altered.
    case unsoundPlan(PlanFault)
}
