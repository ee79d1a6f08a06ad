import UTCTime

/// Whether everything that a view reads is whole at its current hash, or will be by the time its turn comes
/// (hazard 1: a view made from what is not whole replaces its rows by nothing).
struct InputCheck {
    let lake: LakeIndex
    /// What was decided on the same day for the views that come earlier.
    let verdicts: [String: EvolutionPlanner.Verdict]

    /// The reason to hold a view's rows; nil where its inputs are in order over the ranges.
    func reason(view: ViewSet, ranges: [InsertRange]) -> Hold.Reason? {
        for input in view.reads {
            guard let read = lake.catalog.viewSets[input], read.hasGlobalInstance else { return .inputMissing(input) }
            var rebuilt: [InsertRange] = []
            switch verdicts[input] {
            case .hold(let hold):
                // A row left over beside a whole one takes nothing from it; any other reason may.
                guard case .leftOver = hold.reason else { return .inputHeld(input) }
            case .rebuild(let rebuild, _): rebuilt = rebuild.buckets
            case nil: break
            }
            for hour in ranges.flatMap({ $0.divided(by: .hours(1)) }) {
                if rebuilt.contains(where: { $0.contains(hour) }) { continue }
                guard lake[input].coverage.tiles(hour) else { return .inputMissing(input) }
                if let row = damaged(read, over: hour) { return .inputDamaged(row) }
            }
        }
        return nil
    }

    /// A row that records a source and holds nothing, of a view whose rows come of its source.
    private func damaged(_ view: ViewSet, over range: InsertRange) -> PartitionIdentity? {
        guard let rule = ProofRule(for: view), rule != .definition else { return nil }
        return lake[view.name].coverage.rows(overlapping: range).first { $0.rows == 0 && $0.sourceCount > 0 }?.identity
    }
}
