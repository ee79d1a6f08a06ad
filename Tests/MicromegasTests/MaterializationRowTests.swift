import GoldenCalls
import Testing
import UTCTime

@testable import Micromegas

@Suite("Rows of a materialization") struct MaterializationRowTests {
    private static let hour = Bucket(
        viewSet: "blocks", begin: Timestamp(seconds: 1_794_812_400), end: Timestamp(seconds: 1_794_816_000))
    private static let span = "[2026-11-16T07:00:00+00:00, 2026-11-16T08:00:00+00:00] blocks global: "
    private static let tag = "view=blocks/global time_range=[2026-11-16 07:00:00 UTC, 2026-11-16 08:00:00 UTC]"
    private static let spelled = "[blocks, global] 2026-11-16T07:00:00+00:00 2026-11-16T08:00:00+00:00"

    private static let exact: [(String, MaterializationRow)] = [
        (span + "matching partitions not found", .matchingPartitionsNotFound(hour)),
        (span + "subpartitions already present", .subpartitionsPresent(hour)),
        (span + "already up to date, nb_source_events=127", .upToDate(hour, sourceEvents: 127)),
        (
            span + "existing partitions do not match source data (124 vs 7) : creating a new partition",
            .sourceChanged(hour, source: 124, partition: 7)
        ),
        (span + "merging 24 partitions sum_size=23558", .merging(hour, partitions: 24, bytes: 23_558)),
        (span + "merge completed in 0.041s", .mergeCompleted(hour)),
        (span + "merge completed in 120.5µs", .mergeCompleted(hour)),
        (
            span + "found overlapping partition [2026-11-16T07:00:00+00:00, 2026-11-16T08:00:00+00:00], "
                + "aborting the update",
            .overlapAborted(hour, overlapBegin: hour.begin, overlapEnd: hour.end)
        ),
        ("writing " + spelled, .writing(hour)),
        ("creating empty partition record for " + spelled, .creatingEmptyPartition(hour)),
        ("reading 12 blocks", .readingBlocks(12)),
        ("[PARTITION_WRITE_START] \(tag) source_rows=908 - lock acquired", .partitionWriteStart(hour, sourceRows: 908)),
        ("[RETIRE_FOUND] \(tag) found_partitions=4", .retireFound(hour, partitions: 4)),
        (
            "adding out of date partition views/a/b.parquet to temporary files to be deleted",
            .addingOutOfDate(path: "views/a/b.parquet")
        ),
    ]
    private static let anywhere: [(String, MaterializationRow)] = [
        ("materialize_partitions_impl\n\nCaused by:\n  x", .failure("materialize_partitions_impl\n\nCaused by:\n  x")),
        ("regenerate_partitions_impl: no", .failure("regenerate_partitions_impl: no")),
        ("error processing source block 5", .unreadableBlock("error processing source block 5")),
    ]

    @Test("each form on the contract's list is read with its numbers", arguments: exact + anywhere)
    func known(message: String, row: MaterializationRow) {
        #expect(MaterializationRow(message: message) == row)
    }

    @Test("a known form with anything before, after or missing is unknown", arguments: exact)
    func changed(message: String, row: MaterializationRow) {
        for other in [message + " but failed", "x" + message, String(message.dropFirst())] {
            #expect(MaterializationRow(message: other) == .unknown(other))
        }
    }

    @Test(
        "texts that nearly are a form are unknown, and trouble",
        arguments: [
            "", "[", span, span + "merging x partitions sum_size=1", span + "merge completed in ",
            "reading 99999999999999999999 blocks", "writing [blocks, global] garbage 2026-11-16T08:00:00+00:00",
            span.replacing("2026-11-16T07", with: "2026-13-16T07") + "matching partitions not found",
        ])
    func unknown(message: String) {
        #expect(MaterializationRow(message: message) == .unknown(message))
        #expect(MaterializationRow(message: message).isTrouble)
    }

    private static let recorded = GoldenCall.recorded.filter {
        ($0.sql.contains("materialize_partitions(") || $0.sql.contains("regenerate_partitions(")) && $0.status == "OK"
    }
    private static let failures: Set<String> = [
        "materialize-unknown-view", "materialize-delta-zero", "materialize-failure-commits-empty",
    ]

    @Test("every recorded row is of a known form, and fails only where failing is the point", arguments: recorded)
    func golden(call: GoldenCall) {
        let rows = call.texts("msg").map { MaterializationRow(message: $0 ?? "NULL") }
        let unknown = rows.filter { if case .unknown = $0 { true } else { false } }
        #expect(unknown.isEmpty)
        let failed = rows.contains { if case .failure = $0 { true } else { false } }
        #expect(failed == Self.failures.contains(call.name))
    }

    @Test("the recorded calls are there")
    func recordedCalls() {
        #expect(Self.recorded.count == 23)
        #expect(Self.recorded.map { $0.texts("msg").count }.reduce(0, +) > 1_200)
    }

    @Test("every bucket of the recorded merge opens as a merge")
    func merges() throws {
        let rows = try GoldenCall.named("shadow-3-blocks-merged", "0.33").texts("msg")
            .map { MaterializationRow(message: $0 ?? "") }
        #expect(Set(rows.compactMap(\.opened)).count == 24)
        #expect(rows.allSatisfy { row in if case .merging = row { true } else { row.opened == nil } })
    }
}
