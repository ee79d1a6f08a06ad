public import UTCTime

/// What a listing after a merge shows.
public enum MergeOutcome: Sendable, Hashable {
    /// Every bucket is one new row of the final length, written since the call, and no planned old row is left.
    case done
    /// The catalog is as it was: nothing of the call was committed.
    case notDone
    /// Neither: what, for people.
    case unknown(String)
}

extension ViewRebuild {
    /// Whether a merge was done, by a listing alone: what the call answered is not looked at.
    ///
    /// - Parameters:
    ///   - before: The listing that the merge was decided from.
    ///   - after: A listing since.
    ///   - calledAt: The server's clock when the call was sent, cut to a second.
    public func mergeOutcome(before: Catalog, after: Catalog, calledAt: Timestamp) -> MergeOutcome {
        let listed = Set(after.partitions(of: viewSet))
        let wasNew = newRows(in: before)
        if old.allSatisfy(listed.contains) && newRows(in: after) == wasNew { return .notDone }
        if let left = old.first(where: { listed.contains($0) }) { return .unknown("\(left.identity) is still listed") }
        let isNew = newRows(in: after)
        for bucket in buckets {
            let rows = isNew.filter { bucket.contains($0.range) }
            guard rows.count == 1, let row = rows.first, row.range == bucket else {
                return .unknown("\(viewSet) \(bucket) is \(rows.count) rows instead of one")
            }
            guard row.updated >= calledAt else {
                return .unknown("\(row.identity) was written at \(row.updated), before the call at \(calledAt)")
            }
            let source = wasNew.filter { bucket.contains($0.range) }.sum(\.sourceCount)
            guard row.sourceCount == source else {
                return .unknown(
                    "\(row.identity) records \(row.sourceCount) source objects; its shadows recorded \(source)")
            }
        }
        return .done
    }

    /// Whether the shadow calls were done, by a listing alone.
    public func shadowOutcome(after: Catalog) -> MergeOutcome {
        if let stop = gap(in: after) {
            let made = newRows(in: after).filter { row in shadowRanges.contains { $0.contains(row.range) } }
            return made.isEmpty ? .notDone : .unknown(stop.description)
        }
        return .done
    }

    /// The shadows that may be retired after a failed comparison: rows of the current hash, shorter than final ones, of
    /// which the audit log says that this agent made them, in this run or an earlier one. None while an old row of the plan is missing, for then they
    /// may be the only copy.
    ///
    /// - Parameter made: What the audit log names as made: ranges of this view at this hash.
    public func retirableShadows(in catalog: Catalog, made: Set<InsertRange>) -> [Partition] {
        guard change(in: catalog) == nil else { return [] }
        return newRows(in: catalog).filter { row in
            made.contains(row.range) && row.range.length < finalLength
        }
    }
}

/// Rows of the current hash that record a source and hold nothing, where rows normally equal their source: what a
/// failed materialization leaves behind while it says `already up to date`.
public struct Damage: Sendable, Hashable {
    /// The damaged rows.
    public var partitions: [Partition]

    /// Looks for damage in a listing.
    public init(in catalog: Catalog, day: CalendarDay) {
        self.partitions = catalog.partitions.filter { row in
            row.isGlobal && row.rows == 0 && row.sourceCount > 0 && catalog.isCurrent(row)
                && row.range.overlaps(InsertRange(day.start, day.end))
                && catalog.viewSets[row.identity.viewSet].flatMap(ProofRule.init(for:)).map { $0 != .definition }
                    == true
        }
    }
}
