public import UTCTime

/// Everything one run would do, with its reasons: a value that is shown, held against the guard rails, and followed.
public struct Plan: Sendable, Hashable {
    /// The server's clock of the listing it was made from.
    public var now: Timestamp
    /// Days to rebuild, newest first.
    public var days: [DayRebuild]
    /// Rows to retire: just-in-time rows of old hashes first, then what retention asks for.
    public var retirements: [Retirement]
    /// What is left alone although a policy speaks of it, each with its reason.
    public var holds: [Hold]
    /// What queries do not see, by view.
    public var unseen: [UnseenView]
    /// Listed rows that no step touches, held ones not counted.
    public var kept: Int

    /// A plan.
    public init(
        now: Timestamp, days: [DayRebuild] = [], retirements: [Retirement] = [], holds: [Hold] = [],
        unseen: [UnseenView] = [], kept: Int = 0
    ) {
        self.now = now
        self.days = days
        self.retirements = retirements
        self.holds = holds
        self.unseen = unseen
        self.kept = kept
    }

    /// Whether nothing would be done.
    public var isEmpty: Bool { days.isEmpty && retirements.isEmpty }
}

/// A UTC day whose old rows are rebuilt, its views in dependency order.
public struct DayRebuild: Sendable, Hashable {
    /// The day.
    public var day: CalendarDay
    /// What is rebuilt, in the order in which it is made.
    public var views: [ViewRebuild]

    /// A day.
    public init(day: CalendarDay, views: [ViewRebuild]) {
        self.day = day
        self.views = views
    }
}

/// The shadow rebuild of one view on one day: shadows are made beside the old rows, compared with them, and merged
/// over them.
public struct ViewRebuild: Sendable, Hashable {
    /// The view set.
    public var viewSet: String
    /// The day.
    public var day: CalendarDay
    /// The policy that asks for it.
    public var policy: String
    /// The hash that the new rows carry.
    public var currentHash: SchemaHash
    /// What the view reads; all of it must be whole at its current hash before a shadow is made.
    public var reads: [String]
    /// The rows that are replaced: each one that any call of this rebuild may remove, shadows apart.
    public var old: [Partition]
    /// How long a shadow is, so short that none contains an old row with data.
    public var shadowLength: Duration
    /// How long the final rows are: an hour or a day.
    public var finalLength: Duration
    /// The ranges of final rows to make, each of `finalLength`, sorted: those that contain an old row.
    public var buckets: [InsertRange]
    /// The shadow calls: runs of neighbouring hours that the current hash does not tile yet.
    public var shadowRanges: [InsertRange]

    /// A rebuild.
    public init(
        viewSet: String, day: CalendarDay, policy: String, currentHash: SchemaHash, reads: [String],
        old: [Partition], shadowLength: Duration, finalLength: Duration, buckets: [InsertRange],
        shadowRanges: [InsertRange]
    ) {
        self.viewSet = viewSet
        self.day = day
        self.policy = policy
        self.currentHash = currentHash
        self.reads = reads
        self.old = old
        self.shadowLength = shadowLength
        self.finalLength = finalLength
        self.buckets = buckets
        self.shadowRanges = shadowRanges
    }
}

/// Rows to retire for one reason.
public struct Retirement: Sendable, Hashable {
    /// The policy that asks for it.
    public var policy: String
    /// The view set of the rows.
    public var viewSet: String
    /// The rows, by exact identity.
    public var partitions: [Partition]
    /// Why.
    public var reason: Reason

    /// Why rows are retired.
    public enum Reason: Sendable, Hashable {
        /// A row of an old hash that the next query of its instance rebuilds: retired once `blocks`, `processes` and
        /// `streams` of its time are current and its payloads read.
        case rebuiltWhenQueried(oldHash: SchemaHash)
        /// A current row that holds its objects twice: it was written while an old and a current `blocks` row
        /// overlapped (hazard 17). The next query writes it anew.
        case doubled
        /// Its newest insert time is older than the policy keeps.
        case age(keepNewerThan: Duration)
    }

    /// A retirement.
    public init(policy: String, viewSet: String, partitions: [Partition], reason: Reason) {
        self.policy = policy
        self.viewSet = viewSet
        self.partitions = partitions
        self.reason = reason
    }
}

/// Rows that a policy speaks of and that are left alone.
public struct Hold: Sendable, Hashable {
    /// The policy.
    public var policy: String
    /// The view set of the rows.
    public var viewSet: String
    /// Their day, where they have one.
    public var day: CalendarDay?
    /// The rows.
    public var partitions: [Partition]
    /// Why.
    public var reason: Reason

    /// Why rows are held.
    public enum Reason: Sendable, Hashable {
        /// What the view reads is current and holds less than the old rows record.
        case lastCopy(input: String, found: Int64, recorded: Int64)
        /// Rows with data that lie across the hours, or are too short for shadows of half their length.
        case misaligned(PartitionIdentity)
        /// An earlier run made shadows and they did not compare; unchanged since.
        case earlierProofFailed(String)
        /// The oldest row at the current hash is younger than the policy's soak; nil where there is none yet.
        case soaking(youngerThan: Duration, age: Duration?)
        /// The day belongs to the maintenance service, or is not closed yet.
        case tooRecent(until: Timestamp)
        /// The lakehouse's own retention is about to delete it.
        case expiring(at: Timestamp)
        /// What the view reads is neither whole at its current hash nor rebuilt by this plan.
        case inputMissing(String)
        /// The view it reads is held on the same day.
        case inputHeld(String)
        /// Rows of the current hash stand where shadows would replace them.
        case currentRowsInTheWay(PartitionIdentity)
        /// No call of this server names the row exactly.
        case notExactlyRemovable
        /// The server no longer lists the view set.
        case unknownViewSet
        /// A row of the current hash already covers the whole range of the final one: no merge would take the old row.
        case leftOver(under: PartitionIdentity)
        /// A row of what the view reads records a source and holds nothing.
        case inputDamaged(PartitionIdentity)
        /// There is no rule by which the view's new rows could be compared with the old ones.
        case notProvable
        /// A rebuild of this plan reads or merges the row; a later run retires it.
        case neededByRebuild(String)
        /// `blocks` are never retired by age.
        case neverRetired
    }

    /// A hold.
    public init(policy: String, viewSet: String, day: CalendarDay?, partitions: [Partition], reason: Reason) {
        self.policy = policy
        self.viewSet = viewSet
        self.day = day
        self.partitions = partitions
        self.reason = reason
    }
}

/// A view whose old rows answer no query.
public struct UnseenView: Sendable, Hashable {
    /// The view set.
    public var viewSet: String
    /// The first and the last day that old rows hold.
    public var days: ClosedRange<CalendarDay>
    /// Old partitions.
    public var partitions: Int
    /// Rows in them; of two old hashes over one range the larger counts.
    public var rows: Int64
    /// Rows at the current hash over the same days: what a query sees.
    public var rowsSeen: Int64
    /// When the first row of the current hash was written; nil where there is none.
    public var since: Timestamp?

    /// A view.
    public init(
        viewSet: String, days: ClosedRange<CalendarDay>, partitions: Int, rows: Int64, rowsSeen: Int64,
        since: Timestamp?
    ) {
        self.viewSet = viewSet
        self.days = days
        self.partitions = partitions
        self.rows = rows
        self.rowsSeen = rowsSeen
        self.since = since
    }
}
