import UTCTime

/// Signs that the listing, or what this caller may read, is filtered (contract §6): then nothing can be concluded from
/// what is not there (hazard 12).
public enum Visibility {
    /// Every sign found.
    public static func stops(_ catalog: Catalog, evidence: Evidence) -> [Stop] {
        let globals = catalog.viewSets.values.filter(\.hasGlobalInstance).map(\.name).sorted()
        var stops: [Stop] = []
        // A new, empty lake looks the same; there is nothing to do in it either.
        if !globals.isEmpty && !catalog.partitions.contains(where: \.isGlobal) {
            stops.append(.hiddenListing(globalViews: globals))
        }
        let blocks = Coverage(of: Catalog.blocks, in: catalog)
        for (day, counts) in evidence.currentBlocks.sorted(by: { $0.key < $1.key }) {
            let range = InsertRange(day)
            let rows = blocks.rows(overlapping: range)
            guard blocks.tiles(range), rows.allSatisfy({ range.contains($0.range) }) else { continue }
            let listed = rows.sum(\.rows)
            if listed > counts.blocks { stops.append(.hiddenRows(day: day, listed: listed, counted: counts.blocks)) }
        }
        return stops
    }
}
