import UTCTime

/// What retention asks of each row by itself.
///
/// The first retention policy of the file that names a row's view set speaks for it, later ones do not: a policy that
/// keeps longer protects its views from a later one for all. Between the kinds of policies, retention comes first
/// whatever their order: what is past its age is not worth rebuilding. Only where a rebuild needs a row that is past
/// its age does it stay, until a later run (see ``Planner``).
struct RetentionPlanner {
    /// What becomes of a row that is past its age.
    enum Verdict: Hashable {
        case retire(policy: String, keepNewerThan: Duration)
        case hold(policy: String, Hold.Reason)
    }

    private let policies: PolicySet
    private let catalog: Catalog
    private let removal: ExactRemoval
    private let borders: Borders
    /// The policy that speaks for each view set, so that the file is not searched for every row.
    private let ruling: [String: (policy: Policy, keep: Duration)]

    init(policies: PolicySet, catalog: Catalog, removal: ExactRemoval, borders: Borders) {
        self.policies = policies
        self.catalog = catalog
        self.removal = removal
        self.borders = borders
        var ruling: [String: (policy: Policy, keep: Duration)] = [:]
        for viewSet in catalog.listedViewSets {
            for policy in policies.policies where policy.match.contains(viewSet) {
                guard case .retention(let keep) = policy.rule else { continue }
                ruling[viewSet] = (policy, keep)
                break
            }
        }
        self.ruling = ruling
    }

    /// Nil where the row is young enough, or no retention policy speaks of it.
    func verdict(on row: Partition) -> Verdict? {
        let viewSet = row.identity.viewSet
        guard let (policy, keep) = ruling[viewSet], row.age(at: catalog.now) > keep else { return nil }
        if viewSet == Catalog.blocks {
            // A policy for all view sets means all that can be retired; one that names blocks is told why not. Old
            // rows of theirs are evolution's, in either case.
            guard catalog.isCurrent(row), policy.match.names(viewSet) else { return nil }
            return .hold(policy: policy.name, .neverRetired)
        }
        if catalog.viewSets[viewSet] == nil && !policy.match.names(viewSet) {
            return .hold(policy: policy.name, .unknownViewSet)
        }
        if row.isGlobal && row.range.end > borders.newest {
            return .hold(policy: policy.name, .tooRecent(until: borders.reached(by: row.range.end)))
        }
        guard removal.call(for: row) != nil else { return .hold(policy: policy.name, .notExactlyRemovable) }
        return .retire(policy: policy.name, keepNewerThan: keep)
    }
}

extension Policy.Match {
    /// Whether it names a view set, rather than all of them.
    func names(_ viewSet: String) -> Bool {
        if case .viewSets(let names) = self { return names.contains(viewSet) }
        return false
    }
}

extension Catalog {
    /// The names of all view sets that hold rows, sorted.
    var listedViewSets: [String] {
        var names: [String] = []
        var index = partitions.startIndex
        while index < partitions.endIndex {
            let name = partitions[index].identity.viewSet
            names.append(name)
            index = self.index(after: name)
        }
        return names
    }
}
