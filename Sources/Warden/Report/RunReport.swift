public import PartitionLifecycle
public import UTCTime

/// What one run read, planned, did and found: everything that a screen or a JSON document says of it.
///
/// A dry run, a refused run and a declined one have a lake and a plan, and nothing done.
public struct RunReport: Sendable, Hashable {
    /// The lake as it was listed.
    public var lake: LakeSummary
    /// What the run would do, or set out to do.
    public var plan: Plan
    /// A short name of the plan, lower-case hexadecimal: the same plan has the same name.
    public var planID: String
    /// The guard rails that the run was held against.
    public var guardRails: GuardRailSettings
    /// How the run ended.
    public var conclusion: Conclusion
    /// One entry a view and day of the plan, in the plan's order; empty where nothing was begun.
    public var rebuilds: [RebuildOutcome]
    /// One entry a retirement of the plan, in the plan's order; empty where nothing was begun.
    public var retirements: [RetirementOutcome]
    /// Views that still have rows of an old schema, by the last listing; held ones are counted apart.
    public var oldLeft: [OldPartitionsLeft]
    /// The last record of the audit log; nil where the run wrote none.
    public var audit: AuditHead?

    /// How a run ends.
    public enum Conclusion: Sendable, Hashable {
        /// A dry run: it was planned and nothing else.
        case planned
        /// Nobody agreed to the plan: nothing was done.
        case declined
        /// A guard rail or a sign of danger stopped it before anything was done.
        case refused([Stop])
        /// The plan was followed; the outcomes say how far.
        case applied
        /// It was asked to stop (a signal) and did so between two calls; what was not begun is skipped.
        case interrupted
    }

    /// A report; of a run that did nothing unless outcomes are given.
    public init(
        lake: LakeSummary, plan: Plan, planID: String, guardRails: GuardRailSettings, conclusion: Conclusion,
        rebuilds: [RebuildOutcome] = [], retirements: [RetirementOutcome] = [], oldLeft: [OldPartitionsLeft] = [],
        audit: AuditHead? = nil
    ) {
        self.lake = lake
        self.plan = plan
        self.planID = planID
        self.guardRails = guardRails
        self.conclusion = conclusion
        self.rebuilds = rebuilds
        self.retirements = retirements
        self.oldLeft = oldLeft
        self.audit = audit
    }
}

/// A lake as one listing showed it.
public struct LakeSummary: Sendable, Hashable {
    /// `grpc://host:port`.
    public var uri: String
    /// What was probed of the server, such as `0.33-like`; no server tells its version.
    public var serverKind: String
    /// Listed rows.
    public var partitions: Int
    /// View sets of the listed rows.
    public var viewSets: Int
    /// How long the listing took.
    public var listingTime: Duration
    /// The server's clock at the listing.
    public var now: Timestamp

    /// A lake.
    public init(
        uri: String, serverKind: String, partitions: Int, viewSets: Int, listingTime: Duration, now: Timestamp
    ) {
        self.uri = uri
        self.serverKind = serverKind
        self.partitions = partitions
        self.viewSets = viewSets
        self.listingTime = listingTime
        self.now = now
    }
}

/// What became of one view on one day.
public struct RebuildOutcome: Sendable, Hashable {
    /// The day.
    public var day: CalendarDay
    /// The view set.
    public var viewSet: String
    /// How it ended.
    public var state: State
    /// Final buckets that the last listing shows whole at the current hash.
    public var bucketsDone: Int
    /// Final buckets of the plan.
    public var bucketsTotal: Int
    /// Rows of the old partitions and of the new ones; nil where they were not counted.
    public var rows: BeforeAfter?
    /// Source counts of the old partitions and of the new ones; nil where they were not counted.
    public var sources: BeforeAfter?
    /// What `SELECT count(*)` over the day answers afterwards; nil where it was not asked.
    public var queryAnswers: Int64?

    /// How a view's day ends.
    public enum State: Sendable, Hashable {
        /// The new rows were compared with the old ones, took their place, and a fresh listing shows it.
        case proved
        /// The comparison failed; every old row is still there. The finding is for people.
        case failed(finding: String)
        /// Whether a call was carried out cannot be told, or what it answered is not known to be harmless.
        case unknown(finding: String)
        /// It was not begun.
        case skipped(finding: String)
    }

    /// A figure before and after.
    public struct BeforeAfter: Sendable, Hashable {
        /// Of the old partitions.
        public var before: Int64
        /// Of the new ones.
        public var after: Int64

        /// Figures.
        public init(before: Int64, after: Int64) {
            self.before = before
            self.after = after
        }
    }

    /// An outcome.
    public init(
        day: CalendarDay, viewSet: String, state: State, bucketsDone: Int, bucketsTotal: Int,
        rows: BeforeAfter? = nil, sources: BeforeAfter? = nil, queryAnswers: Int64? = nil
    ) {
        self.day = day
        self.viewSet = viewSet
        self.state = state
        self.bucketsDone = bucketsDone
        self.bucketsTotal = bucketsTotal
        self.rows = rows
        self.sources = sources
        self.queryAnswers = queryAnswers
    }
}

/// What became of the rows of one retirement, by the listing after it.
public struct RetirementOutcome: Sendable, Hashable {
    /// The policy that asked for it.
    public var policy: String
    /// The view set.
    public var viewSet: String
    /// Rows that the server was asked to retire.
    public var asked: Int
    /// Asked rows that are listed no more.
    public var gone: Int
    /// Asked rows that are still listed.
    public var stillThere: Int
    /// Asked rows of which no listing could be had.
    public var unknown: Int
    /// Rows of the plan that were not asked for: a check just before the call held them.
    public var held: Int
    /// Bytes of the files of the rows that are gone.
    public var bytesGone: Int64
    /// Why rows are held, still there or unknown, for people; nil where none is.
    public var finding: String?

    /// An outcome.
    public init(
        policy: String, viewSet: String, asked: Int, gone: Int, stillThere: Int = 0, unknown: Int = 0, held: Int = 0,
        bytesGone: Int64 = 0, finding: String? = nil
    ) {
        self.policy = policy
        self.viewSet = viewSet
        self.asked = asked
        self.gone = gone
        self.stillThere = stillThere
        self.unknown = unknown
        self.held = held
        self.bytesGone = bytesGone
        self.finding = finding
    }
}

/// Rows of old schemas that a view still has.
public struct OldPartitionsLeft: Sendable, Hashable {
    /// The view set.
    public var viewSet: String
    /// Rows that no hold explains.
    public var partitions: Int
    /// Rows that are held.
    public var held: Int

    /// Rows left.
    public init(viewSet: String, partitions: Int, held: Int) {
        self.viewSet = viewSet
        self.partitions = partitions
        self.held = held
    }
}
