import PartitionLifecycle
import Testing
import UTCTime

/// A sound plan, broken rule by rule: the check finds each breach, and nothing else.
@Suite struct PlanCheckTests {
    static let lake = """
        all -1 1d now 240
        blocks -4 1h x24 old 10
        log_entries -4 1h x24 old 10
        log_entries -4@02 30m x2 now 5
        blocks -3 1d old 240
        async_events/p1 -20 1h old 3
        async_events/p1 -1 1h now 3
        """

    struct Breach: CustomTestStringConvertible, Sendable {
        var rule: PlanFault.Rule
        var alter: @Sendable (inout Plan, Catalog) -> Void
        var testDescription: String { rule.rawValue }

        init(_ rule: PlanFault.Rule, _ alter: @escaping @Sendable (inout Plan, Catalog) -> Void) {
            (self.rule, self.alter) = (rule, alter)
        }
    }

    static let breaches = [
        Breach(.retiresBlocks) { plan, catalog in
            plan.retirements[0].partitions.append(contentsOf: catalog.partitions(of: "blocks").suffix(1))
        },
        Breach(.replacesCurrentRow) { plan, catalog in
            plan.days[1].views[1].old += catalog.partitions(of: "log_entries").filter {
                $0.identity.schemaHash == SchemaHash([9])
            }
        },
        Breach(.replacesCurrentRow) { plan, _ in
            plan.days[0].views[0].viewSet = "log_stats"
            plan.days[0].views[0].day = LakeText.today.advanced(by: -1)
            plan.days[0].day = LakeText.today.advanced(by: -1)
            plan.days[0].views[0].buckets = [LakeText.range("-1", "0")]
            plan.days[0].views[0].shadowRanges = []
            plan.days[0].views[0].old = []
        },
        Breach(.notListed) { plan, _ in plan.days[0].views[0].old[0].rows += 1 },
        Breach(.notListed) { plan, _ in plan.retirements[0].partitions[0].identity.filePath = "views/other.parquet" },
        Breach(.namedTwice) { plan, _ in plan.days[0].views[0].old.append(plan.days[0].views[0].old[0]) },
        Breach(.tooRecent) { plan, catalog in
            plan.days[0].views[0].buckets.append(LakeText.range("0", "1"))
        },
        Breach(.tooRecent) { plan, _ in plan.retirements[0].partitions += LakeText("log_entries 0 1h now 3").partitions
        },
        Breach(.expiring) { plan, _ in plan.days[1].views[0].shadowRanges.append(LakeText.range("-89@01", "-89@02")) },
        Breach(.illegalLength) { plan, _ in plan.days[0].views[0].shadowLength = .zero },
        Breach(.illegalLength) { plan, _ in plan.days[0].views[0].shadowLength = .seconds(-1800) },
        Breach(.illegalLength) { plan, _ in plan.days[0].views[0].shadowLength = .seconds(29) },
        Breach(.illegalLength) { plan, _ in plan.days[0].views[0].shadowLength = .seconds(70) },
        Breach(.illegalLength) { plan, _ in plan.days[0].views[0].finalLength = .hours(2) },
        Breach(.offGrid) { plan, _ in plan.days[0].views[0].shadowRanges = [LakeText.range("-3@00:30", "-3@02")] },
        Breach(.offGrid) { plan, _ in plan.days[1].views[0].buckets[0].end = LakeText.time("-4@02") },
        Breach(.offGrid) { plan, _ in plan.days[1].views[1].shadowRanges = [LakeText.range("-5@02", "-5@03")] },
        Breach(.longerThanADay) { plan, _ in plan.days[1].views[0].shadowRanges = [LakeText.range("-4", "-2")] },
        Breach(.removesUnnamedRow) { plan, _ in plan.days[1].views[0].old.removeFirst() },
        Breach(.rowOutsideBuckets) { plan, _ in plan.days[1].views[0].buckets.removeFirst() },
        Breach(.wrongHash) { plan, _ in plan.days[0].views[0].currentHash = SchemaHash([8]) },
        Breach(.outOfOrder) { plan, _ in plan.days.reverse() },
        Breach(.outOfOrder) { plan, _ in plan.days[1].views.reverse() },
        Breach(.outOfOrder) { plan, _ in plan.days[1].views[1].reads = [] },
        Breach(.notExactlyRemovable) { plan, catalog in
            plan.retirements[0].partitions[0].identity.filePath = nil
        },
    ]

    private func planning() -> Planning {
        Planning([
            Policy(name: "evolution", rule: .schemaEvolution(soak: .zero), match: .viewSets(LakeText.globals)),
            Policy(name: "short", rule: .retention(keepNewerThan: .days(14)), match: .viewSets(["async_events"])),
        ])
    }

    private func soundPlan(_ catalog: Catalog) throws -> Plan {
        try Planner(planning().policies).plan(catalog, evidence: planning().evidence)
    }

    private func rules(_ plan: Plan, _ catalog: Catalog) -> Set<PlanFault.Rule> {
        let check = PlanCheck(policies: planning().policies, catalog: catalog, evidence: planning().evidence)
        return Set(check.faults(of: plan).map(\.rule))
    }

    @Test func aPlanAsItWasMadeIsSound() throws {
        let catalog = planning().catalog(Self.lake)
        let plan = try soundPlan(catalog)
        #expect(plan.days.map(\.views.count) == [1, 2] && plan.retirements.count == 1)
        #expect(rules(plan, catalog).isEmpty)
    }

    @Test(arguments: breaches) func aBreachIsFound(_ breach: Breach) throws {
        let catalog = planning().catalog(Self.lake)
        var plan = try soundPlan(catalog)
        breach.alter(&plan, catalog)
        #expect(rules(plan, catalog).contains(breach.rule))
    }

    @Test func everyRuleHasABreach() {
        #expect(Set(Self.breaches.map(\.rule)).union([.shadowRemovesData]) == Set(PlanFault.Rule.allCases))
    }

    @Test func aShadowUnderWhichAnOldRowFitsIsFound() throws {
        let catalog = planning().catalog("blocks -1 1d now 240\nblocks -4@05 10m x6 old 10")
        var plan = try soundPlan(catalog)
        #expect(rules(plan, catalog).isEmpty)
        plan.days[0].views[0].shadowLength = .minutes(10)
        #expect(rules(plan, catalog) == [.shadowRemovesData])
    }

    @Test func aPlanOfAnEarlierListingIsFound() throws {
        let plan = try soundPlan(planning().catalog(Self.lake))
        let later = planning().catalog(Self.lake + "\nblocks -4@07 20m older 3")
        #expect(rules(plan, later) == [.removesUnnamedRow, .shadowRemovesData])
        let finer = planning().catalog(Self.lake + "\nblocks -4@07 20m now 3")
        #expect(rules(plan, finer) == [.removesUnnamedRow])
    }
}
