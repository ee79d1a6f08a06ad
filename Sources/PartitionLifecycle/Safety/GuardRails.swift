import UTCTime

/// Holds a plan against what one run may remove without proved replacement. Rows that are rebuilt do not count: they go
/// only when what replaces them has been compared with them.
public enum GuardRails {
    /// How much would go without proved replacement.
    public static func lost(by plan: Plan) -> (partitions: Int, bytes: Int64) {
        let rows = plan.retirements.flatMap(\.partitions)
        return (rows.count, rows.sum(\.fileSize))
    }

    /// Every limit that the plan exceeds.
    public static func stops(_ plan: Plan, policies: PolicySet, catalog: Catalog) -> [Stop] {
        let settings = policies.guardRails
        let lost = lost(by: plan)
        var stops: [Stop] = []
        if lost.partitions > settings.lostPartitions {
            stops.append(.tooManyPartitions(planned: lost.partitions, allowed: settings.lostPartitions))
        }
        if lost.bytes > settings.lostBytes {
            stops.append(.tooManyBytes(planned: lost.bytes, allowed: settings.lostBytes))
        }
        return stops + emptied(plan, catalog) + tooYoung(plan, settings, now: catalog.now)
    }

    /// View sets of which retention, alone or after others, would leave no row.
    private static func emptied(_ plan: Plan, _ catalog: Catalog) -> [Stop] {
        var going: [String: Int] = [:]
        for retirement in plan.retirements { going[retirement.viewSet, default: 0] += retirement.partitions.count }
        return plan.retirements.compactMap { retirement in
            guard case .age = retirement.reason, let count = going[retirement.viewSet] else { return nil }
            let all = catalog.index(after: retirement.viewSet) - catalog.index(before: retirement.viewSet)
            guard count == all else { return nil }
            return .removesEverything(policy: retirement.policy, viewSet: retirement.viewSet, partitions: count)
        }
    }

    /// The youngest row of each retirement, where it is too young.
    private static func tooYoung(_ plan: Plan, _ settings: GuardRailSettings, now: Timestamp) -> [Stop] {
        plan.retirements.compactMap { retirement in
            guard let youngest = retirement.partitions.max(by: { $0.range.end < $1.range.end }),
                youngest.age(at: now) < settings.minimumAge
            else { return nil }
            return .tooYoung(
                policy: retirement.policy, partition: youngest.identity, age: youngest.age(at: now),
                minimum: settings.minimumAge)
        }
    }
}
