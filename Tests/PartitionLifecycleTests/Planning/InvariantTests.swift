import PartitionLifecycle
import Testing
import UTCTime

/// What holds of every plan, over lakes made by chance.
@Suite struct InvariantTests {
    static let seeds: [UInt64] = Array(1...60)

    /// The plan, whether it may be followed or not, and whether it is sound.
    private func plan(_ planning: Planning, _ catalog: Catalog) -> Plan {
        do throws(PlanRefused) {
            return try Planner(planning.policies).plan(catalog, evidence: planning.evidence)
        } catch {
            let faults = error.stops.filter { if case .unsoundPlan = $0 { true } else { false } }
            #expect(faults.isEmpty, "\(faults.prefix(3).map(\.why))")
            return error.plan
        }
    }

    @Test(arguments: seeds) func everyRowEndsInOneStep(_ seed: UInt64) {
        var lake = RandomLake(seed: seed)
        let planning = lake.planning(withRetention: true)
        let catalog = lake.catalog(planning)
        let plan = plan(planning, catalog)
        var left: [Partition: Int] = [:]
        for row in catalog.partitions { left[row, default: 0] += 1 }
        let steps =
            plan.days.flatMap(\.views).flatMap(\.old) + plan.retirements.flatMap(\.partitions)
            + plan.holds.flatMap(\.partitions)
        for row in steps { left[row, default: 0] -= 1 }
        #expect(left.values.allSatisfy { $0 >= 0 })
        #expect(left.values.reduce(0, +) == plan.kept)
        #expect(
            plan.holds.allSatisfy { !$0.partitions.isEmpty } && plan.retirements.allSatisfy { !$0.partitions.isEmpty })
    }

    @Test(arguments: seeds) func aListingsOrderIsNoMatter(_ seed: UInt64) {
        var lake = RandomLake(seed: seed)
        let planning = lake.planning(withRetention: true)
        let catalog = lake.catalog(planning)
        var random = SeededGenerator(seed: seed)
        let shuffled = Catalog(
            partitions: catalog.partitions.shuffled(using: &random), viewSets: planning.views.shuffled(using: &random),
            now: catalog.now)
        #expect(plan(planning, catalog) == plan(planning, shuffled))
    }

    @Test(arguments: seeds) func aPlanOfRebuildsCanBeFollowedToItsEnd(_ seed: UInt64) {
        var lake = RandomLake(seed: seed)
        let planning = lake.planning(withRetention: false)
        var server = SimulatedServer(lake.catalog(planning))
        let first = plan(planning, server.catalog)
        server.follow(first)
        let rebuilt = Set(first.days.flatMap(\.views).map(\.old).joined())
        #expect(server.catalog.partitions.allSatisfy { !rebuilt.contains($0) })
        let second = plan(planning, server.catalog)
        // A merged day of blocks tells less of its hours than its shadows did: what they showed to be a last copy may be
        // tried then, and is left to the comparison.
        let held = Set(first.holds.filter { $0.reason.word.hasPrefix("lastCopy") }.map(\.day))
        #expect(second.days.allSatisfy { held.contains($0.day) }, "\(second.lines)")
    }

    @Test(arguments: seeds) func policiesTogetherComeToRest(_ seed: UInt64) {
        var lake = RandomLake(seed: seed)
        let planning = lake.planning(withRetention: true)
        var server = SimulatedServer(lake.catalog(planning))
        var rounds = 0
        var next = plan(planning, server.catalog)
        while !next.isEmpty && rounds < 5 {
            server.follow(next)
            next = plan(planning, server.catalog)
            rounds += 1
        }
        #expect(next.isEmpty, "\(next.lines)")
    }

    @Test func chanceMakesEveryKindOfStep() {
        var words: Set<String> = []
        for seed in Self.seeds {
            var lake = RandomLake(seed: seed)
            let planning = lake.planning(withRetention: true)
            let lines = plan(planning, lake.catalog(planning)).lines
            for line in lines {
                let parts = line.split(separator: " ")
                words.insert(String(parts[0]))
                if parts[0] == "hold", parts.count > 4 { words.insert(String(parts[4])) }
            }
        }
        let expected: Set<String> = [
            "rebuild", "retire", "kept", "lastCopy", "misaligned", "tooRecent", "expiring", "inputMissing", "inputHeld",
            "currentRowsInTheWay", "notExactlyRemovable", "unknownViewSet", "leftOver", "inputDamaged",
            "neededByRebuild",
        ]
        #expect(words.isSuperset(of: expected), "missing: \(expected.subtracting(words))")
    }
}
