import UTCTime

/// What one listing, and the calls that the server offers, allow to be retired. Pure.
///
/// Sources: contract §7, hazards 2, 3, 4 and 6.
struct RetireRules: Sendable {
    /// How a row is named to the server.
    enum Form: Hashable, CaseIterable {
        /// By its file.
        case file
        /// By its metadata and hash.
        case metadataWithHash
        /// By its metadata alone: every row of the key, of which only one is listed.
        case metadataBlindToHash
    }

    /// What may become of a row.
    enum Verdict: Equatable {
        case retire(isLastCopy: Bool)
        case held(String)
    }

    private struct Instance: Hashable {
        var viewSet: String
        var id: String
    }

    /// A row without a file, by its metadata.
    private struct Key: Hashable {
        var instance: Instance
        var begin: Timestamp
        var end: Timestamp
        var hash: [UInt8]?

        init(_ row: ListedPartition, withHash: Bool) {
            instance = Instance(viewSet: row.viewSetName, id: row.viewInstanceID)
            begin = row.beginInsertTime
            end = row.endInsertTime
            hash = withHash ? row.fileSchemaHash : nil
        }
    }

    private let listing: PartitionListing
    private let listedViewSets: [ListedViewSet]
    private let viewSets: [String: ListedViewSet]
    private let capabilities: Capabilities
    private let current: [Instance: CurrentRows]
    private let listed: Set<PartitionIdentity>
    private let pathCounts: [String: Int]
    private let keyCounts: [Key: Int]
    private let hidesGlobals: Bool

    init(_ listing: PartitionListing, _ viewSets: [ListedViewSet], _ capabilities: Capabilities) {
        self.listing = listing
        listedViewSets = viewSets
        self.viewSets = Dictionary(viewSets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.capabilities = capabilities
        var current: [Instance: [ListedPartition]] = [:]
        var paths: [String: Int] = [:]
        var keys: [Key: Int] = [:]
        for row in listing.partitions {
            if row.fileSchemaHash == self.viewSets[row.viewSetName]?.currentSchemaHash {
                current[Instance(viewSet: row.viewSetName, id: row.viewInstanceID), default: []].append(row)
            }
            if let path = row.filePath { paths[path, default: 0] += 1 }
            keys[Key(row, withHash: false), default: 0] += 1
            keys[Key(row, withHash: true), default: 0] += 1
        }
        self.current = current.mapValues(CurrentRows.init)
        listed = Set(listing.partitions.lazy.map(PartitionIdentity.init))
        pathCounts = paths
        keyCounts = keys
        hidesGlobals =
            viewSets.contains(where: \.globalInstanceAvailable) && !listing.partitions.contains(where: \.isGlobal)
    }

    /// The same rules over a later listing.
    func with(_ later: PartitionListing) -> RetireRules { RetireRules(later, listedViewSets, capabilities) }

    /// The hash that the server's queries read of a view set; nil where it does not list it.
    func currentHash(of viewSet: String) -> [UInt8]? { viewSets[viewSet]?.currentSchemaHash }

    /// The view sets, of some rows, with a hash of which every row was written after the newest row of the server's own:
    /// the server is older than what writes the lake, and what looks old is not (hazard 3).
    func newerHashes(than rows: [ListedPartition]) -> [String] {
        let wanted = Set(rows.map(\.viewSetName))
        var newest: [String: Timestamp] = [:]
        var oldest: [String: [[UInt8]: Timestamp]] = [:]
        for row in listing.partitions where wanted.contains(row.viewSetName) {
            guard let hash = currentHash(of: row.viewSetName) else { continue }
            if row.fileSchemaHash == hash {
                newest[row.viewSetName] = max(newest[row.viewSetName] ?? row.updated, row.updated)
            } else {
                let known = oldest[row.viewSetName]?[row.fileSchemaHash] ?? row.updated
                oldest[row.viewSetName, default: [:]][row.fileSchemaHash] = min(known, row.updated)
            }
        }
        return oldest.keys.sorted().filter { viewSet in
            newest[viewSet].map { own in oldest[viewSet]?.values.contains { $0 > own } ?? false } ?? false
        }
    }

    /// What may become of a listed row.
    func verdict(on row: ListedPartition) -> Verdict {
        let hash = currentHash(of: row.viewSetName)
        let isReplaced =
            hash != row.fileSchemaHash && currentRows(row.viewSetName, row.viewInstanceID)?.replace(row) == true
        if row.viewSetName == "blocks", !isReplaced {
            return .held(
                hash == row.fileSchemaHash
                    ? "every other view is made from the blocks that queries read"
                    : "blocks of the current hash do not take its place; materialize blocks over its time")
        }
        if form(for: row) == nil { return .held("no call of this server names it and no other partition") }
        return .retire(isLastCopy: row.rowCount > 0 && !isReplaced && !isRebuiltByQuery(row))
    }

    /// Whether a query of its instance would make it again, as far as a listing tells: what instances are made from is
    /// whole at its time. Whether the payloads are there is not looked at.
    private func isRebuiltByQuery(_ row: ListedPartition) -> Bool {
        guard !row.isGlobal, viewSets[row.viewSetName]?.hasViewMaker == true else { return false }
        return ["blocks", "processes", "streams"].allSatisfy {
            currentRows($0, "global")?.cover(row.extent) == true
        }
    }

    private func currentRows(_ viewSet: String, _ instance: String) -> CurrentRows? {
        current[Instance(viewSet: viewSet, id: instance)]
    }

    /// Whether a partition is listed, as the one it was.
    func lists(_ row: ListedPartition) -> Bool { listed.contains(PartitionIdentity(row)) }

    /// How a listed row is named to the server so that no other goes with it; nil where no call can (hazard 4), and where it
    /// is not listed: what has its key now is another row.
    func form(for row: ListedPartition) -> Form? {
        guard lists(row) else { return nil }
        if let path = row.filePath { return capabilities.retireByFile && pathCounts[path] == 1 ? .file : nil }
        switch capabilities.retireByMetadata {
        case .five: return keyCounts[Key(row, withHash: true)] == 1 ? .metadataWithHash : nil
        case .four:
            // The call takes whatever has the key by then: the server's own maintenance must not be at work there, and
            // a listing that hides rows proves nothing.
            let isSettled = row.endInsertTime <= listing.serverNow.startOfDay - .days(2)
            return isSettled && !hidesGlobals && keyCounts[Key(row, withHash: false)] == 1 ? .metadataBlindToHash : nil
        case nil: return nil
        }
    }
}

/// What makes a partition the one it is.
private struct PartitionIdentity: Hashable {
    var key: RetireKey
    var filePath: String?

    init(_ row: ListedPartition) {
        key = RetireKey(row)
        filePath = row.filePath
    }
}

extension RetireKey {
    /// The key of a listed partition.
    init(_ row: ListedPartition) {
        self.init(
            viewSet: row.viewSetName, instance: row.viewInstanceID, begin: row.beginInsertTime, end: row.endInsertTime,
            schemaHash: row.fileSchemaHash)
    }
}
