import PartitionLifecycle
import Testing
import UTCTime

private let base = """
    blocks -1 1d now 240
    log_entries -1 1h x24 now 10
    measures -1 1h x24 now 10
    processes -1 1d now 3/20
    log_stats -1 1d now 24

    """

@Suite struct LastCopyTests {
    /// Old rows of a day over current blocks that hold so many rows an hour.
    static let byListing: [(old: String, blocks: Int, held: String?)] = [
        ("log_entries -3 1h x24 old 10", 0, "lastCopy blocks 0/240"),
        ("measures -3@05 1h old 10", 0, "lastCopy blocks 0/10"),
        ("log_stats -3 1d old 24/240", 0, "lastCopy blocks 0/240"),
        ("processes -3 1d old 3/25", 1, "lastCopy blocks 24/25"),
        ("processes -3 1d old 3/24", 1, nil),
        ("processes -3@05 1h old 3/2", 1, "lastCopy blocks 1/2"),
        ("log_entries -3 1h x24 old", 0, nil),
        // Blocks that are there may hold any number of objects: shadows tell.
        ("log_entries -3 1h x24 old 10", 1, nil),
    ]

    @Test(arguments: byListing) func currentBlocksThatHoldLessMakeALastCopy(
        _ test: (old: String, blocks: Int, held: String?)
    ) {
        let lake = base + "blocks -3 1h x24 now \(test.blocks)\nlog_entries -3 1h x24 now 10\n"
        let lines = Planning().lines(lake.replacingLogs(for: test.old) + test.old)
        let holds = lines.filter { $0.hasPrefix("hold") }
        if let held = test.held {
            #expect(holds.count == 1 && holds.first?.hasSuffix(held) == true, "\(lines)")
        } else {
            #expect(holds.isEmpty && lines.first?.hasPrefix("rebuild") == true, "\(lines)")
        }
    }

    /// Objects that the day's blocks hold, against 240 that each old copy records.
    @Test(
        arguments: [
            ("log_entries -3 1h x24 old 10", 239, 999, "lastCopy blocks 239/240"),
            ("log_entries -3 1h x24 old 10", 240, 0, nil),
            ("log_entries -3 1h x24 old 10\nlog_entries -3 1h x24 older 10", 240, 0, nil),
            ("log_entries -3 1h x24 old 10\nlog_entries -3 1h x24 older 9/11", 250, 0, "lastCopy blocks 250/264"),
            ("measures -3 1h x24 old 10", 999, 239, "lastCopy blocks 239/240"),
            ("measures -3 1h x24 old 10", 0, 240, nil),
        ] as [(String, Int64, Int64, String?)])
    func countsOfTheDayDecideWhereThereAreAny(_ old: String, _ logs: Int64, _ metrics: Int64, _ held: String?) {
        var planning = Planning()
        let day = LakeText.today.advanced(by: -3)
        planning.evidence.currentBlocks[day] = BlockCounts(blocks: 24, logObjects: logs, metricObjects: metrics)
        let lines = planning.lines(base + "blocks -3 1h x24 now 1\n" + old)
        let holds = lines.filter { $0.hasPrefix("hold") }
        #expect(holds.count == (held == nil ? 0 : 1), "\(lines)")
        if let held { #expect(holds.first?.hasSuffix(held) == true, "\(lines)") }
    }

    @Test func countsOfADayThatCurrentBlocksDoNotCoverSayNothing() {
        var planning = Planning()
        let day = LakeText.today.advanced(by: -3)
        planning.evidence.currentBlocks[day] = BlockCounts(blocks: 0, logObjects: 0, metricObjects: 0)
        let lines = planning.lines(base + "blocks -3 1h x24 old 1\nlog_entries -3 1h x24 old 10")
        #expect(lines.filter { $0.hasPrefix("rebuild") }.count == 2, "\(lines)")
    }

    @Test func blocksThatWereMadeAnewFromLessAreNotMerged() {
        let lines = Planning().lines(base + "blocks -3@05 1h old 10\nblocks -3@05 30m x2 now 4")
        #expect(lines.first == "hold blocks -3: 1 lastCopy blocks 8/10")
    }

    @Test func shadowsOfBlocksThatAnEarlierRunLeftAreComparedAgain() {
        var planning = Planning()
        let begin = LakeText.today.advanced(by: -3).start + .hours(5)
        planning.evidence.madeShadows["blocks"] = [InsertRange(begin, begin + .minutes(30))]
        let lines = planning.lines(base + "blocks -3@05 1h old 10\nblocks -3@05 30m x2 now 4")
        #expect(lines.first == "rebuild blocks -3: 1 old, 1800 s then 3600 s, 1 buckets, shadows none")
    }

    @Test func whatReadsALastCopyIsHeldWithIt() {
        var planning = Planning()
        let day = LakeText.today.advanced(by: -3)
        planning.evidence.currentBlocks[day] = BlockCounts(blocks: 24, logObjects: 100, metricObjects: 0)
        let lines = planning.lines(
            base + "blocks -3 1h x24 now 1\nlog_entries -3 1h x24 old 10\nlog_stats -3 1d old 24/100")
        #expect(
            lines.filter { $0.hasPrefix("hold") } == [
                "hold log_entries -3: 24 lastCopy blocks 100/240", "hold log_stats -3: 1 inputHeld log_entries",
            ])
    }

    @Test func aUserDefinedViewOverNothingIsALastCopy() {
        var planning = Planning()
        planning.views = LakeText.viewSets(and: [
            ViewSetFacts(
                name: "mine", currentHash: SchemaHash([9]), hasGlobalInstance: true,
                definitionSQL: "CREATE MATERIALIZED VIEW mine WITH (extract_query = $$SELECT 1 FROM log_entries$$)",
                updateGroup: 4000)
        ])
        let lake = base + "mine -1 1d now 1\nmine -3 1h old 9\n"
        #expect(
            planning.lines(lake + "log_entries -3 1h x24 now").first == "hold mine -3: 1 lastCopy log_entries 0/9")
        #expect(planning.lines(lake + "log_entries -3 1h x24 now 1").first?.hasPrefix("rebuild mine") == true)
    }

    @Test func figuresThatNoNumberHoldsDoNotTrap() {
        let huge = Int64.max
        let lake = base + "blocks -3 1h x24 now\nlog_entries -3 1h x24 old \(huge)\nprocesses -3 1h x24 old \(huge)"
        #expect(Planning().lines(lake).filter { $0.contains("lastCopy blocks 0/\(huge)") }.count == 2)
    }
}

extension String {
    /// Without the day's current log rows, where the old rows are themselves logs.
    fileprivate func replacingLogs(for old: String) -> String {
        guard old.hasPrefix("log_entries") else { return self }
        return split(separator: "\n").filter { !$0.hasPrefix("log_entries -3") }.joined(separator: "\n") + "\n"
    }
}
