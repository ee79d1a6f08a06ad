import UTCTime

/// What comparing new rows with old ones found.
public enum Verdict: Sendable, Hashable {
    /// Nothing of the old rows is missing.
    case proved(ProofSummary)
    /// Something is missing, or cannot be told; what, for people.
    case failed(String)
}

/// The figures of a proof.
public struct ProofSummary: Sendable, Hashable {
    /// Rows in the old partitions; of two old hashes the larger.
    public var oldRows: Int64
    /// Rows in the new ones.
    public var newRows: Int64
    /// Source objects that the old partitions record; of two old hashes the larger.
    public var oldSource: Int64
    /// Source objects that the new ones record.
    public var newSource: Int64

    /// Figures.
    public init(oldRows: Int64, newRows: Int64, oldSource: Int64, newSource: Int64) {
        self.oldRows = oldRows
        self.newRows = newRows
        self.oldSource = oldSource
        self.newSource = newSource
    }
}

extension ViewRebuild {
    /// Compares the new rows of a listing with the old rows of the plan (contract §4), against each old hash by
    /// itself: rows of two old hashes over one range are two copies, not a sum.
    ///
    /// - Parameters:
    ///   - catalog: A listing made after the new rows; the old ones may be gone from it.
    ///   - counts: The answers to ``countRequests(in:)`` of the same listing.
    public func compare(in catalog: Catalog, counts: [CountRequest: Int64]) -> Verdict {
        guard let view = catalog.viewSets[viewSet], let rule = ProofRule(for: view) else {
            return .failed("there is no rule by which \(viewSet) can be proved")
        }
        if let stop = gap(in: catalog) { return .failed(stop.description) }
        let new = newRows(in: catalog)
        for bucket in buckets {
            if let finding = shortfall(bucket: bucket, new: new, rule: rule) { return .failed(finding) }
        }
        for request in countRequests(in: catalog) where counts[request] == nil {
            return .failed("a count of \(viewSet) could not be had")
        }
        let summary = summary(new: new)
        if let finding = discrepancy(rule: rule, new: new, summary: summary, catalog: catalog, counts: counts) {
            return .failed(finding)
        }
        return .proved(summary)
    }

    /// Rows and sources of the old partitions and of the new ones.
    func summary(new: [Partition]) -> ProofSummary {
        let copies = Dictionary(grouping: old, by: \.identity.schemaHash).values
        return ProofSummary(
            oldRows: copies.map { $0.sum(\.rows) }.max() ?? 0, newRows: new.sum(\.rows),
            oldSource: copies.map { $0.sum(\.sourceCount) }.max() ?? 0, newSource: new.sum(\.sourceCount))
    }

    /// What one bucket's new rows lack of one old copy.
    private func shortfall(bucket: InsertRange, new: [Partition], rule: ProofRule) -> String? {
        let made = new.filter { bucket.contains($0.range) }
        let (rows, source) = (made.sum(\.rows), made.sum(\.sourceCount))
        for (hash, copy) in Dictionary(grouping: old.filter { bucket.contains($0.range) }, by: \.identity.schemaHash) {
            // Rows of processes and streams repeat in small buckets, and those of a changed definition differ.
            let (oldRows, oldSource) = (copy.sum(\.rows), copy.sum(\.sourceCount))
            switch rule {
            case .blocks, .objects:
                if rows < oldRows { return "\(bucket): \(rows) rows now, \(oldRows) in the rows of hash \(hash)" }
                if source < oldSource {
                    return "\(bucket): \(source) source objects now, \(oldSource) recorded by hash \(hash)"
                }
            case .identifiers, .statistics:
                if source < oldSource {
                    return "\(bucket): \(source) source objects now, \(oldSource) recorded by hash \(hash)"
                }
                if rows == 0 && oldRows > 0 { return "\(bucket): no rows now, \(oldRows) in the rows of hash \(hash)" }
            case .definition: break
            }
        }
        return nil
    }

    /// What the new rows lack of what they were made from.
    private func discrepancy(
        rule: ProofRule, new: [Partition], summary: ProofSummary, catalog: Catalog, counts: [CountRequest: Int64]
    ) -> String? {
        if rule == .statistics { return statisticsDiscrepancy(summary: summary, catalog: catalog, counts: counts) }
        for range in countedRanges(rule, in: catalog) {
            let made = new.filter { range.contains($0.range) }
            let (rows, source) = (made.sum(\.rows), made.sum(\.sourceCount))
            switch rule {
            case .blocks, .statistics:
                if rows != source { return "\(range): \(rows) rows from \(source) blocks" }
            case .objects(let tag):
                let objects = counts[.objects(tag: tag, range)]
                if rows != source || source != objects {
                    return "\(range): \(rows) rows from \(source) objects; the blocks hold \(objects ?? 0)"
                }
            case .identifiers:
                let blocks = counts[.blocks(range)]
                if source != blocks { return "\(range): made from \(source) blocks; there are \(blocks ?? 0)" }
                let missing = counts[.missingIdentifiers(viewSet: viewSet, range)]
                if missing != 0 { return "\(range): \(missing ?? 0) ids of its blocks are not found in \(viewSet)" }
            case .definition:
                let (expectedSource, expectedRows) = (
                    counts[.definitionSource(viewSet: viewSet, range)], counts[.definitionRows(viewSet: viewSet, range)]
                )
                if source != expectedSource {
                    return "\(range): made from \(source) objects; its count query gives \(expectedSource ?? 0)"
                }
                if rows != expectedRows {
                    return "\(range): \(rows) rows; its extract query gives \(expectedRows ?? 0)"
                }
            }
        }
        return nil
    }

    private func statisticsDiscrepancy(
        summary: ProofSummary, catalog: Catalog, counts: [CountRequest: Int64]
    ) -> String? {
        guard let window = eventWindow(in: catalog) else {
            return summary.newRows == 0 ? nil : "\(summary.newRows) rows although log_entries holds none"
        }
        let (sum, rows) = (counts[.statisticsSum(window)], counts[.logRows(window)])
        return sum == rows ? nil : "its counts sum to \(sum ?? 0); log_entries holds \(rows ?? 0) rows"
    }
}

extension Sequence where Element == Partition {
    /// A figure summed over the rows, held at the largest number there is.
    package func sum(_ figure: (Partition) -> Int64) -> Int64 {
        reduce(0) { total, row in
            let (sum, overflow) = total.addingReportingOverflow(figure(row))
            return overflow ? .max : sum
        }
    }
}
