import PartitionLifecycle
import Testing
import UTCTime

/// A lake, and the lines of its plan.
struct LakeCase: CustomTestStringConvertible, Sendable {
    var name: String
    var lake: String
    var expected: [String]
    var testDescription: String { name }

    init(_ name: String, _ lake: String, _ expected: [String]) {
        (self.name, self.lake, self.expected) = (name, lake, expected)
    }
}

/// Yesterday whole at the current hash: what tells that the soak is over.
private let base = "blocks -1 1d now 240\nlog_entries -1 1h x24 now 10\nlog_stats -1 1d now 24\n"

@Suite struct EvolutionTests {
    static let rebuilds = [
        LakeCase(
            "an upgraded day is rebuilt in dependency order", "all -1 1h x24 now 10\nall -3 1h x24 old 10",
            LakeText.globals.map { "rebuild \($0) -3: 24 old, 1800 s then 3600 s, 24 buckets, shadows -3@0…-2@0" }
                + ["kept 144"]),
        LakeCase(
            "days go newest first", base + "blocks -5 1d old 9\nblocks -3 1d old 9",
            [
                "rebuild blocks -3: 1 old, 1800 s then 86400 s, 1 buckets, shadows -3@0…-2@0",
                "rebuild blocks -5: 1 old, 1800 s then 86400 s, 1 buckets, shadows -5@0…-4@0", "kept 26",
            ]),
        LakeCase(
            "the longest old row gives the final length", base + "blocks -3 1h x24 older 9\nblocks -3 1d old 9",
            ["rebuild blocks -3: 25 old, 1800 s then 86400 s, 1 buckets, shadows -3@0…-2@0", "kept 26"]),
        LakeCase(
            "only hours with old rows are made",
            base + "blocks -3@05 1h old 9\nblocks -3@06 1h old\nblocks -3@20 1h old 1",
            ["rebuild blocks -3: 3 old, 1800 s then 3600 s, 3 buckets, shadows -3@5…-3@7 -3@20…-3@21", "kept 26"]),
        LakeCase(
            "hours that are tiled are merged, not made again",
            base + "blocks -3 1h x24 old 10\nblocks -3 30m x4 now 5",
            ["rebuild blocks -3: 24 old, 1800 s then 3600 s, 24 buckets, shadows -3@2…-2@0", "kept 30"]),
        LakeCase(
            "an interrupted run's shadows only wait for their merge",
            base + "blocks -3 1h x24 old 10\nblocks -3 30m x48 now 5",
            ["rebuild blocks -3: 24 old, 1800 s then 3600 s, 24 buckets, shadows none", "kept 74"]),
        LakeCase(
            "half of an hour that an interrupted run made is left to the call that makes the other half",
            base + "blocks -3@05 1h old 10\nblocks -3@05 30m now 5",
            ["rebuild blocks -3: 1 old, 1800 s then 3600 s, 1 buckets, shadows -3@5…-3@6", "kept 27"]),
        LakeCase(
            "an old day over current hours goes with their merge",
            base + "blocks -3 1d old 240\nblocks -3 1h x24 now 10",
            ["rebuild blocks -3: 1 old, 1800 s then 86400 s, 1 buckets, shadows none", "kept 50"]),
        LakeCase(
            "what a view reads may be current already", base + "blocks -3 1d now 240\nlog_entries -3@05 1h old 10",
            ["rebuild log_entries -3: 1 old, 1800 s then 3600 s, 1 buckets, shadows -3@5…-3@6", "kept 27"]),
        LakeCase("rows of the current hash are kept", base, ["kept 26"]),
    ]

