public import UTCTime

/// Which partitions a retirement is about. What it may take of them, the listing decides (``RetirePreview``).
public enum RetireScope: Sendable, Hashable {
    /// Partitions whose schema hash is not the one that the server's queries read, those of view sets that it no longer
    /// lists included: `retire_incompatible_partitions` of Micromegas' Python client.
    case incompatible(viewSetName: String? = nil)

    /// Partitions of single processes and streams, whatever their hash: the Python guide's
    /// `retire_non_global_partitions`. A query of the instance makes them again.
    case nonGlobal

    /// Partitions of one process, whatever their view set and hash, that lie within `from…to`: the Python guide's
    /// `retire_process_partitions`, which takes the seven days before a cutoff. Instances of `thread_spans` go by their
    /// stream: those of the process's streams are among them, which the guide's code never finds.
    case process(_ id: String, from: Timestamp? = nil, to: Timestamp)

    /// Partitions of one instance that lie within `begin…end`, both included, whatever their hash: `retire_partitions` of
    /// the Python client.
    ///
    /// The server's function of that name is not called. It removes what lies in the range by the time it runs, and its
    /// answer ends well when it fails (contract §3).
    case range(viewSet: String, instance: String, begin: Timestamp, end: Timestamp)

    /// Refuses what cannot mean anything.
    func check() throws(MicromegasError) {
        switch self {
        case .incompatible, .nonGlobal: return
        case .process(let id, let from, let to):
            _ = try DiscoverySQL.uuid(id, "process")
            try Self.check(from ?? to, to)
        case .range(_, _, let begin, let end): try Self.check(begin, end)
        }
    }

    private static func check(_ begin: Timestamp, _ end: Timestamp) throws(MicromegasError) {
        if end < begin {
            throw MicromegasError(.refused, "the range to retire ends before it begins: \(begin) to \(end)")
        }
    }

    /// The view set it names, if it names one.
    var viewSet: String? {
        switch self {
        case .incompatible(let name): name
        case .range(let name, _, _, _): name
        case .nonGlobal, .process: nil
        }
    }

    /// Whether a partition is within it.
    ///
    /// - Parameters:
    ///   - currentHash: What the server's queries read of the partition's view set; nil where it lists none.
    ///   - streams: The streams of the process that the scope is about.
    func contains(_ row: ListedPartition, currentHash: [UInt8]?, streams: Set<String>) -> Bool {
        switch self {
        case .incompatible(let name):
            return (name ?? row.viewSetName) == row.viewSetName && row.fileSchemaHash != currentHash
        case .nonGlobal: return !row.isGlobal
        case .process(let id, let from, let to):
            let isOwn = row.viewInstanceID == id.lowercased() || streams.contains(row.viewInstanceID)
            return isOwn && row.beginInsertTime >= from ?? row.beginInsertTime && row.endInsertTime <= to
        case .range(let viewSet, let instance, let begin, let end):
            return row.viewSetName == viewSet && row.viewInstanceID == instance && row.beginInsertTime >= begin
                && row.endInsertTime <= end
        }
    }
}

extension ListedPartition {
    /// Whether it is of the instance that all processes share.
    var isGlobal: Bool { viewInstanceID == "global" }

    /// The insert times it holds, its end left out: only global partitions leave their own out (contract §2).
    var extent: Range<Timestamp> {
        let end = isGlobal ? endInsertTime : endInsertTime + .nanoseconds(1)
        return beginInsertTime..<max(end, beginInsertTime + .nanoseconds(1))
    }

    /// Its name for people: `log_entries/global 2026-11-18T00:00:00Z…2026-11-18T01:00:00Z of hash 07`.
    var name: String {
        "\(viewSetName)/\(viewInstanceID) \(beginInsertTime)…\(endInsertTime) of hash \(SQLText.hex(fileSchemaHash))"
    }
}
