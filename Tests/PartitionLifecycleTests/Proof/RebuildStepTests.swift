import PartitionLifecycle
import Testing
import UTCTime

@Suite struct RebuildStepTests {
    @Test func shadowsOverHourlyRowsRemoveNothing() throws {
        var lake = RebuildLake()
        lake.addOld("blocks", rows: 4)
        guard case .call(let calls) = lake.rebuild("blocks").shadowStep(in: lake.catalog) else {
            Issue.record("no calls")
            return
        }
        #expect(calls.count == 1)
        #expect(calls.first?.buckets.count == 4)
        #expect(calls.first?.mayRemove == [])
    }

    @Test func aShadowThatWouldContainAnOldRowWithDataIsNotMade() {
        var lake = RebuildLake()
        lake.addOld("blocks", rows: 4)
        let short = RebuildLake.row("blocks", at: 30, minutes: 10, hash: RebuildLake.old, rows: 1)
        lake.rows.append(short)
        #expect(lake.rebuild("blocks").shadowStep(in: lake.catalog) == .stop(.unplannedRow(short.identity)))
    }

    @Test func anEmptyOldRowWithinAShadowIsNamedAsRemoved() {
        var lake = RebuildLake()
        lake.addOld("blocks", rows: 4)
        let empty = RebuildLake.row("blocks", at: 30, minutes: 10, hash: RebuildLake.old)
        lake.rows.append(empty)
        guard case .call(let calls) = lake.rebuild("blocks").shadowStep(in: lake.catalog) else {
            Issue.record("no calls")
            return
        }
        #expect(calls.flatMap(\.mayRemove) == [empty])
    }

    @Test func shadowsWaitForTheirInputs() {
        var lake = RebuildLake()
        lake.addOld("log_entries", rows: 4)
        lake.addOld("blocks", rows: 4)
        let rebuild = lake.rebuild("log_entries")
        let range = InsertRange(at: 0, minutes: 120)
        #expect(rebuild.shadowStep(in: lake.catalog) == .stop(.inputNotWhole(viewSet: "blocks", range: range)))
        lake.addFinal("blocks", rows: 4)
        #expect(rebuild.shadowStep(in: lake.catalog) != .stop(.inputNotWhole(viewSet: "blocks", range: range)))
    }

