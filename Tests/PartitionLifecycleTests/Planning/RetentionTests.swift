import PartitionLifecycle
import Testing
import UTCTime

/// Retention of so many days for some view sets, or for all.
private func keep(_ days: Int64, _ views: [String]? = nil, name: String = "short") -> Policy {
    Policy(name: name, rule: .retention(keepNewerThan: .days(days)), match: views.map { .viewSets($0) } ?? .all)
}

private let evolution = Policy(name: "evolution", rule: .schemaEvolution(soak: .zero), match: .all)
private let base = "blocks -1 1d now 240\nlog_entries -1 1h x24 now 10\nasync_events/p1 -1 1h now 1\n"

@Suite struct RetentionTests {
    @Test func takesWhatIsPastTheAgeByTheNewestInsertTime() {
        // Now is noon: an hour that ended at noon fourteen days ago is not older than fourteen days.
        let lake =
            base + "log_entries -14@10 1h x2 now 5\nasync_events/p1 -14@11:59 1m now 1\nasync_events/p1 -20 1h now 1"
        #expect(
            Planning([keep(14)]).lines(lake)
                == ["retire async_events: 1 by short", "retire log_entries: 1 by short", "kept 28"])
    }

    @Test func neverTakesBlocks() {
        let lake = base + "blocks -20 1d now 240\nblocks -21 1d old 240"
        #expect(Planning([keep(14)]).lines(lake) == ["kept 28"])
        #expect(Planning([keep(14, ["blocks"])]).lines(lake) == ["hold blocks -20: 1 neverRetired", "kept 27"])
    }

    @Test func theFirstPolicyThatNamesAViewSetSpeaksForIt() {
        let lake = base + "log_entries -20@05 1h now 5\nasync_events/p1 -20 1h now 1"
        let longer = keep(30, ["log_entries"], name: "logs")
        #expect(Planning([longer, keep(14)]).lines(lake) == ["retire async_events: 1 by short", "kept 27"])
        #expect(Planning([keep(14), longer]).lines(lake).count == 3)
    }

    @Test func retirementsComeInTheOrderOfTheFile() {
        let lake = base + "log_entries -20@05 1h now 5\nasync_events/p1 -20 1h now 1"
        let planning = Planning([keep(14, ["log_entries"], name: "logs"), keep(14, ["async_events"], name: "events")])
        #expect(
            planning.lines(lake) == ["retire log_entries: 1 by logs", "retire async_events: 1 by events", "kept 26"])
    }

    @Test func leavesTheMaintenanceServiceItsTwoDays() {
        let rails = GuardRailSettings(minimumAge: .zero)
        let lake = base + "log_entries -2@05 1h now 5"
        #expect(
            Planning([keep(2)], service: .present, guardRails: rails).lines(lake)
                == ["hold log_entries -2: 1 tooRecent", "kept 26"])
        #expect(Planning([keep(2)], guardRails: rails).lines(lake) == ["retire log_entries: 1 by short", "kept 26"])
    }

    @Test func rowsOfAViewSetThatTheServerDoesNotListAreTakenOnlyByName() {
        let lake = base + "gone -20@05 1h old 5\ngone -1@05 1h old 5"
        #expect(Planning([keep(14)]).lines(lake) == ["hold gone -20: 1 unknownViewSet", "kept 27"])
        #expect(Planning([keep(14, ["gone"])]).lines(lake) == ["retire gone: 1 by short", "kept 27"])
    }

    @Test func whatIsPastTheAgeIsNotRebuilt() {
        let lake = base + "blocks -20 1d now 240\nlog_entries -20 1h x24 old 10"
        for policies in [[evolution, keep(14)], [keep(14), evolution]] {
            #expect(Planning(policies).lines(lake) == ["retire log_entries: 24 by short", "kept 27"])
        }
    }

    @Test func aDayThatIsOnlyPartlyPastTheAgeIsRebuiltWhole() {
        let lake = base + "blocks -14 1d now 240\nlog_entries -14 1h x24 old 10"
        #expect(
            Planning([keep(14), evolution]).lines(lake) == [
                "rebuild log_entries -14: 24 old, 1800 s then 3600 s, 24 buckets, shadows -14@0…-13@0", "kept 27",
            ])
    }

    @Test func aDayThatEvolutionHoldsGivesItsAgedRowsBack() {
        let lake = base + "log_entries -14 1h x24 old 10"
        #expect(
            Planning([keep(14), evolution]).lines(lake) == [
                "retire log_entries: 11 by short", "hold log_entries -14: 13 inputMissing blocks", "kept 26",
            ])
    }

    @Test func whatARebuildReadsOrMergesStaysForThisRun() {
        let lake =
            base + """
                log_stats -1 1d now 24
                blocks -14 1d now 240
                log_entries -14 1h x24 now 10
                log_stats -14 1d old 24/240
                """
        let planning = Planning([keep(14, ["log_entries"]), keep(30, ["log_stats"], name: "stats"), evolution])
        #expect(
            planning.lines(lake) == [
                "rebuild log_stats -14: 1 old, 1800 s then 86400 s, 1 buckets, shadows -14@0…-13@0",
                "hold log_entries -14: 11 neededByRebuild log_stats", "kept 41",
            ])
        let merging =
            base + "blocks -14 1d now 240\nlog_entries -14@02 1h old 10\nlog_entries -14@02 30m x2 now 5\n"
            + "log_entries -14@15 1h old 10"
        #expect(
            Planning([keep(14, ["log_entries"]), evolution]).lines(merging) == [
                "rebuild log_entries -14: 2 old, 1800 s then 3600 s, 2 buckets, shadows -14@15…-14@16",
                "hold log_entries -14: 2 neededByRebuild log_entries", "kept 27",
            ])
    }
}

