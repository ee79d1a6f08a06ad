public import UTCTime

/// What a plan is made from besides the catalog: what the server can do, what earlier runs found, and counts that
/// reading alone gave.
public struct Evidence: Sendable, Hashable {
    /// How rows can be named exactly for retiring.
    public var retireBy: RetireCalls
    /// Proofs that failed in earlier runs.
    public var failedProofs: [FailedProof]
    /// What the current-hash `blocks` of a day hold; only for days that they cover.
    public var currentBlocks: [CalendarDay: BlockCounts]
    /// Just-in-time rows of the current hash that record more objects than their blocks hold.
    public var doubled: Set<PartitionIdentity>
    /// By view set, the ranges of shadows at the current hash that the audit log names as this agent's.
    public var madeShadows: [String: Set<InsertRange>]
    /// The current hash of each view set as each of several fresh connections was told it; empty where nobody asked.
    public var replicas: [[String: SchemaHash]]

    /// The calls that name a row exactly.
    public struct RetireCalls: Sendable, Hashable {
        /// `retire_partition_by_file` exists: rows that have a file.
        public var file: Bool
        /// `retire_partition_by_metadata` takes 5 arguments (hash included), 4 (blind to the hash), or is missing (0).
        public var metadataArguments: Int

        /// Calls.
        public init(file: Bool, metadataArguments: Int) {
            self.file = file
            self.metadataArguments = metadataArguments
        }
    }

    /// Evidence; empty but for the calls.
    public init(
        retireBy: RetireCalls, failedProofs: [FailedProof] = [], currentBlocks: [CalendarDay: BlockCounts] = [:],
        doubled: Set<PartitionIdentity> = [], madeShadows: [String: Set<InsertRange>] = [:],
        replicas: [[String: SchemaHash]] = []
    ) {
        self.retireBy = retireBy
        self.failedProofs = failedProofs
        self.currentBlocks = currentBlocks
        self.doubled = doubled
        self.madeShadows = madeShadows
        self.replicas = replicas
    }
}

/// A comparison of an earlier run that failed: it holds the view and day until hashes or old rows change.
public struct FailedProof: Sendable, Hashable {
    /// The view set.
    public var viewSet: String
    /// The day.
    public var day: CalendarDay
    /// The hash that the new rows would have carried.
    public var currentHash: SchemaHash
    /// The old rows that it was about, sorted.
    public var old: [PartitionIdentity]
    /// What was found, for people.
    public var finding: String

    /// Whether it is about global rows, and not about just-in-time ones.
    var isGlobal: Bool { old.allSatisfy(\.isGlobal) }

    /// A failed proof.
    public init(
        viewSet: String, day: CalendarDay, currentHash: SchemaHash, old: [PartitionIdentity], finding: String
    ) {
        self.viewSet = viewSet
        self.day = day
        self.currentHash = currentHash
        self.old = old
        self.finding = finding
    }
}

/// What `blocks` of a range hold.
public struct BlockCounts: Sendable, Hashable {
    /// Blocks.
    public var blocks: Int64
    /// Objects in blocks tagged `log`.
    public var logObjects: Int64
    /// Objects in blocks tagged `metrics`.
    public var metricObjects: Int64

    /// Counts.
    public init(blocks: Int64, logObjects: Int64, metricObjects: Int64) {
        self.blocks = blocks
        self.logObjects = logObjects
        self.metricObjects = metricObjects
    }
}
