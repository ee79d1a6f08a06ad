import PartitionLifecycle
import Testing
import UTCTime

@Suite struct TextTests {
    static let row = PartitionIdentity(
        viewSet: "log_entries", instance: "global", range: LakeText.range("-3@05", "-3@06"),
        schemaHash: SchemaHash([6]),
        filePath: nil)

    static let reasons: [(Hold.Reason, String)] = [
        (
            .lastCopy(input: "blocks", found: 0, recorded: 124),
            "last copy: its telemetry is gone (current blocks: 0 of 124)"
        ),
        (
            .misaligned(row),
            "misaligned: 2026-11-18T05:00:00Z…2026-11-18T06:00:00Z fits no hour or day that can be rebuilt beside it"
        ),
        (.earlierProofFailed("8 of 9 rows"), "an earlier proof failed: 8 of 9 rows"),
        (.soaking(youngerThan: .hours(24), age: .minutes(185)), "soaking: the current schema is 3h 5m old, of 1d"),
        (
            .soaking(youngerThan: .hours(36), age: nil),
            "soaking: no row of the current schema yet, 1d 12h to wait after the first"
        ),
        (.tooRecent(until: LakeText.time("1")), "too recent: left alone until 2026-11-22T00:00:00Z"),
        (.expiring(at: LakeText.time("1")), "expiring: the lakehouse deletes it at 2026-11-22T00:00:00Z"),
        (.inputMissing("blocks"), "needs blocks, which is not whole at its current schema"),
        (.inputHeld("blocks"), "needs blocks, which is held on the same day"),
        (
            .currentRowsInTheWay(row),
            "rows of the current schema are in the way: 2026-11-18T05:00:00Z…2026-11-18T06:00:00Z"
        ),
        (.notExactlyRemovable, "no call of this server names the row exactly"),
        (.unknownViewSet, "the server does not list the view set"),
        (
            .leftOver(under: row),
            "left over: 2026-11-18T05:00:00Z…2026-11-18T06:00:00Z is rebuilt already, and no merge would take the old row"
        ),
        (
            .inputDamaged(row),
            "needs log_entries, whose row 2026-11-18T05:00:00Z…2026-11-18T06:00:00Z records a source and holds nothing"
        ),
        (.notProvable, "no rule is known by which its new rows could be compared with the old"),
        (.neededByRebuild("log_stats"), "the rebuild of log_stats reads it; a later run retires it"),
        (.neverRetired, "blocks are never retired: every other view is made from them"),
    ]

    @Test(arguments: reasons) func aHoldSaysWhy(_ test: (reason: Hold.Reason, text: String)) {
        #expect(test.reason.explanation == test.text)
    }

    static let stops: [Stop] = [
        .hiddenListing(globalViews: ["blocks"]),
        .newerRows(viewSet: "blocks", hash: SchemaHash([10]), oldestUpdated: LakeText.now, current: SchemaHash([9])),
        .mixedVersions(viewSet: "blocks", newest: row, current: SchemaHash([9])),
        .replicasDisagree(viewSet: "blocks", hashes: [SchemaHash([9]), SchemaHash([10])]),
        .replicasDisagree(viewSet: "mine", hashes: [SchemaHash([9])]),
        .unknownViewSet(policy: "p", name: "blcks", nearest: "blocks"),
        .unknownViewSet(policy: "p", name: "zzz", nearest: nil),
        .tooManyPartitions(planned: 1001, allowed: 1000), .tooManyBytes(planned: 9_000_000, allowed: 1 << 20),
        .removesEverything(policy: "p", viewSet: "spans", partitions: 3),
        .tooYoung(policy: "p", partition: row, age: .hours(30), minimum: .days(2)),
        .hiddenRows(day: LakeText.today, listed: 9, counted: 3),
        .functionsMissing(["materialize_partitions", "retire_partition_by_file"]),
        .unsoundPlan(PlanFault(.retiresBlocks, row.description)),
    ]

    @Test(arguments: stops) func aStopSaysWhatWhoWhyAndHowToCureIt(_ stop: Stop) {
        for part in [stop.title, stop.who, stop.why, stop.cure] {
            #expect(!part.isEmpty && !part.contains("Optional(") && !part.contains("PartitionLifecycle"))
        }
    }

    @Test func figuresReadAsInPolicies() {
        #expect(Stop.tooManyBytes(planned: 9_000_000, allowed: 1 << 20).why == "8.5 MiB, at most 1 MiB a run")
        #expect(
            Stop.tooManyBytes(planned: 9_000_000, allowed: 5).cure.contains("raise guard_rails.lost.bytes to 9MiB,"))
        #expect(Self.stops[10].why == "its newest insert time is 1d 6h ago; guard_rails.minimum_age is 2d")
        #expect(Self.stops[5].cure.hasPrefix("did you mean blocks?"))
    }

    @Test(
        arguments: [
            ("logentries", "log_entries"), ("asinc_events", "async_events"), ("x", nil), ("bloc", "blocks"),
            ("zzzzzz", nil),
        ] as [(String, String?)])
    func aMistypedNameGetsTheNearest(_ name: String, _ nearest: String?) {
        let planning = Planning([Policy(name: "p", rule: .schemaEvolution(soak: .zero), match: .viewSets([name]))])
        do throws(PlanRefused) {
            _ = try Planner(planning.policies).plan(planning.catalog("blocks -1 1d now 9"), evidence: planning.evidence)
            Issue.record("the name was not refused")
        } catch {
            #expect(error.stops == [.unknownViewSet(policy: "p", name: name, nearest: nearest)])
        }
    }
}

@Suite struct UnseenTests {
    @Test func whatQueriesDoNotSeeIsSummedByView() throws {
        let planning = Planning()
        let catalog = planning.catalog(
            """
            blocks -1 1d now 240 ~30h
            blocks -4 1h x24 old 10
            blocks -4 1d older 250
            blocks -6 1d old 7
            blocks -6@05 30m now 3 ~28h
            log_entries -1 1h now 9
            async_events/p1 -20 1h old 3
            gone -20 1h old 3
            """)
        let plan = try Planner(planning.policies).plan(catalog, evidence: planning.evidence)
        let day = LakeText.today
        #expect(
            plan.unseen == [
                UnseenView(
                    viewSet: "blocks", days: day.advanced(by: -6)...day.advanced(by: -4), partitions: 26, rows: 257,
                    rowsSeen: 3, since: LakeText.now - .hours(30))
            ])
    }

    @Test func daysWhoseBlocksAreCurrentAndWhoseLogsAreOldAreCounted() {
        let planning = Planning()
        let catalog = planning.catalog(
            """
            blocks -6 6d now 240
            log_entries -3@05 1h old 9
            measures/p1 -5@05 1h old 9
            processes -4 1d old 9
            log_stats -9 1d old 9
            log_entries 0@05 1h old 9
            """)
        let days = [-3, -5].map { LakeText.today.advanced(by: Int64($0)) }
        #expect(Planner(planning.policies).daysToCount(catalog) == days)
        let none = Planner(Planning([]).policies)
        #expect(none.daysToCount(catalog).isEmpty)
    }
}
