import PartitionLifecycle
import Testing
import UTCTime

@Suite struct ComparisonTests {
    /// What a comparison finds once shadows of so many rows and sources stand over old rows of four.
    private func compare(
        _ view: String, rows: Int64, source: Int64, counts: (InsertRange) -> [CountRequest: Int64]
    ) -> Verdict {
        var lake = RebuildLake()
        lake.addOld(view, rows: 4)
        lake.addShadows(view, rows: rows, source: source)
        if view == "log_stats" { lake.addFinal("log_entries", rows: 4) }
        let range = InsertRange(at: 0, minutes: 120)
        return lake.rebuild(view).compare(in: lake.catalog, counts: counts(range))
    }

    private func isProved(_ verdict: Verdict) -> Bool {
        if case .proved = verdict { true } else { false }
    }

    @Test(arguments: [(4, 4, true), (5, 5, true), (3, 3, false), (4, 5, false), (0, 0, false), (0, 4, false)])
    func blocksAreProvedByRowsAndSource(rows: Int64, source: Int64, proved: Bool) {
        #expect(isProved(compare("blocks", rows: rows, source: source) { _ in [:] }) == proved)
    }

    @Test(arguments: [(4, 4, 4, true), (3, 3, 3, false), (4, 4, 5, false), (5, 5, 5, true), (0, 4, 4, false)])
    func logEntriesAreProvedByTheObjectsOfTheirBlocks(rows: Int64, source: Int64, objects: Int64, proved: Bool) {
        let verdict = compare("log_entries", rows: rows, source: source) { [.objects(tag: "log", $0): objects] }
        #expect(isProved(verdict) == proved)
    }

    @Test func aCountThatCouldNotBeHadIsNoProof() {
        #expect(
            compare("log_entries", rows: 4, source: 4) { _ in [:] }
                == .failed("a count of log_entries could not be had"))
    }

    @Test(arguments: [
        (2, 4, 4, 0, true), (2, 4, 5, 0, false), (2, 4, 4, 1, false), (2, 3, 3, 0, false), (0, 4, 4, 0, false),
    ])
    func processesAreProvedByBlocksAndByIdentifiers(
        rows: Int64, source: Int64, blocks: Int64, missing: Int64, proved: Bool
    ) {
        let verdict = compare("processes", rows: rows, source: source) {
            [.blocks($0): blocks, .missingIdentifiers(viewSet: "processes", $0): missing]
        }
        #expect(isProved(verdict) == proved)
    }

    @Test(arguments: [(1, 4, 4, 4, true), (1, 4, 3, 4, false), (1, 3, 4, 4, false), (0, 4, 4, 4, false)])
    func logStatsAreProvedByTheSumOfTheirCounts(rows: Int64, source: Int64, sum: Int64, logRows: Int64, proved: Bool) {
        let window = InsertRange(at: 60, minutes: 2)
        let verdict = compare("log_stats", rows: rows, source: source) { _ in
            [.statisticsSum(window): sum, .logRows(window): logRows]
        }
        #expect(isProved(verdict) == proved)
    }

    @Test(arguments: [(2, 9, 9, 2, true), (2, 9, 8, 2, false), (2, 9, 9, 3, false)])
    func userDefinedViewsAreProvedByTheirOwnQueriesRowByRow(
        rows: Int64, source: Int64, countQuery: Int64, extractQuery: Int64, proved: Bool
    ) {
        let verdict = compare("level_counts", rows: rows, source: source) { _ in
            var counts: [CountRequest: Int64] = [:]
            for minute in [0, 30, 60, 90] as [Int64] {
                let range = InsertRange(at: minute, minutes: 30)
                counts[.definitionSource(viewSet: "level_counts", range)] = minute == 60 ? countQuery : 0
                counts[.definitionRows(viewSet: "level_counts", range)] = minute == 60 ? extractQuery : 0
            }
            return counts
        }
        #expect(isProved(verdict) == proved)
    }

    @Test func twoOldHashesAreTwoCopiesAndNotASum() {
        var lake = RebuildLake()
        lake.addOld("blocks", rows: 4)
        lake.rows.append(RebuildLake.row("blocks", at: 60, hash: SchemaHash([5]), rows: 3))
        lake.addShadows("blocks", rows: 4)
        #expect(
            lake.rebuild("blocks").compare(in: lake.catalog, counts: [:])
                == .proved(ProofSummary(oldRows: 4, newRows: 4, oldSource: 4, newSource: 4)))
    }

    @Test func rowsThatMovedToAnotherHourAreNoProof() {
        var lake = RebuildLake()
        lake.addOld("blocks", rows: 4)
        lake.rows.append(RebuildLake.row("blocks", at: 0, hash: SchemaHash([5]), rows: 1))
        lake.addShadows("blocks", rows: 5)
        guard case .failed(let finding) = lake.rebuild("blocks").compare(in: lake.catalog, counts: [:]) else {
            Issue.record("proved")
            return
        }
        #expect(finding == "2026-11-18T00:00:00Z…2026-11-18T01:00:00Z: 0 rows now, 1 in the rows of hash 05")
    }

    @Test func aGapIsNoProof() {
        var lake = RebuildLake()
        lake.addOld("blocks", rows: 4)
        lake.addShadows("blocks", rows: 4)
        lake.rows.removeAll { $0.range == InsertRange(at: 30, minutes: 30) }
        #expect(!isProved(lake.rebuild("blocks").compare(in: lake.catalog, counts: [:])))
    }
}
