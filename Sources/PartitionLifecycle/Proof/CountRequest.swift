import UTCTime

/// A count that only the server can give, and that a comparison needs.
public enum CountRequest: Sendable, Hashable {
    /// Rows of `blocks` with these insert times.
    case blocks(InsertRange)
    /// The sum of `nb_objects` of blocks that carry a stream tag.
    case objects(tag: String, InsertRange)
    /// Ids of the range's blocks that a query of `processes` or `streams` does not find.
    case missingIdentifiers(viewSet: String, InsertRange)
    /// The sum of `log_stats` counts over a window of event times.
    case statisticsSum(InsertRange)
    /// Rows of `log_entries` over a window of event times.
    case logRows(InsertRange)
    /// What the count query of a user-defined view gives.
    case definitionSource(viewSet: String, InsertRange)
    /// How many rows the extract query of a user-defined view gives.
    case definitionRows(viewSet: String, InsertRange)
}

/// How the rows of a view are proved to be whole (contract §4).
public enum ProofRule: Sendable, Hashable {
    /// `blocks`: as many rows as telemetry rows went in.
    case blocks
    /// `log_entries`, `measures`: as many rows as objects in the blocks of this tag.
    case objects(tag: String)
    /// `processes`, `streams`: made from every block, and each id is found.
    case identifiers
    /// `log_stats`: its counts sum to the rows of `log_entries`.
    case statistics
    /// A user-defined view: what its own two queries give.
    case definition

    /// The rule for a view; nil where none is known, so that nothing of it can be proved.
    public init?(for view: ViewSet) {
        switch view.name {
        case "blocks": self = .blocks
        case "log_entries": self = .objects(tag: "log")
        case "measures": self = .objects(tag: "metrics")
        case "processes", "streams": self = .identifiers
        case "log_stats": self = .statistics
        default:
            guard view.definition != nil else { return nil }
            self = .definition
        }
    }
}

extension ViewRebuild {
    /// The counts that comparing this rebuild's new rows needs.
    public func countRequests(in catalog: Catalog) -> [CountRequest] {
        guard let view = catalog.viewSets[viewSet], let rule = ProofRule(for: view) else { return [] }
        if rule == .statistics {
            return eventWindow(in: catalog).map { [.statisticsSum($0), .logRows($0)] } ?? []
        }
        return countedRanges(rule, in: catalog).flatMap { range -> [CountRequest] in
            switch rule {
            case .blocks, .statistics: []
            case .objects(let tag): [.objects(tag: tag, range)]
            case .identifiers: [.blocks(range), .missingIdentifiers(viewSet: viewSet, range)]
            case .definition:
                [.definitionSource(viewSet: viewSet, range), .definitionRows(viewSet: viewSet, range)]
            }
        }
    }

    /// The ranges that are counted each by itself: runs of neighbouring buckets; of a user-defined view every new row,
    /// for its definition may group, so that what it extracts from two halves is not what it extracts from the whole.
    func countedRanges(_ rule: ProofRule, in catalog: Catalog) -> [InsertRange] {
        rule == .definition ? newRows(in: catalog).map(\.range) : buckets.joined()
    }

    /// The event times of `log_entries` of the rebuild's insert times, in whole minutes as `log_stats` bins them; nil
    /// where it holds none. `log_stats` has no insert times to ask for.
    package func eventWindow(in catalog: Catalog) -> InsertRange? {
        let rows = inputRows(of: "log_entries", in: catalog)
        guard let first = rows.compactMap(\.minEventTime).min(), let last = rows.compactMap(\.maxEventTime).max() else {
            return nil
        }
        return InsertRange(first.floored(to: .minutes(1)), last.floored(to: .minutes(1)) + .minutes(1))
    }

    func inputRows(of input: String, in catalog: Catalog) -> [Partition] {
        catalog.partitions(of: input).filter { row in
            catalog.isCurrent(row) && buckets.contains { $0.overlaps(row.range) }
        }
    }
}
