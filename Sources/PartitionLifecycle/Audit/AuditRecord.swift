public import UTCTime

/// What one record of the audit log says, its place in the log apart.
public struct AuditEntry: Sendable, Hashable {
    /// What kind of thing is told.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A run began.
        case runStarted = "run_started"
        /// What the run is about to do, in figures.
        case plan
        /// A call is about to be sent: each row it may remove, and what it makes.
        case intent
        /// What the call answered.
        case outcome
        /// A listing showed that it was done. With a view set, a day and a hash: that this view is whole on that day, which
        /// ends whatever earlier records hold against it.
        case verified
        /// New rows did not compare with the old ones.
        case proofFailed = "proof_failed"
        /// Rows of the current hash that were made beside old ones.
        case shadowsMade = "shadows_made"
        /// A run ended.
        case runFinished = "run_finished"
        /// Nothing is done, for this reason.
        case refused
        /// The log's last line was not whole and was cut off.
        case logRepaired = "log_repaired"
    }

    /// The kind.
    public var kind: Kind
    /// What it is about.
    public var subject: AuditSubject
    /// Why.
    public var reason: AuditReason?
    /// The text of the call that is or was sent.
    public var call: String?
    /// What came of it.
    public var answer: AuditAnswer?

    /// An entry.
    public init(
        _ kind: Kind, subject: AuditSubject = AuditSubject(), reason: AuditReason? = nil, call: String? = nil,
        answer: AuditAnswer? = nil
    ) {
        self.kind = kind
        self.subject = subject
        self.reason = reason
        self.call = call
        self.answer = answer
    }
}

/// What a record is about, by exact identities.
public struct AuditSubject: Sendable, Hashable {
    /// The most partitions, and the most ranges, of one record.
    public static let maximumCount = 40_000

    /// The view set.
    public var viewSet: String?
    /// The day.
    public var day: CalendarDay?
    /// The schema hash of what is made.
    public var schemaHash: SchemaHash?
    /// The rows: of an intent each that the call may remove; of a failed proof the old ones; of made shadows these.
    public var partitions: [Partition]
    /// The ranges of the rows that a call makes in the view set, at the schema hash.
    public var makes: [InsertRange]

    /// A subject; without arguments nothing in particular.
    public init(
        viewSet: String? = nil, day: CalendarDay? = nil, schemaHash: SchemaHash? = nil, partitions: [Partition] = [],
        makes: [InsertRange] = []
    ) {
        self.viewSet = viewSet
        self.day = day
        self.schemaHash = schemaHash
        self.partitions = partitions
        self.makes = makes
    }
}

/// Why something is done.
public struct AuditReason: Sendable, Hashable {
    /// The policy that asks for it; nil where no policy does.
    public var policy: String?
    /// The rule of the policy, or of the program.
    public var rule: String
    /// The figures that the rule was held against, by name.
    public var values: [String: String]

    /// A reason.
    public init(policy: String? = nil, rule: String, values: [String: String] = [:]) {
        self.policy = policy
        self.rule = rule
        self.values = values
    }
}

/// What came of a call or a comparison. However much a server writes, it takes a bounded room in the log.
public struct AuditAnswer: Sendable, Hashable {
    /// The longest text and the longest row, in bytes of UTF-8; what is longer is cut and says so.
    public static let maximumTextLength = 16 << 10
    /// The most that all rows take together, in bytes.
    public static let maximumRowsLength = 4 << 20

    /// In one word: `ok`, `failed`, `unknown`, `done` …
    public var status: String
    /// For people: an error's words, or a finding.
    public private(set) var text: String?
    /// The answer's rows in order, as far as there is room for them.
    public private(set) var rows: [String]
    /// How many rows there was no room for.
    public private(set) var rowsLeftOut: Int

    /// An answer, cut to the room there is.
    public init(_ status: String, text: String? = nil, rows: [String] = []) {
        self.status = status
        self.text = text.map(Self.cut)
        self.rows = []
        var room = Self.maximumRowsLength
        for row in rows {
            let cut = Self.cut(row)
            // Each row costs its quotes and comma, too.
            room -= cut.utf8.count + 3
            if room < 0 { break }
            self.rows.append(cut)
        }
        self.rowsLeftOut = rows.count - self.rows.count
    }

    /// An answer as it was read.
    init(status: String, text: String?, rows: [String], rowsLeftOut: Int) {
        self.status = status
        self.text = text
        self.rows = rows
        self.rowsLeftOut = rowsLeftOut
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > maximumTextLength else { return text }
        let end = text.utf8.index(text.startIndex, offsetBy: maximumTextLength - 64)
        // A cut within a character becomes the replacement character.
        let kept = String(decoding: text.utf8[..<end], as: UTF8.self)
        return kept + "… (\(text.utf8.count) bytes in all)"
    }
}

/// One record of the audit log.
public struct AuditRecord: Sendable, Hashable {
    /// Its number, from 1 on without a gap.
    public var sequence: Int64
    /// When it was written, by this machine's clock.
    public var time: Timestamp
    /// The run that wrote it.
    public var run: String
    /// What it says.
    public var entry: AuditEntry

    /// A record.
    public init(sequence: Int64, time: Timestamp, run: String, entry: AuditEntry) {
        self.sequence = sequence
        self.time = time
        self.run = run
        self.entry = entry
    }
}