    static let held = [
        LakeCase(
            "a row across an hour's border", base + "blocks -3@05:30 1h old 9\nblocks -3@09 1h old 9",
            ["hold blocks -3: 2 misaligned", "kept 26"]),
        LakeCase(
            "a row across midnight holds both days", base + "blocks -4@12 1d old 9\nblocks -3@20 1h old 9",
            ["hold blocks -3: 1 misaligned", "hold blocks -4: 1 misaligned", "kept 26"]),
        LakeCase(
            "an empty row across midnight, which a merge would leave beside its rows",
            base + "blocks -4@23 2h old\nblocks -4@20 1h old 9", ["hold blocks -4: 2 misaligned", "kept 26"]),
        LakeCase(
            "a row with data under a minute", base + "blocks -3@05 59s old 9",
            ["hold blocks -3: 1 misaligned", "kept 26"]),
        LakeCase(
            "a row without length", base + "blocks -3@05 0s old\nblocks -3@04 1h old 9",
            ["hold blocks -3: 2 misaligned", "kept 26"]),
        LakeCase(
            "a day of a view whose rows are hours", base + "blocks -3 1d now 240\nlog_entries -3 1d old 9",
            ["hold log_entries -3: 1 misaligned", "kept 27"]),
        LakeCase(
            "a day that is not closed", base + "blocks 0@05 1h old 9", ["hold blocks 0: 1 tooRecent", "kept 26"]),
        LakeCase(
            "a day that the lakehouse is about to delete", base + "blocks -88@05 1h old 9\nblocks -88@12 1h old 9",
            ["hold blocks -88: 2 expiring", "kept 26"]),
        LakeCase(
            "nothing current to read", base + "log_entries -3@05 1h old 9",
            ["hold log_entries -3: 1 inputMissing blocks", "kept 26"]),
        LakeCase(
            "an hour missing of what a whole day is made from",
            "processes -1 1d now 3\n" + base + "blocks -3 1h x23 now 10\nprocesses -3 1d old 3",
            ["hold processes -3: 1 inputMissing blocks", "kept 50"]),
        LakeCase(
            "what is read is held, and so is what reads that",
            base + "blocks -3@05 59s old 9\nlog_entries -3@05 1h old 9\nlog_stats -3@05 1h old 1",
            [
                "hold blocks -3: 1 misaligned", "hold log_entries -3: 1 inputHeld blocks",
                "hold log_stats -3: 1 inputHeld blocks", "kept 26",
            ]),
        LakeCase(
            "what is read is held although it is whole",
            base
                + "blocks -3 1d now 240\nlog_entries -3@05 59s old 9\nlog_entries -3 1h x24 now 10\nlog_stats -3 1d old 9",
            ["hold log_entries -3: 1 misaligned", "hold log_stats -3: 1 inputHeld log_entries", "kept 51"]),
        LakeCase(
            "what is read records a source and holds nothing",
            base + "blocks -3 1d now 240\nlog_entries -3 1h x24 now 0/10\nlog_stats -3@05 1h old 9",
            ["hold log_stats -3: 1 inputDamaged log_entries", "kept 51"]),
        LakeCase(
            "a current row finer than the shadows", base + "blocks -3@05 1h old 9\nblocks -3@05 20m now 3",
            ["hold blocks -3: 1 currentRowsInTheWay", "kept 27"]),
        LakeCase(
            "a current row across two shadows", base + "blocks -3@05 1h old 9\nblocks -3@05:15 30m now 3",
            ["hold blocks -3: 1 currentRowsInTheWay", "kept 27"]),
        LakeCase(
            "a current row that reaches into the hour", base + "blocks -3@05 1h old 9\nblocks -3@04:30 1h now 3",
            ["hold blocks -3: 1 currentRowsInTheWay", "kept 27"]),
        LakeCase(
            "a final row stands already; the other hours are rebuilt",
            base + "blocks -3@05 1h x2 old 9\nblocks -3@05 1h now 9",
            [
                "rebuild blocks -3: 1 old, 1800 s then 3600 s, 1 buckets, shadows -3@6…-3@7",
                "hold blocks -3: 1 leftOver", "kept 27",
            ]),
        LakeCase(
            "what is left over beside a whole row takes nothing from it",
            base + "blocks -3 1d now 240\nblocks -3@05 1h old 9\nlog_entries -3@05 1h old 9",
            [
                "rebuild log_entries -3: 1 old, 1800 s then 3600 s, 1 buckets, shadows -3@5…-3@6",
                "hold blocks -3: 1 leftOver", "kept 27",
            ]),
        LakeCase(
            "the server no longer lists the view set", base + "gone -3@05 1h x2 old 9\ngone/p1 -4@05 1h old",
            ["hold gone -3: 2 unknownViewSet", "hold gone -4: 1 unknownViewSet", "kept 26"]),
    ]

    @Test(arguments: rebuilds) func plansARebuild(_ test: LakeCase) {
        #expect(Planning().lines(test.lake) == test.expected)
    }