/// Hazard 4: a row goes only by a call that names it and no other.
@Suite struct ExactRemovalTests {
    private func lines(_ lake: String, file: Bool = true, arguments: Int, same: Bool = false) -> [String] {
        var planning = Planning([keep(14, ["log_entries", "async_events"])])
        planning.evidence.retireBy = .init(file: file, metadataArguments: arguments)
        var text = LakeText(base + lake)
        if same, let last = text.partitions.last?.identity.filePath {
            text.partitions[text.partitions.count - 2].identity.filePath = last
        }
        return planning.lines(text.catalog(views: planning.views)).filter { !$0.hasPrefix("kept") }
    }

    @Test func aRowWithAFileGoesByItsPath() {
        let lake = "log_entries -20 1h now 5"
        #expect(lines(lake, arguments: 0) == ["retire log_entries: 1 by short"])
        #expect(lines(lake, file: false, arguments: 5) == ["hold log_entries -20: 1 notExactlyRemovable"])
    }

    @Test func aPathThatIsListedTwiceNamesNoRow() {
        let lake = "log_entries -20 1h now 5\nlog_entries -20@05 1h now 5"
        #expect(lines(lake, arguments: 5, same: true) == ["hold log_entries -20: 2 notExactlyRemovable"])
    }

    @Test func anEmptyRowGoesByItsHash() {
        let lake = "log_entries -20 1h now\nlog_entries -20 1h old"
        #expect(lines(lake, arguments: 5) == ["retire log_entries: 2 by short"])
        #expect(lines(lake, arguments: 0) == ["hold log_entries -20: 2 notExactlyRemovable"])
    }

    @Test func emptyRowsWithoutLengthMayBeTwoOfOneName() {
        let lake = "async_events/p1 -20 0s now\nasync_events/p1 -20 0s now"
        #expect(lines(lake, arguments: 5) == ["hold async_events -20: 2 notExactlyRemovable"])
    }

    @Test(arguments: [4, 5]) func aRowWhoseKeyAnotherOneHasByNowIsNamedByNoCall(_ arguments: Int) throws {
        let planning = Planning()
        func call(_ row: Partition, after lake: String) -> ExactRemoval.Call? {
            let catalog = planning.catalog(lake)
            let borders = Borders(planning.policies.lake, now: catalog.now)
            return ExactRemoval(
                catalog: catalog, calls: .init(file: true, metadataArguments: arguments), borders: borders
            ).call(for: row)
        }
        let row = try #require(LakeText("log_entries -20 1h old").partitions.first)
        #expect(call(row, after: "log_entries -20 1h old") != nil)
        for later in ["log_entries -20 1h now", "log_entries -20 1h now 5", "log_entries -20 1h old 5"] {
            #expect(call(row, after: later) == nil, "\(later)")
        }
    }

    @Test func aCallThatIsBlindToTheHashTakesTheOnlyRowOfItsKey() {
        #expect(lines("log_entries -20 1h now", arguments: 4) == ["retire log_entries: 1 by short"])
        // The other row holds data: it has a file, and would go with the empty one.
        #expect(
            lines("log_entries -20 1h old\nlog_entries -20 1h now 5", arguments: 4)
                == ["retire log_entries: 1 by short", "hold log_entries -20: 1 notExactlyRemovable"])
    }

    @Test func aCallThatIsBlindToTheHashStaysOutOfTheMaintenanceServicesReach() {
        var text = "blocks -1 1d now 240\nasync_events/p1 -2@05 7m now\nasync_events/p1 -1 7m now 1\n"
        text += "async_events/p1 -3@05 7m now"
        var planning = Planning([keep(2, ["async_events"])], service: .present)
        planning.evidence.retireBy = .init(file: true, metadataArguments: 4)
        #expect(
            planning.lines(text) == [
                "retire async_events: 1 by short", "hold async_events -2: 1 notExactlyRemovable", "kept 2",
            ])
    }
}
