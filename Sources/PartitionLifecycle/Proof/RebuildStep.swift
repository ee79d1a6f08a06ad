import UTCTime

/// What a rebuild does next, decided from a fresh listing.
public enum RebuildStep: Sendable, Hashable {
    /// These calls, one after another; none where nothing is left to make.
    case call([MaterializeCall])
    /// Nothing, for this reason.
    case stop(RebuildStop)
}

extension ViewRebuild {
    /// The new rows: those of the current hash within the rebuild's buckets.
    public func newRows(in catalog: Catalog) -> [Partition] {
        catalog.partitions(of: viewSet).filter { row in
            row.identity.schemaHash == currentHash && buckets.contains { $0.contains(row.range) }
        }
    }

    /// The shadow calls, if making them beside the old rows removes nothing with data and everything the view reads is
    /// whole: hazards 1 and 16.
    public func shadowStep(in catalog: Catalog) -> RebuildStep {
        if let stop = change(in: catalog) ?? missingInput(in: catalog) { return .stop(stop) }
        var calls: [MaterializeCall] = []
        for range in shadowRanges {
            let call = MaterializeCall(
                viewSet: viewSet, range: range, delta: shadowLength, schemaHash: currentHash, in: catalog)
            if let why = call.objection { return .stop(.illegalCall(why)) }
            let own = Set(call.buckets)
            for row in call.mayRemove {
                // A shadow that already stands is left or made anew; an empty old row takes nothing with it.
                if row.identity.schemaHash == currentHash && own.contains(row.range) { continue }
                if row.identity.schemaHash != currentHash && !row.hasData && isPlanned(row) { continue }
                return .stop(
                    row.identity.schemaHash == currentHash ? .inTheWay(row.identity) : .unplannedRow(row.identity))
            }
            if let row = currentRow(in: catalog, across: call) { return .stop(.inTheWay(row.identity)) }
            calls.append(call)
        }
        return .call(calls)
    }

    /// The merge calls, if they remove old rows of the plan and new rows that tile their buckets, and nothing else.
    /// The rows are to be compared in the same listing before any of the calls is sent.
    public func mergeStep(in catalog: Catalog) -> RebuildStep {
        if let stop = change(in: catalog) ?? missingInput(in: catalog) { return .stop(stop) }
        if let stop = gap(in: catalog) { return .stop(stop) }
        var calls: [MaterializeCall] = []
        for range in buckets.joined() {
            let call = MaterializeCall(
                viewSet: viewSet, range: range, delta: finalLength, schemaHash: currentHash, in: catalog)
            if let why = call.objection { return .stop(.illegalCall(why)) }
            for row in call.mayRemove where row.identity.schemaHash != currentHash && !isPlanned(row) {
                return .stop(.unplannedRow(row.identity))
            }
            calls.append(call)
        }
        return .call(calls)
    }

    /// Why a range of the rebuild is not covered by its new rows, each instant exactly once.
    public func gap(in catalog: Catalog) -> RebuildStop? {
        for bucket in buckets {
            var reached = bucket.begin
            for row in catalog.partitions(of: viewSet)
            where row.identity.schemaHash == currentHash && row.range.overlaps(bucket) {
                guard row.range.begin == reached, row.range.end <= bucket.end else {
                    return .notTiled(viewSet: viewSet, range: bucket)
                }
                reached = row.range.end
            }
            if reached != bucket.end { return .notTiled(viewSet: viewSet, range: bucket) }
        }
        return nil
    }

    /// What is no longer as the plan has it: the hash, an old row, or an old row that came to the buckets since.
    public func change(in catalog: Catalog) -> RebuildStop? {
        let hash = catalog.viewSets[viewSet]?.currentHash
        guard hash == currentHash else { return .hashChanged(viewSet: viewSet, from: currentHash, to: hash) }
        let listed = catalog.partitions(of: viewSet)
        let present = Set(listed)
        if let gone = old.first(where: { !present.contains($0) }) { return .oldRowChanged(gone.identity) }
        for row in listed where row.identity.schemaHash != currentHash && !isPlanned(row) {
            if buckets.contains(where: { $0.overlaps(row.range) || $0.contains(row.range) }) {
                return .unplannedRow(row.identity)
            }
        }
        return nil
    }

    private func missingInput(in catalog: Catalog) -> RebuildStop? {
        for input in reads {
            guard let view = catalog.viewSets[input] else {
                return .inputNotWhole(viewSet: input, range: buckets.first ?? InsertRange(day.start, day.end))
            }
            let rows = catalog.partitions(of: input).filter { $0.identity.schemaHash == view.currentHash }
            for range in buckets.joined() where !rows.cover(range) {
                return .inputNotWhole(viewSet: input, range: range)
            }
        }
        return nil
    }

    private func currentRow(in catalog: Catalog, across call: MaterializeCall) -> Partition? {
        let removable = Set(call.mayRemove)
        return catalog.partitions(of: viewSet).first {
            $0.identity.schemaHash == currentHash && $0.range.overlaps(call.range) && !removable.contains($0)
        }
    }

    private func isPlanned(_ row: Partition) -> Bool { old.contains(row) }
}

extension Array where Element == Partition {
    /// Whether the rows, which may reach beyond it, cover a range, each instant exactly once.
    func cover(_ range: InsertRange) -> Bool {
        var reached = range.begin
        for row in self where row.range.overlaps(range) {
            if reached == range.begin {
                guard row.range.begin <= reached else { return false }
            } else {
                guard row.range.begin == reached else { return false }
            }
            reached = row.range.end
        }
        return reached >= range.end
    }
}
