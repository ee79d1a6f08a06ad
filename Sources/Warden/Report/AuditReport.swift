/// The last record of an audit log.
public struct AuditHead: Sendable, Hashable {
    /// Its number; the first record is 1.
    public var sequence: Int
    /// Its SHA-256, 64 lower-case hexadecimal digits.
    public var hash: String

    /// A head.
    public init(sequence: Int, hash: String) {
        self.sequence = sequence
        self.hash = hash
    }
}

/// What reading an audit log from its first record to its last found.
public struct AuditReport: Sendable, Hashable {
    /// The log's folder, as it was given.
    public var folder: String
    /// Segment files.
    public var segments: Int
    /// Records that were read and follow from one another.
    public var records: Int
    /// The last of those; nil where there is none.
    public var head: AuditHead?
    /// The first record that does not follow; nil where all do.
    public var firstBad: BadRecord?
    /// Intents that have no outcome: what became of their calls is not recorded.
    public var openIntents: Int

    /// A record that does not follow from those before it.
    public struct BadRecord: Sendable, Hashable {
        /// The segment file's name.
        public var segment: String
        /// The line in it, from 1.
        public var line: Int
        /// What is wrong, for people.
        public var finding: String

        /// A record.
        public init(segment: String, line: Int, finding: String) {
            self.segment = segment
            self.line = line
            self.finding = finding
        }
    }

    /// A result.
    public init(
        folder: String, segments: Int, records: Int, head: AuditHead?, firstBad: BadRecord? = nil,
        openIntents: Int = 0
    ) {
        self.folder = folder
        self.segments = segments
        self.records = records
        self.head = head
        self.firstBad = firstBad
        self.openIntents = openIntents
    }
}