    @Test(arguments: held) func leavesAlone(_ test: LakeCase) { #expect(Planning().lines(test.lake) == test.expected) }

    @Test(arguments: [
        ("60s x60", 30), ("90s x40", 45), ("100s x36", 50), ("140s", 60), ("10m x6", 300), ("30m x2", 900),
        ("59m", 1200), ("1h", 1800), ("1d", 1800),
    ])
    func shadowsAreHalfOfTheShortestRow(_ row: (old: String, seconds: Int)) {
        let day = row.old == "1d" ? "-3" : "-3@05"
        let words = row.old.split(separator: " ")
        let lake = base + "blocks \(day) \(words[0]) old 1 \(words.dropFirst().joined())"
        let lines = Planning().lines(lake)
        #expect(lines.first?.contains("\(row.seconds) s then") == true, "\(lines)")
    }

    @Test func emptyRowsDoNotShortenShadows() {
        let lines = Planning().lines(base + "blocks -3@05 1h old 9\nblocks -3@05 1s x60 older")
        #expect(
            lines == ["rebuild blocks -3: 61 old, 1800 s then 3600 s, 1 buckets, shadows -3@5…-3@6", "kept 26"])
    }

    @Test func theMaintenanceServiceKeepsTwoDaysToItself() {
        let lake = base + "blocks -2@05 1h old 9\nblocks -3@05 1h old 9"
        #expect(
            Planning(service: .present).lines(lake) == [
                "rebuild blocks -3: 1 old, 1800 s then 3600 s, 1 buckets, shadows -3@5…-3@6",
                "hold blocks -2: 1 tooRecent", "kept 26",
            ])
        #expect(Planning(service: .none).lines(lake).filter { $0.hasPrefix("rebuild") }.count == 2)
    }

    @Test func aNewSchemaSoaksFirst() {
        let old = "blocks -3@05 1h old 9\n"
        #expect(Planning().lines(old + "blocks -1 1d now 240 ~23h") == ["hold blocks -3: 1 soaking", "kept 1"])
        #expect(Planning().lines(old + "blocks -1 1d now 240 ~24h").first?.hasPrefix("rebuild") == true)
        #expect(Planning().lines(old) == ["hold blocks -3: 1 soaking"])
        let atOnce = Planning([Policy(name: "evolution", rule: .schemaEvolution(soak: .zero), match: .all)])
        #expect(atOnce.lines(old).first?.hasPrefix("rebuild") == true)
    }

    @Test func thePolicySpeaksOnlyOfItsViews() {
        let planning = Planning([
            Policy(name: "logs", rule: .schemaEvolution(soak: .zero), match: .viewSets(["log_entries"]))
        ])
        let lake = base + "blocks -3@05 1h old 9\nlog_entries -3@05 1h old 9"
        #expect(planning.lines(lake) == ["hold log_entries -3: 1 inputMissing blocks", "kept 27"])
    }

    @Test func aViewWithoutARuleOfProofIsHeld() {
        var planning = Planning()
        planning.views = LakeText.viewSets(and: [
            ViewSetFacts(name: "future", currentHash: SchemaHash([9]), hasGlobalInstance: true)
        ])
        let lake = base + "future -1 1d now 3\nfuture -3@05 1h old 9\nblocks -3 1d now 240"
        #expect(planning.lines(lake) == ["hold future -3: 1 notProvable", "kept 28"])
    }

    @Test func aUserDefinedViewIsRebuiltFromWhatItsDefinitionReads() {
        var planning = Planning()
        let facts = ViewSetFacts(
            name: "level_counts", currentHash: SchemaHash([9]), hasGlobalInstance: true,
            definitionSQL: """
                CREATE MATERIALIZED VIEW level_counts WITH (extract_query = $$SELECT count(*) FROM log_entries$$,
                count_src_query = $$SELECT sum(nb_objects) FROM blocks$$, merge_partition_delta = '1 hour')
                """, updateGroup: 3000)
        planning.views = LakeText.viewSets(and: [facts])
        let lake = base + "level_counts -1 1h now 3\nblocks -3 1d now 240\nlevel_counts -3@05 1h old 9\n"
        #expect(planning.lines(lake) == ["hold level_counts -3: 1 inputMissing log_entries", "kept 28"])
        #expect(
            planning.lines(lake + "log_entries -3 1h x24 now 10").first
                == "rebuild level_counts -3: 1 old, 1800 s then 3600 s, 1 buckets, shadows -3@5…-3@6")
        #expect(
            planning.lines(lake + "log_entries -3 1h x24 now 10\nlevel_counts -3 1d old 9").first
                == "hold level_counts -3: 2 misaligned")
    }
}
