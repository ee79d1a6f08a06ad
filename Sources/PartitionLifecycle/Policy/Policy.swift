public import UTCTime

/// What a user asks of a lake.
public struct PolicySet: Sendable, Hashable {
    /// How the lake is run.
    public var lake: LakeSettings
    /// What one run may do at most.
    public var guardRails: GuardRailSettings
    /// The policies, in the file's order.
    public var policies: [Policy]

    /// A policy file's contents.
    public init(lake: LakeSettings, guardRails: GuardRailSettings, policies: [Policy]) {
        self.lake = lake
        self.guardRails = guardRails
        self.policies = policies
    }
}

/// How a lake is reached and run.
public struct LakeSettings: Sendable, Hashable {
    /// `grpc://host:port`, or `grpc+tls://host:port`.
    public var uri: String
    /// How TLS makes sure of the server, where ``uri`` asks for TLS.
    public var tls = TLSSettings()
    /// As whom it is asked.
    public var credentials: Credentials
    /// Where ``credentials`` stand, as `file:line`, for messages; nil where no file has them.
    public var credentialsPlace: String?
    /// What goes with every request besides.
    public var headers: [Header] = []
    /// What the lakehouse itself deletes by age: everything older than this.
    public var serverRetention: Duration
    /// Whether the lakehouse's own maintenance service works on the lake.
    public var maintenanceService: MaintenanceService

    /// What TLS trusts and shows; nil is the system's authorities, no certificate, the name in the address.
    public struct TLSSettings: Sendable, Hashable {
        /// A file with the authorities that are trusted.
        public var authorityFile: String?
        /// A file with the client's certificate.
        public var certificateFile: String?
        /// A file with the certificate's key.
        public var keyFile: String?
        /// The name that the server's certificate must be for.
        public var serverName: String?

        /// The defaults of the policy file.
        public init() {}
    }

    /// The two ways a lake is run.
    public enum MaintenanceService: String, Sendable, Hashable {
        /// The service works on the last two days: they are its own, and its tasks' minutes are left alone.
        case present
        /// Nobody else writes: everything up to the last closed day may be worked on, at any minute.
        case none
    }

    /// Settings; the defaults are those of the policy file.
    public init(
        uri: String, credentials: Credentials = .none, serverRetention: Duration = .days(90),
        maintenanceService: MaintenanceService = .present
    ) {
        self.uri = uri
        self.credentials = credentials
        self.serverRetention = serverRetention
        self.maintenanceService = maintenanceService
    }
}

/// What one run may remove without proved replacement; beyond it nothing at all is done.
public struct GuardRailSettings: Sendable, Hashable {
    /// Partitions.
    public var lostPartitions: Int
    /// Bytes of their files.
    public var lostBytes: Int64
    /// Rows whose newest insert time is younger than this are never removed without proved replacement.
    public var minimumAge: Duration

    /// Settings; the defaults are those of the policy file.
    public init(
        lostPartitions: Int = 1000, lostBytes: Int64 = 100 << 30, minimumAge: Duration = .days(2)
    ) {
        self.lostPartitions = lostPartitions
        self.lostBytes = lostBytes
        self.minimumAge = minimumAge
    }
}

/// One policy.
public struct Policy: Sendable, Hashable {
    /// Its name, unique in the file.
    public var name: String
    /// What it asks for.
    public var rule: Rule
    /// The view sets it speaks of.
    public var match: Match

    /// What a policy asks for.
    public enum Rule: Sendable, Hashable {
        /// Rebuild what an old schema hides from queries. Last copies are held. Work starts once the oldest row at
        /// the current hash is older than the soak.
        case schemaEvolution(soak: Duration)
        /// Retire what is older than this, by the newest insert time of each partition.
        case retention(keepNewerThan: Duration)
    }

    /// Which view sets.
    public enum Match: Sendable, Hashable {
        /// Every one.
        case all
        /// Those named.
        case viewSets([String])

        /// Whether it covers a view set.
        public func contains(_ viewSet: String) -> Bool {
            switch self {
            case .all: true
            case .viewSets(let names): names.contains(viewSet)
            }
        }
    }

    /// A policy.
    public init(name: String, rule: Rule, match: Match) {
        self.name = name
        self.rule = rule
        self.match = match
    }
}
