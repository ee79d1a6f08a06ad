import PartitionLifecycle
import Testing
import UTCTime

/// The catalog's side of a server that is driven by a plan: what calls remove and write (contract §4).
struct SimulatedServer {
    var catalog: Catalog
    private var written = 0

    init(_ catalog: Catalog) { self.catalog = catalog }

    /// Follows a plan, each step decided from the listing of its moment.
    mutating func follow(_ plan: Plan) {
        for rebuild in plan.days.flatMap(\.views) {
            guard case .call(let shadows) = rebuild.shadowStep(in: catalog) else {
                Issue.record("\(rebuild.viewSet) \(rebuild.day): shadows \(rebuild.shadowStep(in: catalog))")
                continue
            }
            for call in shadows { materialize(call) }
            var merging = rebuild
            // Empty rows shorter than a shadow went with it.
            let listed = Set(catalog.partitions(of: rebuild.viewSet))
            merging.old = rebuild.old.filter { listed.contains($0) || $0.hasData }
            guard case .call(let merges) = merging.mergeStep(in: catalog) else {
                Issue.record("\(rebuild.viewSet) \(rebuild.day): merge \(merging.mergeStep(in: catalog))")
                continue
            }
            let before = catalog
            for call in merges { materialize(call) }
            let outcome = merging.mergeOutcome(before: before, after: catalog, calledAt: catalog.now)
            #expect(outcome == .done, "\(rebuild.viewSet) \(rebuild.day): \(outcome)")
        }
        let gone = Set(plan.retirements.flatMap(\.partitions))
        replace(catalog.partitions.filter { !gone.contains($0) })
    }

    /// One call: each bucket that is no row yet becomes one, made from what is current in it or anew.
    private mutating func materialize(_ call: MaterializeCall) {
        var removed: Set<Partition> = []
        var made: [Partition] = []
        for bucket in call.buckets {
            let rows = call.mayRemove.filter { bucket.contains($0.range) }
            let current = rows.filter { $0.identity.schemaHash == call.schemaHash }
            if current.contains(where: { $0.range == bucket }) { continue }
            written += 1
            removed.formUnion(rows)
            made.append(
                Partition(
                    identity: PartitionIdentity(
                        viewSet: call.viewSet, instance: "global", range: bucket, schemaHash: call.schemaHash,
                        filePath: "views/made/\(written).parquet"),
                    updated: catalog.now, sourceCount: current.isEmpty ? 5 : current.reduce(0) { $0 + $1.sourceCount },
                    rows: current.isEmpty ? 5 : current.reduce(0) { $0 + $1.rows }))
        }
        replace(catalog.partitions.filter { !removed.contains($0) } + made)
    }

    private mutating func replace(_ partitions: [Partition]) {
        catalog = Catalog(partitions: partitions, viewSets: Array(catalog.viewSets.values), now: catalog.now)
    }
}
