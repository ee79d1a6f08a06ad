import PartitionLifecycle
import Testing
import UTCTime

private let base = "blocks -1 1d now 240\nprocesses -1 1d now 3/240\nstreams -1 1d now 3/240\n"
private let current = base + "blocks -4 1d now 240\nprocesses -4 1d now 3/240\nstreams -4 1d now 3/240\n"

@Suite struct InstanceTests {
    static let cases = [
        LakeCase(
            "rows whose inputs are current are retired, by view set",
            current + """
                async_events/p1 -4@05:10 7m old 3
                async_events/p2 -4@09 0s old 3
                thread_spans/s1 -4@23:59:58 1s old 3
                """,
            ["retire async_events: 2 by evolution", "retire thread_spans: 1 by evolution", "kept 6"]),
        LakeCase(
            "two old hashes are told apart",
            current + "async_events/p1 -4@05 7m old 3\nasync_events/p1 -4@05 7m older 3",
            ["retire async_events: 1 by evolution", "retire async_events: 1 by evolution", "kept 6"]),
        LakeCase(
            "rows that no call names exactly are held",
            current + "async_events/p1 -4@09 0s old\nasync_events/p1 -4@09 0s old",
            ["hold async_events -4: 2 notExactlyRemovable", "kept 6"]),
        LakeCase(
            "rows of the current hash are kept", current + "async_events/p1 -4@05:10 7m now 3", ["kept 7"]),
        LakeCase(
            "inputs may be rebuilt by the same plan",
            base
                + "blocks -4 1d old 240\nprocesses -4 1d old 3/240\nstreams -4 1d old 3/240\nasync_events/p1 -4@05 7m old 3",
            ["blocks", "processes", "streams"].map {
                "rebuild \($0) -4: 1 old, 1800 s then 86400 s, 1 buckets, shadows -4@0…-3@0"
            } + ["retire async_events: 1 by evolution", "kept 3"]),
        LakeCase(
            "an input is missing",
            base + "blocks -4 1d now 240\nstreams -4 1d now 3/240\nasync_events/p1 -4@05 7m old 3",
            ["hold async_events -4: 1 inputMissing processes", "kept 5"]),
        LakeCase(
            "a row of several days needs them all",
            current + "async_events/p1 -4@23:50 20m old 3", ["hold async_events -4: 1 inputMissing blocks", "kept 6"]),
        LakeCase(
            "a range that ends on the hour includes the next one",
            base
                + "blocks -4 1h x12 now 9\nprocesses -4 1d now 3\nstreams -4 1d now 3\nasync_events/p1 -4@11:50 10m old 3",
            ["hold async_events -4: 1 inputMissing blocks", "kept 17"]),
        LakeCase(
            "an input is held",
            base
                + "blocks -4 1d now 240\nprocesses -4@05 59s old 3\nstreams -4 1d now 3\nasync_events/p1 -4@05 7m old 3",
            ["hold processes -4: 1 misaligned", "hold async_events -4: 1 inputHeld processes", "kept 5"]),
        LakeCase(
            "an old row of blocks that stays would double what is made anew",
            current + "blocks -4@05 1h old 9\nasync_events/p1 -4@05 7m old 3\nasync_events/p1 -4@07 7m old 3",
            [
                "retire async_events: 1 by evolution", "hold blocks -4: 1 leftOver",
                "hold async_events -4: 1 inputHeld blocks", "kept 6",
            ]),
        LakeCase(
            "a lost day's rows are last copies",
            base + "blocks -4 1d now\nprocesses -4 1d now\nstreams -4 1d now\nasync_events/p1 -4@05 7m old 3/8",
            ["hold async_events -4: 1 lastCopy blocks 0/8", "kept 6"]),
        LakeCase(
            "an empty row of a lost day is none",
            base + "blocks -4 1d now\nprocesses -4 1d now\nstreams -4 1d now\nasync_events/p1 -4@05 7m old",
            ["retire async_events: 1 by evolution", "kept 6"]),
        LakeCase(
            "younger than the guard rails' minimum age",
            base
                + "async_events/p1 -2@12:01 7m old 3\nblocks -2 1d now 240\nprocesses -2 1d now 3\nstreams -2 1d now 3",
            ["hold async_events -2: 1 tooRecent", "kept 6"]),
        LakeCase(
            "about to be deleted by the lakehouse", current + "async_events/p1 -89@05 7m old 3",
            ["hold async_events -89: 1 expiring", "kept 6"]),
        LakeCase(
            "a view set's own rows at the current hash have to be old enough",
            current + "async_events/p1 -4@05 7m old 3\nasync_events/p1 -4@08 7m now 3 ~23h",
            ["hold async_events -4: 1 soaking", "kept 7"]),
        LakeCase(
            "rows that no calendar holds", current + "async_events/p1 -80 70d old 3",
            ["hold async_events -80: 1 misaligned", "kept 6"]),
    ]

