public import UTCTime

/// What a retirement would remove, partition by partition, as one listing shows it. Nothing has been removed.
///
/// Made by ``FlightSQLClient/previewRetirement(of:)``, carried out by ``FlightSQLClient/retire(_:includingLastCopies:)``.
public struct RetirePreview: Sendable, Hashable {
    /// A partition that would be removed.
    public struct Entry: Sendable, Hashable {
        /// The partition, as it was listed.
        public var partition: ListedPartition
        /// Whether its rows would be gone with it, as far as the listing tells: it has rows, no partitions of the current
        /// hash cover it with as many source objects, and no query would make it again.
        public var isLastCopy: Bool
    }

    /// A partition of the scope that is left alone.
    public struct Held: Sendable, Hashable {
        /// The partition, as it was listed.
        public var partition: ListedPartition
        /// Why it is left.
        public var reason: String
    }

    /// What was asked.
    public let scope: RetireScope
    /// What would be removed, by view set, instance, time and hash.
    public private(set) var entries: [Entry]
    /// What the scope holds beside it.
    public let held: [Held]
    /// The server's clock when it was listed, to a second.
    public let serverNow: Timestamp

    init(scope: RetireScope, entries: [Entry], held: [Held], serverNow: Timestamp) {
        self.scope = scope
        self.entries = entries
        self.held = held
        self.serverNow = serverNow
    }

    /// The partitions that would be removed.
    public var partitions: [ListedPartition] { entries.map(\.partition) }

    /// Those whose rows would be gone; they are removed only where that is asked for.
    public var lastCopies: [ListedPartition] { entries.filter(\.isLastCopy).map(\.partition) }

    /// Bytes of all files that would be removed.
    public var totalSizeBytes: Int64 { entries.saturatingSum(\.partition.fileSize) }

    /// The same without some of its partitions; it never holds more.
    ///
    ///     let older = preview.filter { $0.endInsertTime < border }
    public func filter(_ isIncluded: (ListedPartition) throws -> Bool) rethrows -> RetirePreview {
        var result = self
        result.entries = try entries.filter { try isIncluded($0.partition) }
        return result
    }

    /// The partitions that would be removed, by view set, instance and schema hash.
    public var groups: [Group] {
        var groups: [Group] = []
        var places: [PartitionGroup: Int] = [:]
        for row in partitions {
            let key = PartitionGroup(row)
            if let place = places[key] {
                groups[place].partitions.append(row)
            } else {
                places[key] = groups.count
                groups.append(
                    Group(
                        viewSetName: row.viewSetName, viewInstanceID: row.viewInstanceID,
                        schemaHash: row.fileSchemaHash, partitions: [row]))
            }
        }
        return groups
    }

    /// Partitions of an instance that share a schema hash.
    public struct Group: Sendable, Hashable {
        /// The view set.
        public var viewSetName: String
        /// `global`, a process id or a stream id.
        public var viewInstanceID: String
        /// The hash that these partitions have.
        public var schemaHash: [UInt8]
        /// The partitions, by time.
        public var partitions: [ListedPartition]

        /// Count of partitions.
        public var partitionCount: Int { partitions.count }
        /// Bytes of all files.
        public var totalSizeBytes: Int64 { partitions.saturatingSum(\.fileSize) }
        /// The files; empty partitions have none.
        public var filePaths: [String] { partitions.compactMap(\.filePath) }
    }
}

extension FlightSQLClient {
    /// Lists what a retirement would remove. Nothing is changed.
    ///
    ///     let preview = try await client.previewRetirement(of: .incompatible(viewSetName: "log_entries"))
    ///     for group in preview.groups { print(group.viewInstanceID, group.partitionCount, group.totalSizeBytes) }
    ///
    /// Partitions that are never right to retire are held: `blocks` that queries read, or that no `blocks` of the current
    /// hash take the place of; and what no call of the server names alone.
    ///
    /// - Throws: ``MicromegasError``: `refused` for an inverted range, an id that is no UUID, and a view set that holds
    ///   rows newer than the server's own schema (an old replica answers); `notFound` for a view set that is neither
    ///   listed nor has partitions; `functionMissing` where the caller may not retire.
    public func previewRetirement(of scope: RetireScope) async throws -> RetirePreview {
        try await retirement(of: scope).preview
    }

    /// A preview, and the rules it was made by.
    func retirement(of scope: RetireScope) async throws -> (preview: RetirePreview, rules: RetireRules) {
        try scope.check()
        let capabilities = try await probeCapabilities()
        guard capabilities.retireByFile || capabilities.retireByMetadata != nil else {
            throw MicromegasError(
                .functionMissing, "no function that retires partitions is offered; the caller may lack the admin right")
        }
        var streams: Set<String> = []
        if case .process(let id, _, _) = scope {
            streams = Set(
                try await query(DiscoverySQL.streamIDs(ofProcess: id)).rows.compactMap { $0.text("stream_id") })
        }
        // The view sets first: what a server writes in between has the hash that it lists.
        let viewSets = try await listViewSets()
        let listing = try await listPartitions()
        let rules = RetireRules(listing, viewSets, capabilities)
        return (try RetirePreview(of: scope, in: listing, streams: streams, rules), rules)
    }
}

extension RetirePreview {
    /// What a listing shows of a scope.
    init(
        of scope: RetireScope, in listing: PartitionListing, streams: Set<String>, _ rules: RetireRules
    ) throws(MicromegasError) {
        if let name = scope.viewSet, rules.currentHash(of: name) == nil,
            !listing.partitions.contains(where: { $0.viewSetName == name })
        {
            throw MicromegasError(.notFound, "the server lists no view set “\(name)” and no partition of it")
        }
        let rows = listing.partitions.filter {
            scope.contains($0, currentHash: rules.currentHash(of: $0.viewSetName), streams: streams)
        }
        if let name = rules.newerHashes(than: rows).first {
            throw MicromegasError(
                .refused, "\(name) holds rows newer than the connected server's schema: an older replica answers")
        }
        var entries: [Entry] = []
        var held: [Held] = []
        for row in rows.sorted(by: Self.isBefore) {
            switch rules.verdict(on: row) {
            case .retire(let isLastCopy): entries.append(Entry(partition: row, isLastCopy: isLastCopy))
            case .held(let reason): held.append(Held(partition: row, reason: reason))
            }
        }
        self.init(scope: scope, entries: entries, held: held, serverNow: listing.serverNow)
    }

    private static func isBefore(_ a: ListedPartition, _ b: ListedPartition) -> Bool {
        if a.viewSetName != b.viewSetName { return a.viewSetName < b.viewSetName }
        if a.viewInstanceID != b.viewInstanceID { return a.viewInstanceID < b.viewInstanceID }
        if a.beginInsertTime != b.beginInsertTime { return a.beginInsertTime < b.beginInsertTime }
        if a.endInsertTime != b.endInsertTime { return a.endInsertTime < b.endInsertTime }
        return a.fileSchemaHash.lexicographicallyPrecedes(b.fileSchemaHash)
    }
}