    @Test func anInputThatOverlapsItselfIsNotWhole() {
        var lake = RebuildLake()
        lake.addOld("log_entries", rows: 4)
        lake.addFinal("blocks", rows: 4)
        lake.rows.append(RebuildLake.row("blocks", at: 30, minutes: 60, hash: RebuildLake.new))
        let range = InsertRange(at: 0, minutes: 120)
        #expect(
            lake.rebuild("log_entries").shadowStep(in: lake.catalog)
                == .stop(.inputNotWhole(viewSet: "blocks", range: range)))
    }

    @Test func aChangedHashStopsTheRebuild() {
        var lake = RebuildLake()
        lake.addOld("blocks", rows: 4)
        let rebuild = lake.rebuild("blocks")
        lake.hashes["blocks"] = SchemaHash([8])
        let stop = RebuildStep.stop(.hashChanged(viewSet: "blocks", from: RebuildLake.new, to: SchemaHash([8])))
        #expect(rebuild.shadowStep(in: lake.catalog) == stop)
        lake.addShadows("blocks", rows: 4)
        #expect(rebuild.mergeStep(in: lake.catalog) == stop)
    }

    @Test func anOldRowThatCameOrWentSinceThePlanStopsTheRebuild() {
        var lake = RebuildLake()
        lake.addOld("blocks", rows: 4)
        let rebuild = lake.rebuild("blocks")
        let gone = lake.rows.removeFirst()
        #expect(rebuild.shadowStep(in: lake.catalog) == .stop(.oldRowChanged(gone.identity)))
        lake.rows.append(gone)
        let came = RebuildLake.row("blocks", at: 60, hash: SchemaHash([5]), rows: 2)
        lake.rows.append(came)
        #expect(rebuild.shadowStep(in: lake.catalog) == .stop(.unplannedRow(came.identity)))
    }

    @Test func aMergeWaitsForItsInputsToo() {
        var lake = RebuildLake()
        lake.addOld("log_entries", rows: 4)
        lake.addFinal("blocks", rows: 4)
        lake.addShadows("log_entries", rows: 4)
        let rebuild = lake.rebuild("log_entries")
        guard case .call = rebuild.mergeStep(in: lake.catalog) else {
            Issue.record("no calls")
            return
        }
        lake.remove("blocks", hash: RebuildLake.new)
        let range = InsertRange(at: 0, minutes: 120)
        #expect(rebuild.mergeStep(in: lake.catalog) == .stop(.inputNotWhole(viewSet: "blocks", range: range)))
    }

    @Test func aCurrentRowAcrossTheShadowsStopsTheRebuild() {
        var lake = RebuildLake()
        lake.addOld("blocks", rows: 4)
        let across = RebuildLake.row("blocks", at: 15, minutes: 30, hash: RebuildLake.new)
        lake.rows.append(across)
        #expect(lake.rebuild("blocks").shadowStep(in: lake.catalog) == .stop(.inTheWay(across.identity)))
        lake.rows.removeLast()
        let finer = RebuildLake.row("blocks", at: 0, minutes: 10, hash: RebuildLake.new)
        lake.rows.append(finer)
        #expect(lake.rebuild("blocks").shadowStep(in: lake.catalog) == .stop(.inTheWay(finer.identity)))
    }

    @Test func aMergeNamesTheOldRowsAndTheShadows() {
        var lake = RebuildLake()
        lake.addOld("blocks", rows: 4)
        lake.addShadows("blocks", rows: 4)
        guard case .call(let calls) = lake.rebuild("blocks").mergeStep(in: lake.catalog) else {
            Issue.record("no calls")
            return
        }
        #expect(calls.map(\.delta) == [.hours(1)])
        #expect(calls.flatMap(\.mayRemove).count == 6)
    }

    @Test func aMergeIsNotSentOverAGapOrAnUnplannedRow() {
        var lake = RebuildLake()
        lake.addOld("blocks", rows: 4)
        lake.addShadows("blocks", rows: 4)
        let rebuild = lake.rebuild("blocks")
        let shadow = lake.rows.removeLast()
        #expect(rebuild.mergeStep(in: lake.catalog) == .stop(.notTiled(viewSet: "blocks", range: InsertRange(at: 60))))
        lake.rows.append(shadow)
        let came = RebuildLake.row("blocks", at: 60, minutes: 30, hash: SchemaHash([5]), rows: 1)
        lake.rows.append(came)
        #expect(rebuild.mergeStep(in: lake.catalog) == .stop(.unplannedRow(came.identity)))
    }

    static let calls: [(delta: Int64, begin: Int64, minutes: Int64, legal: Bool)] = [
        (3600, 0, 60, true), (86_400, 0, 1440, true), (1800, 0, 1440, true), (30, 0, 60, true), (86_400, 0, 1440, true),
        (0, 0, 60, false), (-3600, 0, 60, false), (7200, 0, 120, false), (5400, 0, 90, false), (3600, 30, 60, false),
        (3600, 0, 90, false), (3600, 0, 2880, false), (3600, 60, 0, false), (1000, 0, 60, false),
    ]

    @Test(arguments: calls) func onlyCallsThatEndAndDoSomethingAreLegal(
        _ row: (delta: Int64, begin: Int64, minutes: Int64, legal: Bool)
    ) {
        let call = MaterializeCall(
            viewSet: "blocks", range: InsertRange(at: row.begin, minutes: row.minutes), delta: .seconds(row.delta),
            schemaHash: RebuildLake.new, in: RebuildLake().catalog)
        #expect((call.objection == nil) == row.legal)
    }
}
