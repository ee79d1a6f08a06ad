public import UTCTime

/// The hash of a partition's file schema, as a listing gives it: 1 byte for code-versioned views, 8 for SQL-defined ones.
public struct SchemaHash: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The bytes of the listing's `file_schema_hash`.
    public let bytes: [UInt8]

    /// The hash of these bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Lower-case hexadecimal digits, two a byte.
    public var description: String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Byte by byte.
    public static func < (a: SchemaHash, b: SchemaHash) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}

/// A range of insert times, `begin` included. Just-in-time partitions include `end` too and may have `begin == end`.
public struct InsertRange: Sendable, Hashable, Comparable {
    /// The first insert time.
    public var begin: Timestamp
    /// The end, which a global partition excludes.
    public var end: Timestamp

    /// A range; `end` before `begin` is kept as a listing gave it and contains nothing.
    public init(_ begin: Timestamp, _ end: Timestamp) {
        self.begin = begin
        self.end = end
    }

    /// How long it is.
    public var length: Duration { end - begin }

    /// Whether the other range lies within this one, ends included: what the server calls contained.
    public func contains(_ other: InsertRange) -> Bool { begin <= other.begin && other.end <= end }

    /// Whether the two share more than an end.
    public func overlaps(_ other: InsertRange) -> Bool { begin < other.end && other.begin < end }

    /// By begin, then by end.
    public static func < (a: InsertRange, b: InsertRange) -> Bool { (a.begin, a.end) < (b.begin, b.end) }
}

/// What names one partition exactly: the unit of everything that is removed.
public struct PartitionIdentity: Sendable, Hashable, Comparable {
    /// The view set.
    public var viewSet: String
    /// `global`, a process id or a stream id.
    public var instance: String
    /// The insert times it holds.
    public var range: InsertRange
    /// The schema it was written with.
    public var schemaHash: SchemaHash
    /// Its file, relative to the lake's store; nil for an empty partition. A rewrite has another one.
    public var filePath: String?

    /// The identity of a listed row.
    public init(
        viewSet: String, instance: String, range: InsertRange, schemaHash: SchemaHash, filePath: String?
    ) {
        self.viewSet = viewSet
        self.instance = instance
        self.range = range
        self.schemaHash = schemaHash
        self.filePath = filePath
    }

    /// Whether it belongs to the view set's global instance.
    public var isGlobal: Bool { instance == "global" }

    /// By view set, instance, range, hash, file.
    public static func < (a: PartitionIdentity, b: PartitionIdentity) -> Bool {
        if a.viewSet != b.viewSet { return a.viewSet < b.viewSet }
        if a.instance != b.instance { return a.instance < b.instance }
        if a.range != b.range { return a.range < b.range }
        if a.schemaHash != b.schemaHash { return a.schemaHash < b.schemaHash }
        return (a.filePath ?? "") < (b.filePath ?? "")
    }
}

extension PartitionIdentity: CustomStringConvertible {
    /// `log_entries/global 2026-11-18T00:00:00Z…2026-11-18T01:00:00Z hash 06`.
    public var description: String {
        "\(viewSet)/\(instance) \(range.begin.rfc3339)…\(range.end.rfc3339) hash \(schemaHash)"
    }
}

/// One row of the lake's catalog.
public struct Partition: Sendable, Hashable {
    /// What names it.
    public var identity: PartitionIdentity
    /// When it was written.
    public var updated: Timestamp
    /// The earliest event in it; nil when empty.
    public var minEventTime: Timestamp?
    /// The latest event in it; nil when empty.
    public var maxEventTime: Timestamp?
    /// Bytes of its file; 0 when empty.
    public var fileSize: Int64
    /// How many source objects went in; what counts as one differs by view.
    public var sourceCount: Int64
    /// Rows in its file.
    public var rows: Int64

    /// A listed row.
    public init(
        identity: PartitionIdentity, updated: Timestamp, minEventTime: Timestamp? = nil,
        maxEventTime: Timestamp? = nil, fileSize: Int64 = 0, sourceCount: Int64 = 0, rows: Int64 = 0
    ) {
        self.identity = identity
        self.updated = updated
        self.minEventTime = minEventTime
        self.maxEventTime = maxEventTime
        self.fileSize = fileSize
        self.sourceCount = sourceCount
        self.rows = rows
    }

    /// The insert times it holds.
    public var range: InsertRange { identity.range }

    /// Whether something would be lost with it: rows, or a source that is recorded as read.
    public var hasData: Bool { rows > 0 || sourceCount > 0 }

    /// Whether it is of its view set's global instance.
    public var isGlobal: Bool { identity.isGlobal }

    /// How old its newest insert time is.
    public func age(at now: Timestamp) -> Duration { now - range.end }
}
