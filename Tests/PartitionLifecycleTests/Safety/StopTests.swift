import PartitionLifecycle
import Testing
import UTCTime

private let base = "blocks -1 1d now 240\nasync_events/p1 -1 1h now 1\n"

private func stops(_ lake: String, _ planning: Planning = Planning()) -> [Stop] {
    do throws(PlanRefused) {
        _ = try Planner(planning.policies).plan(planning.catalog(lake), evidence: planning.evidence)
        return []
    } catch {
        return error.stops
    }
}

private func keep(_ days: Int64, _ views: [String]) -> Policy {
    Policy(name: "short", rule: .retention(keepNewerThan: .days(days)), match: .viewSets(views))
}

/// Hazard 12.
@Suite struct VisibilityTests {
    @Test func aListingWithoutGlobalRowsIsHidden() {
        let hidden = [Stop.hiddenListing(globalViews: LakeText.globals.sorted())]
        #expect(stops("async_events/p1 -20 1h old 1") == hidden)
        #expect(stops("") == hidden)
        #expect(stops(base).isEmpty)
    }

    @Test func aServerWithoutGlobalViewsHidesNone() {
        var planning = Planning()
        planning.views = planning.views.filter { !$0.hasGlobalInstance }
        #expect(stops("async_events/p1 -20 1h now 1", planning).isEmpty)
    }

    @Test(arguments: [(239, true), (240, false), (241, false)] as [(Int64, Bool)])
    func aQueryThatCountsFewerBlocksThanAreListedIsFiltered(_ counted: Int64, _ hidden: Bool) {
        var planning = Planning()
        let day = LakeText.today.advanced(by: -1)
        planning.evidence.currentBlocks[day] = BlockCounts(blocks: counted, logObjects: 0, metricObjects: 0)
        #expect(stops(base, planning) == (hidden ? [.hiddenRows(day: day, listed: 240, counted: counted)] : []))
        // A day that is not covered, or by a row of several days, says nothing.
        #expect(stops("blocks -2 2d now 480", planning).isEmpty)
        #expect(stops("blocks -1 1h x23 now 10", planning).isEmpty)
    }
}

/// Hazards 3 and 18.
@Suite struct VersionChecksTests {
    @Test func rowsThatWereAllWrittenAfterTheServersOwnAreNewer() {
        let newer = base + "async_events/p1 -3 1h newer 1 ~40h\nasync_events/p1 -4 1h newer 1 ~30h"
        #expect(
            stops(newer) == [
                .newerRows(
                    viewSet: "async_events", hash: SchemaHash([10]), oldestUpdated: LakeText.now - .hours(40),
                    current: SchemaHash([9]))
            ])
        #expect(stops(newer + "\nasync_events/p1 -6 1h newer 1 ~49h").isEmpty)
    }

    @Test func aHashIsNotNewerThanNothing() {
        #expect(stops("blocks -1 1d now 240\nasync_events/p1 -3 1h old 1").isEmpty)
    }

    @Test func besideAServiceTheNewestInsertTimesCarryTheServersHash() {
        let service = Planning(service: .present)
        let lake = "blocks -4 1d now 240 ~1h\nblocks -3 1d old 240 ~99h"
        #expect(
            stops(lake, service).map(\.title) == ["the newest rows of blocks are not of the connected server's schema"])
        #expect(stops(lake + "\nblocks -2 1h now ~98h", service).isEmpty)
        #expect(stops("blocks -3 1d old 240", service).count == 1)
        #expect(
            stops("blocks -3 1d now 240 ~50h\nblocks -3 1d old 240 ~49h\nblocks -3 1d older 240 ~99h", service).count
                == 2)
    }

    @Test func withoutAServiceTheLastRowWrittenCarriesTheServersHash() {
        #expect(stops("blocks -4 1d now 240 ~50h\nblocks -3 1d old 240 ~99h").isEmpty)
        #expect(
            stops("blocks -4 1d now 240 ~50h\nblocks -3 1d old 240 ~49h\nblocks -5 1d old 240 ~99h").map(\.title)
                == ["the newest rows of blocks are not of the connected server's schema"])
        // Before the first row of the current hash the soak decides.
        #expect(stops("blocks -3 1d old 240").isEmpty)
    }

    @Test func replicasThatDisagreeStopTheRun() {
        var planning = Planning()
        let (nine, ten) = (SchemaHash([9]), SchemaHash([10]))
        planning.evidence.replicas = [["blocks": nine], ["blocks": nine], ["blocks": nine]]
        #expect(stops(base, planning).isEmpty)
        planning.evidence.replicas[2]["blocks"] = ten
        #expect(stops(base, planning) == [.replicasDisagree(viewSet: "blocks", hashes: [nine, ten])])
        #expect(
            ReplicaCheck.stops([["blocks": nine, "mine": ten], ["blocks": nine]]) == [
                .replicasDisagree(viewSet: "mine", hashes: [ten])
            ])
        #expect(ReplicaCheck.stops([]).isEmpty)
    }
}

