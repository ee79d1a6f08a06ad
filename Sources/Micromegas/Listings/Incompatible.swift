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
        struct Key: Hashable {
            var viewSet: String
            var instance: String
            var hash: [UInt8]
        }
        let current = Dictionary(
            viewSets.map { ($0.name, $0.currentSchemaHash) }, uniquingKeysWith: { first, _ in first })
        var groups: [Key: IncompatiblePartitions] = [:]
        for row in partitions where name == nil || row.viewSetName == name {
            let hash = current[row.viewSetName]
            if hash == row.fileSchemaHash { continue }
            let key = Key(viewSet: row.viewSetName, instance: row.viewInstanceID, hash: row.fileSchemaHash)
            var group =
                groups[key]
                ?? IncompatiblePartitions(
                    viewSetName: row.viewSetName, viewInstanceID: row.viewInstanceID,
                    incompatibleSchemaHash: row.fileSchemaHash, currentSchemaHash: hash, partitionCount: 0,
                    totalSizeBytes: 0, filePaths: [])
            group.partitionCount += 1
            let (sum, overflow) = group.totalSizeBytes.addingReportingOverflow(row.fileSize)
            group.totalSizeBytes = overflow ? .max : sum
            if let path = row.filePath { group.filePaths.append(path) }
            groups[key] = group
        }
        return groups.values.sorted { a, b in
            if a.viewSetName != b.viewSetName { return a.viewSetName < b.viewSetName }
            if a.viewInstanceID != b.viewInstanceID { return a.viewInstanceID < b.viewInstanceID }
            return a.incompatibleSchemaHash.lexicographicallyPrecedes(b.incompatibleSchemaHash)
        }
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
