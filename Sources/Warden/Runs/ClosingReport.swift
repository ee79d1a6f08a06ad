import PartitionLifecycle
import UTCTime

extension RunContext {
    /// What a query answers for each rebuilt view and day, asked where the question has an exact answer: views whose
    /// rows carry the insert time of their block.
    func queryAnswers(_ outcomes: [RebuildOutcome], of plan: Plan, in catalog: Catalog) async throws -> [RebuildOutcome]
    {
        let rebuilds = Dictionary(
            plan.days.flatMap(\.views).map { (RebuildKey(viewSet: $0.viewSet, day: $0.day), $0) },
            uniquingKeysWith: { first, _ in first })
        var answered: [RebuildOutcome] = []
        for var outcome in outcomes {
            let key = RebuildKey(viewSet: outcome.viewSet, day: outcome.day)
            if outcome.state == .proved, let rebuild = rebuilds[key] {
                outcome.queryAnswers = try await lake.queryAnswer(of: rebuild, in: catalog)
            }
            answered.append(outcome)
        }
        return answered
    }

    private struct RebuildKey: Hashable {
        let viewSet: String
        let day: CalendarDay
    }
}

extension Catalog {
    /// Rows of old schemas by view, those that a hold explains apart.
    func oldPartitionsLeft(holds: [Hold]) -> [OldPartitionsLeft] {
        let held = Set(holds.flatMap { $0.partitions.map(\.identity) })
        return Dictionary(grouping: partitions.filter { !isCurrent($0) }, by: \.identity.viewSet)
            .map { viewSet, rows in
                let explained = rows.count { held.contains($0.identity) }
                return OldPartitionsLeft(viewSet: viewSet, partitions: rows.count - explained, held: explained)
            }
            .sorted { $0.viewSet < $1.viewSet }
    }
}
