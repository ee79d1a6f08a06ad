public import UTCTime

/// One listing of a lake: a consistent snapshot of its partitions, the view sets of the server that answered, and
/// that server's clock.
public struct Catalog: Sendable {
    /// Every listed row, sorted by identity.
    public let partitions: [Partition]
    /// The server's view sets by name.
    public let viewSets: [String: ViewSet]
    /// The server's clock when it answered; ages are reckoned from it.
    public let now: Timestamp

    /// A catalog of these rows, in any order.
    public init(partitions: [Partition], viewSets: [ViewSet], now: Timestamp) {
        self.partitions = partitions.sorted { $0.identity < $1.identity }
        self.viewSets = Dictionary(viewSets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.now = now
    }

    /// The name of the view set that every other one is made from.
    public static let blocks = "blocks"

    /// Whether a row's schema is the one that the connected server's queries read; false for a view set that the
    /// server no longer lists.
    public func isCurrent(_ partition: Partition) -> Bool {
        viewSets[partition.identity.viewSet]?.currentHash == partition.identity.schemaHash
    }

    /// The rows of a view set's instance.
    public func partitions(of viewSet: String, instance: String = "global") -> ArraySlice<Partition> {
        let from = firstIndex { ($0.viewSet, $0.instance) >= (viewSet, instance) }
        let to = firstIndex { ($0.viewSet, $0.instance) > (viewSet, instance) }
        return partitions[from..<to]
    }

    /// The rows of a view set's global instance that begin in a range, its end included.
    func partitions(of viewSet: String, beginningIn range: InsertRange) -> ArraySlice<Partition> {
        let rows = partitions(of: viewSet)
        let from = firstIndex { ($0.viewSet, $0.instance, $0.range.begin) >= (viewSet, "global", range.begin) }
        return rows[max(from, rows.startIndex)...].prefix { $0.range.begin <= range.end }
    }

    /// The rows of an identity: one, or none, or such without length as no rule of uniqueness tells apart.
    func rows(named identity: PartitionIdentity) -> ArraySlice<Partition> {
        let place = firstIndex { !($0 < identity) }
        return partitions[place...].prefix { !(identity < $0.identity) }
    }

    /// The place of the first row of a view set.
    func index(before viewSet: String) -> Int { firstIndex { $0.viewSet >= viewSet } }

    /// The place after the last row of a view set.
    func index(after viewSet: String) -> Int { firstIndex { $0.viewSet > viewSet } }

    /// The first place whose identity answers yes, all later ones answering yes too.
    private func firstIndex(where reached: (PartitionIdentity) -> Bool) -> Int {
        var low = 0
        var high = partitions.count
        while low < high {
            let middle = (low + high) / 2
            if reached(partitions[middle].identity) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
