import PartitionLifecycle
import Testing
import UTCTime

private let lake = "blocks -1 1d now 240\nblocks -3@05 1h x2 old 9\nblocks -3@07 1h old"

@Suite struct FailedProofTests {
    /// Planning over the lake with the failed proof of its old rows, changed by a test.
    private func planning(_ change: (inout FailedProof) -> Void = { _ in }) -> Planning {
        var planning = Planning()
        let old = planning.catalog(lake).partitions.map(\.identity).filter { $0.schemaHash == SchemaHash([6]) }
        var proof = FailedProof(
            viewSet: "blocks", day: LakeText.today.advanced(by: -3), currentHash: SchemaHash([9]), old: old,
            finding: "8 of 9 rows")
        change(&proof)
        planning.evidence.failedProofs = [proof]
        return planning
    }

    @Test func holdsTheViewAndDay() {
        #expect(planning().lines(lake) == ["hold blocks -3: 3 earlierProofFailed 8 of 9 rows", "kept 1"])
    }

    @Test func holdsOnWhenOnlyAnEmptyRowIsGone() {
        let gone = "blocks -1 1d now 240\nblocks -3@05 1h x2 old 9"
        #expect(planning().lines(gone) == ["hold blocks -3: 2 earlierProofFailed 8 of 9 rows", "kept 1"])
    }

    @Test func isForgottenWhenAnythingElseChanged() {
        let same = LakeText.today.advanced(by: -3)
        let others = [
            planning { $0.currentHash = SchemaHash([8]) }, planning { $0.day = same.advanced(by: 1) },
            planning { $0.viewSet = "streams" }, planning { $0.old.removeFirst() },
            planning { proof in proof.old[0].filePath = "views/another.parquet" },
            planning { proof in proof.old.append(proof.old[0].moved(by: .hours(5))) },
        ]
        for other in others { #expect(other.lines(lake).first?.hasPrefix("rebuild blocks -3: 3 old") == true) }
    }
}

extension PartitionIdentity {
    fileprivate func moved(by duration: Duration) -> PartitionIdentity {
        var moved = self
        moved.range = InsertRange(range.begin + duration, range.end + duration)
        return moved
    }
}
