/// Partitions of a view's instance that share a schema hash other than the one that queries read: they answer no query.
public struct IncompatiblePartitions: Sendable, Hashable {
    /// The view set.
    public var viewSetName: String
    /// `global`, a process id or a stream id.
    public var viewInstanceID: String
    /// The hash that these partitions have.
    public var incompatibleSchemaHash: [UInt8]
    /// The hash that the server's queries read; nil where the server no longer lists the view set.
    public var currentSchemaHash: [UInt8]?
    /// Count of partitions.
    public var partitionCount: Int
    /// Bytes of all files.
    public var totalSizeBytes: Int64
    /// The files, in the listing's order; empty partitions have none.
    public var filePaths: [String]

    /// The groups of a listing, ordered by view set, instance and hash.
    ///
    ///     let groups = IncompatiblePartitions.groups(
    ///         of: try await client.listPartitions().partitions, viewSets: try await client.listViewSets())
    ///
    /// - Parameters:
    ///   - partitions: What a server lists.
    ///   - viewSets: What the same server lists.
    ///   - name: Only partitions of this view set; nil for all.
    public static func groups(
        of partitions: [ListedPartition], viewSets: [ListedViewSet], viewSetName name: String? = nil
    ) -> [IncompatiblePartitions] {
        let current = Dictionary(
            viewSets.map { ($0.name, $0.currentSchemaHash) }, uniquingKeysWith: { first, _ in first })
        let old = partitions.filter {
            (name ?? $0.viewSetName) == $0.viewSetName && $0.fileSchemaHash != current[$0.viewSetName]
        }
        let groups = Dictionary(grouping: old, by: PartitionGroup.init).map { key, rows in
            IncompatiblePartitions(
                viewSetName: key.viewSet, viewInstanceID: key.instance, incompatibleSchemaHash: key.hash,
                currentSchemaHash: current[key.viewSet], partitionCount: rows.count,
                totalSizeBytes: rows.saturatingSum(\.fileSize), filePaths: rows.compactMap(\.filePath))
        }
        return groups.sorted { a, b in
            if a.viewSetName != b.viewSetName { return a.viewSetName < b.viewSetName }
            if a.viewInstanceID != b.viewInstanceID { return a.viewInstanceID < b.viewInstanceID }
            return a.incompatibleSchemaHash.lexicographicallyPrecedes(b.incompatibleSchemaHash)
        }
    }
}

/// What partitions share that are told together: an instance and a schema hash.
struct PartitionGroup: Hashable {
    let viewSet: String
    let instance: String
    let hash: [UInt8]

    init(_ row: ListedPartition) {
        viewSet = row.viewSetName
        instance = row.viewInstanceID
        hash = row.fileSchemaHash
    }
}

extension FlightSQLClient {
    /// Partitions that no query reads, grouped by view set, instance and schema hash; those of view sets that the server no
    /// longer lists, which the Python client leaves out, are among them.
    ///
    ///     let bytes = try await client.listIncompatiblePartitions().reduce(0) { $0 + $1.totalSizeBytes }
    ///
    /// - Parameter viewSetName: Only those of this view set.
    public func listIncompatiblePartitions(
        viewSetName: String? = nil
    ) async throws -> [IncompatiblePartitions] {
        // The view sets first: what a server writes in between has the hash that it lists.
        let viewSets = try await listViewSets()
        let partitions = try await listPartitions().partitions
        return IncompatiblePartitions.groups(of: partitions, viewSets: viewSets, viewSetName: viewSetName)
    }
}
