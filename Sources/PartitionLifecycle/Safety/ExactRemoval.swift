/// Which call, if any, removes one listed row and no other (hazard 4).
public struct ExactRemoval: Sendable {
    /// A call that names one row exactly.
    public enum Call: Sendable, Hashable {
        /// `retire_partition_by_file`.
        case file(String)
        /// `retire_partition_by_metadata` with the hash.
        case metadataWithHash
        /// `retire_partition_by_metadata` without it: every row of the key, of which only one is listed.
        case metadataBlindToHash
    }

    private let calls: Evidence.RetireCalls
    private let borders: Borders
    private let pathCounts: [String: Int]
    /// Rows without a file, with the hash.
    private let fileless: Set<Key>
    /// Rows beside those without a file, themselves included, by (set, instance, begin, end), and with the hash.
    private let keyCounts: [Key: Int]

    private struct Key: Hashable {
        var viewSet: String
        var instance: String
        var range: InsertRange
        var hash: SchemaHash?

        init(_ identity: PartitionIdentity, withHash: Bool) {
            viewSet = identity.viewSet
            instance = identity.instance
            range = identity.range
            hash = withHash ? identity.schemaHash : nil
        }
    }

    /// What a listing and a server's calls allow.
    public init(catalog: Catalog, calls: Evidence.RetireCalls, borders: Borders) {
        self.calls = calls
        self.borders = borders
        var paths: [String: Int] = [:]
        var (ranges, fileless): (Set<Key>, Set<Key>) = ([], [])
        for row in catalog.partitions {
            if let path = row.identity.file {
                paths[path, default: 0] += 1
            } else {
                ranges.insert(Key(row.identity, withHash: false))
                fileless.insert(Key(row.identity, withHash: true))
            }
        }
        var keys: [Key: Int] = [:]
        if !ranges.isEmpty {
            for row in catalog.partitions where ranges.contains(Key(row.identity, withHash: false)) {
                keys[Key(row.identity, withHash: false), default: 0] += 1
                keys[Key(row.identity, withHash: true), default: 0] += 1
            }
        }
        pathCounts = paths
        self.fileless = fileless
        keyCounts = keys
    }

    /// The call for a row; nil where none of the server's is exact, or what has its key now is not the row.
    public func call(for row: Partition) -> Call? {
        if let path = row.identity.file { return calls.file && pathCounts[path] == 1 ? .file(path) : nil }
        guard fileless.contains(Key(row.identity, withHash: true)) else { return nil }
        if calls.metadataArguments == 5 {
            return keyCounts[Key(row.identity, withHash: true)] == 1 ? .metadataWithHash : nil
        }
        guard calls.metadataArguments == 4, row.range.end <= borders.newest else { return nil }
        return keyCounts[Key(row.identity, withHash: false)] == 1 ? .metadataBlindToHash : nil
    }
}

extension PartitionIdentity {
    /// Its file, if it has one.
    var file: String? { filePath.flatMap { $0.isEmpty ? nil : $0 } }
}