    @Test(arguments: cases) func decides(_ test: LakeCase) { #expect(Planning().lines(test.lake) == test.expected) }

    @Test func aViewSetThatNobodyQueriedSoaksWithBlocks() {
        let lake = current.replacing("blocks -1 1d now 240", "blocks -1 1d now 240 ~5h")
            .replacing("blocks -4 1d now 240", "blocks -4 1d now 240 ~5h")
        #expect(
            Planning().lines(lake + "async_events/p1 -4@05 7m old 3")
                == ["hold async_events -4: 1 soaking", "kept 6"])
    }

    @Test func instancesOfLogsThatRecordMoreThanTheirBlocksHoldAreLastCopies() {
        var planning = Planning()
        let day = LakeText.today.advanced(by: -4)
        let lake =
            current + "log_entries/p1 -4@05 7m old 60\nlog_entries/p2 -4@06 7m old 61\nlog_entries/p2 -4@06 7m older 9"
        planning.evidence.currentBlocks[day] = BlockCounts(blocks: 240, logObjects: 120, metricObjects: 0)
        #expect(
            planning.lines(lake) == [
                "retire log_entries: 1 by evolution", "hold log_entries -4: 2 lastCopy blocks 120/121", "kept 6",
            ])
        planning.evidence.currentBlocks[day]?.logObjects = 121
        #expect(planning.lines(lake).filter { $0.hasPrefix("hold") }.isEmpty)
    }

    @Test func rowsWhosePayloadsAnEarlierRunMissedAreHeldWhileTheHashStays() {
        let lake = current + "async_events/p1 -4@05:10 7m old 3\nasync_events/p2 -4@09 7m old 3"
        var planning = Planning()
        let row = planning.catalog(lake).partitions.map(\.identity).first { $0.instance == "p1" }
        let hash = planning.catalog(lake).viewSets["async_events"]?.currentHash ?? SchemaHash([])
        func proof(_ hash: SchemaHash) -> FailedProof {
            FailedProof(
                viewSet: "async_events", day: LakeText.today.advanced(by: -4), currentHash: hash,
                old: [row].compactMap(\.self), finding: "3 of 3 payloads")
        }
        planning.evidence.failedProofs = [proof(hash)]
        #expect(
            planning.lines(lake) == [
                "retire async_events: 1 by evolution", "hold async_events -4: 1 earlierProofFailed 3 of 3 payloads",
                "kept 6",
            ])
        planning.evidence.failedProofs = [proof(SchemaHash([1, 1]))]
        #expect(planning.lines(lake) == ["retire async_events: 2 by evolution", "kept 6"])
    }

    @Test func currentRowsThatHoldTheirObjectsTwiceAreRetired() {
        let lake = current + "log_entries/p1 -4@05:10 7m now 248\nlog_entries/p2 -4@06 7m now 124"
        var planning = Planning()
        #expect(planning.lines(lake) == ["kept 8"])
        let row = planning.catalog(lake).partitions.map(\.identity).first { $0.instance == "p1" }
        planning.evidence.doubled = Set([row].compactMap(\.self))
        #expect(planning.lines(lake) == ["retire log_entries: 1 by evolution", "kept 7"])
        let uncovered = lake.replacing("blocks -4 1d now 240", "blocks -5 1d now 240")
        #expect(planning.lines(uncovered) == ["hold log_entries -4: 1 inputMissing blocks", "kept 7"])
    }

    @Test func inputsThatRetentionTakesAreMissing() {
        let planning = Planning([
            Policy(name: "evolution", rule: .schemaEvolution(soak: .zero), match: .all),
            Policy(name: "short", rule: .retention(keepNewerThan: .days(3)), match: .viewSets(["processes"])),
        ])
        #expect(
            planning.lines(current + "async_events/p1 -4@05 7m old 3") == [
                "retire processes: 1 by short", "hold async_events -4: 1 inputMissing processes", "kept 5",
            ])
    }
}

extension String {
    fileprivate func replacing(_ text: String, _ other: String) -> String {
        split(separator: "\n").map { $0 == text ? other : String($0) }.joined(separator: "\n") + "\n"
    }
}