@Suite struct GuardRailsTests {
    private let aged = base + "async_events/p1 -20 1h x3 now 7"

    @Test func moreThanSoManyPartitionsAreNotRetired() {
        let policies = [keep(14, ["async_events"])]
        #expect(stops(aged, Planning(policies, guardRails: GuardRailSettings(lostPartitions: 3))).isEmpty)
        #expect(
            stops(aged, Planning(policies, guardRails: GuardRailSettings(lostPartitions: 2)))
                == [.tooManyPartitions(planned: 3, allowed: 2)])
    }

    @Test func moreThanSoManyBytesAreNotRetired() {
        let policies = [keep(14, ["async_events"])]
        #expect(stops(aged, Planning(policies, guardRails: GuardRailSettings(lostBytes: 2100))).isEmpty)
        #expect(
            stops(aged, Planning(policies, guardRails: GuardRailSettings(lostBytes: 2099)))
                == [.tooManyBytes(planned: 2100, allowed: 2099)])
    }

    @Test func rowsThatAreRebuiltDoNotCount() {
        let rails = GuardRailSettings(lostPartitions: 0, lostBytes: 0)
        let lake = base + "blocks -3 1h x24 old 7"
        let evolution = Policy(name: "evolution", rule: .schemaEvolution(soak: .zero), match: .all)
        #expect(stops(lake, Planning([evolution], guardRails: rails)).isEmpty)
    }

    @Test func oldInstancesCount() {
        let rails = GuardRailSettings(lostPartitions: 0)
        let lake = "all -1 1d now 9\nall -4 1h x24 now 9\nasync_events/p1 -4@05 7m old 3"
        let evolution = Policy(name: "evolution", rule: .schemaEvolution(soak: .zero), match: .all)
        #expect(stops(lake, Planning([evolution], guardRails: rails)) == [.tooManyPartitions(planned: 1, allowed: 0)])
    }

    @Test func aPolicyThatLeavesAViewSetWithoutARowStops() {
        #expect(
            stops("blocks -1 1d now 240\nasync_events/p1 -20 1h x3 now 7", Planning([keep(14, ["async_events"])]))
                == [.removesEverything(policy: "short", viewSet: "async_events", partitions: 3)])
    }

    @Test func whatIsYoungerThanTheMinimumAgeStops() throws {
        let lake = base + "async_events/p1 -1@20 1h now 7\nasync_events/p1 -1@05 1h now 7"
        let found = stops(lake, Planning([keep(1, ["async_events"])]))
        let identity = try #require(LakeText(lake).partitions.last?.identity)
        #expect(
            found == [.tooYoung(policy: "short", partition: identity, age: .hours(30), minimum: .hours(48))])
    }
}

@Suite struct RefusalTests {
    @Test func everythingFoundIsReportedTogetherWithThePlan() throws {
        var planning = Planning(
            [keep(1, ["async_events", "asinc_events", "zzz"])], guardRails: GuardRailSettings(lostPartitions: 0))
        planning.evidence.replicas = [["blocks": SchemaHash([9])], ["blocks": SchemaHash([8])]]
        let lake = "async_events/p1 -20 1h now 7"
        do throws(PlanRefused) {
            _ = try Planner(planning.policies).plan(planning.catalog(lake), evidence: planning.evidence)
            Issue.record("the plan was not refused")
        } catch {
            #expect(
                error.stops == [
                    .replicasDisagree(viewSet: "blocks", hashes: [SchemaHash([8]), SchemaHash([9])]),
                    .hiddenListing(globalViews: LakeText.globals.sorted()),
                    .unknownViewSet(policy: "short", name: "asinc_events", nearest: "async_events"),
                    .unknownViewSet(policy: "short", name: "zzz", nearest: nil),
                    .tooManyPartitions(planned: 1, allowed: 0),
                    .removesEverything(policy: "short", viewSet: "async_events", partitions: 1),
                ])
            #expect(error.plan.lines == ["retire async_events: 1 by short"])
        }
    }

    @Test func aViewSetThatOnlyRowsKnowIsNoMistake() {
        #expect(stops(base + "gone -3 1h old 1", Planning([keep(14, ["gone"])])).isEmpty)
    }
}
