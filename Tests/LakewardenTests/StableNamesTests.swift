import PartitionLifecycle
import Testing

@testable import lakewarden

@Suite struct StableNamesTests {
    static let row = MorningAfter.row("v", MorningAfter.lost).identity

    @Test(arguments: [
        (Hold.Reason.lastCopy(input: "blocks", found: 0, recorded: 1), "last_copy"), (.misaligned(row), "misaligned"),
        (.earlierProofFailed(""), "earlier_proof_failed"), (.soaking(youngerThan: .zero, age: nil), "soaking"),
        (.tooRecent(until: MorningAfter.now), "too_recent"), (.expiring(at: MorningAfter.now), "expiring"),
        (.inputMissing("v"), "input_missing"), (.inputHeld("v"), "input_held"),
        (.currentRowsInTheWay(row), "current_rows_in_the_way"), (.notExactlyRemovable, "not_exactly_removable"),
        (.unknownViewSet, "unknown_view_set"), (.leftOver(under: row), "left_over"),
        (.inputDamaged(row), "input_damaged"), (.notProvable, "not_provable"),
        (.neededByRebuild("v"), "needed_by_rebuild"), (.neverRetired, "never_retired"),
    ])
    func `a hold's name in JSON stays`(_ reason: Hold.Reason, _ name: String) {
        #expect(reason.kind == name)
    }

    @Test(arguments: [
        (Stop.hiddenListing(globalViews: []), "hidden_listing"),
        (
            .newerRows(
                viewSet: "v", hash: MorningAfter.hash, oldestUpdated: MorningAfter.now, current: MorningAfter.oldHash),
            "newer_rows"
        ),
        (.mixedVersions(viewSet: "v", newest: row, current: MorningAfter.hash), "mixed_versions"),
        (.replicasDisagree(viewSet: "v", hashes: []), "replicas_disagree"),
        (.unknownViewSet(policy: "p", name: "v", nearest: nil), "unknown_view_set"),
        (.tooManyPartitions(planned: 2, allowed: 1), "too_many_partitions"),
        (.tooManyBytes(planned: 2, allowed: 1), "too_many_bytes"),
        (.removesEverything(policy: "p", viewSet: "v", partitions: 1), "removes_everything"),
        (.tooYoung(policy: "p", partition: row, age: .zero, minimum: .zero), "too_young"),
        (.hiddenRows(day: MorningAfter.lost, listed: 2, counted: 1), "hidden_rows"),
        (.functionsMissing(["materialize_partitions"]), "functions_missing"),
        (.unsoundPlan(PlanFault(.namedTwice, "")), "unsound_plan"),
    ])
    func `a stop's name in JSON stays`(_ stop: Stop, _ name: String) {
        #expect(stop.kind == name)
    }
}
