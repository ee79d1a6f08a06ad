import PartitionLifecycle
import Testing
import UTCTime

@Suite struct VerificationTests {
    private let calledAt = RebuildLake.day.end + .minutes(30)

    private func shadowed() -> (RebuildLake, ViewRebuild, Catalog) {
        var lake = RebuildLake()
        lake.addOld("blocks", rows: 4)
        lake.addShadows("blocks", rows: 4)
        return (lake, lake.rebuild("blocks"), lake.catalog)
    }

    private func outcome(_ change: (inout RebuildLake) -> Void) -> MergeOutcome {
        var (lake, rebuild, before) = shadowed()
        change(&lake)
        return rebuild.mergeOutcome(before: before, after: lake.catalog, calledAt: calledAt)
    }

    private func isUnknown(_ outcome: MergeOutcome) -> Bool {
        if case .unknown = outcome { true } else { false }
    }

    @Test func finalRowsInPlaceOfTheOldOnesAreDone() {
        #expect(
            outcome {
                $0.rows = []
                $0.addFinal("blocks", rows: 4)
            } == .done)
    }

    @Test func anUnchangedListingIsNotDone() { #expect(outcome { _ in } == .notDone) }

    @Test func anOldRowThatIsLeftIsUnknown() {
        #expect(
            isUnknown(
                outcome {
                    $0.remove("blocks", hash: RebuildLake.new)
                    $0.addFinal("blocks", rows: 4)
                }))
    }

    @Test func rowsWrittenBeforeTheCallAreUnknown() {
        #expect(
            isUnknown(
                outcome {
                    $0.rows = []
                    $0.addFinal("blocks", rows: 4, updated: .zero)
                }))
    }

    @Test func anotherSourceCountIsUnknown() {
        #expect(
            isUnknown(
                outcome {
                    $0.rows = []
                    $0.addFinal("blocks", rows: 4, source: 3)
                }))
    }

    @Test func shadowsInPlaceOfFinalRowsAreUnknown() {
        #expect(isUnknown(outcome { $0.remove("blocks", hash: RebuildLake.old) }))
    }

    @Test func shadowsAreRetirableOnlyWhileEveryOldRowIsListed() {
        var (lake, rebuild, before) = shadowed()
        let made = Set(rebuild.shadowRanges.flatMap { $0.divided(by: rebuild.shadowLength) })
        #expect(rebuild.retirableShadows(in: before, made: made).count == 4)
        lake.rows.removeFirst()
        #expect(rebuild.retirableShadows(in: lake.catalog, made: made).isEmpty)
    }

    @Test func onlyShadowsThatTheAuditLogNamesAreRetirable() {
        let (_, rebuild, before) = shadowed()
        let made: Set = [InsertRange(at: 60, minutes: 30)]
        #expect(rebuild.retirableShadows(in: before, made: made).map(\.range) == [InsertRange(at: 60, minutes: 30)])
        #expect(rebuild.retirableShadows(in: before, made: []).isEmpty)
    }

    @Test func aFinalRowIsNoShadow() {
        var (lake, rebuild, _) = shadowed()
        lake.remove("blocks", hash: RebuildLake.new)
        lake.addFinal("blocks", rows: 4)
        #expect(rebuild.newRows(in: lake.catalog).map(\.range) == rebuild.buckets)
        #expect(rebuild.retirableShadows(in: lake.catalog, made: Set(rebuild.buckets)).isEmpty)
    }

    @Test func aRowWithASourceAndNothingInItIsDamage() {
        var lake = RebuildLake()
        lake.rows.append(RebuildLake.row("log_entries", at: 0, hash: RebuildLake.new, rows: 0, source: 124))
        lake.rows.append(RebuildLake.row("level_counts", at: 0, hash: RebuildLake.new, rows: 0, source: 124))
        lake.rows.append(RebuildLake.row("log_entries", at: 60, hash: RebuildLake.old, rows: 0, source: 124))
        let damage = Damage(in: lake.catalog, day: RebuildLake.day)
        #expect(damage.partitions.map(\.identity.viewSet) == ["log_entries"])
        #expect(Damage(in: lake.catalog, day: RebuildLake.day.advanced(by: 1)).partitions.isEmpty)
    }
}
