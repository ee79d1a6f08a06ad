import PartitionLifecycle
import Testing
import UTCTime

@Suite struct CoverageTests {
    private func coverage(_ lake: String) -> Coverage { Coverage(of: "blocks", in: LakeText(lake).catalog) }

    @Test(arguments: [
        ("blocks -3 1h x24 now", true), ("blocks -3 1d now", true), ("blocks -4@12 2d now", true),
        ("blocks -3 1h x23 now", false), ("blocks -3@01 1h x23 now", false), ("", false),
        ("blocks -3 1h x24 now\nblocks -3@05 1h now", false), ("blocks -3 1d now\nblocks -3@05 1h now", false),
        ("blocks -3 1h x12 now\nblocks -3@12:30 30m now\nblocks -3@13 1h x11 now", false),
        ("blocks -3 1h x12 now\nblocks -3@11:30 30m now\nblocks -3@12 1h x12 now", false),
        ("blocks -3 1h x24 old", false), ("blocks/p1 -3 1h x24 now", false), ("streams -3 1h x24 now", false),
        ("blocks -3 1h x12 now\nblocks -3@12 1h x12 old", false),
    ])
    func aDayIsTiledWithoutGapOrOverlapByRowsOfTheCurrentHash(_ lake: String, _ tiled: Bool) {
        #expect(coverage(lake).tiles(LakeText.range("-3", "-2")) == tiled)
        #expect(coverage(lake).untiledRuns(in: LakeText.range("-3", "-2")).isEmpty == tiled)
    }

    @Test func anEmptyRangeIsNotTiled() {
        #expect(!coverage("blocks -3 1d now").tiles(LakeText.range("-3@05", "-3@05")))
    }

    @Test func hoursAreTiledByRowsOfAnyLength() {
        let coverage = coverage("blocks -3@02 1h now\nblocks -3@04 30m x3 now\nblocks -3@10 20m x6 now")
        #expect(coverage.tiledHours(of: LakeText.today.advanced(by: -3)) == [2, 4, 10, 11])
        #expect(
            coverage.untiledRuns(in: LakeText.range("-3", "-2")) == [
                LakeText.range("-3@00", "-3@02"), LakeText.range("-3@03", "-3@04"), LakeText.range("-3@05", "-3@10"),
                LakeText.range("-3@12", "-2@00"),
            ])
    }

    @Test func runsAreWholeHours() {
        #expect(
            coverage("blocks -3@06 1h now").untiledRuns(in: LakeText.range("-3@05:30", "-3@07:10"))
                == [LakeText.range("-3@05", "-3@06"), LakeText.range("-3@07", "-3@08")])
    }

    @Test func rowsOfManyDaysAreFoundOnEachOfThem() {
        let coverage = coverage("blocks -9 6d now 3\nblocks -20 2d now 3")
        #expect(coverage.tiles(LakeText.range("-5", "-4")))
        #expect(coverage.tiles(LakeText.range("-19", "-18")))
        #expect(coverage.rows(overlapping: LakeText.range("-20", "-18")).count == 1)
        #expect(coverage.rows(overlapping: LakeText.range("-3", "-2")).isEmpty)
    }
}
