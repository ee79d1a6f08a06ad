import Micromegas
import PartitionLifecycle
import Testing
import UTCTime

@testable import Warden

/// What the rows of an answer say of a materialization, and when they stop the day (contract §4; §7, hazards 9 and 16).
@Suite("What a materialization answered") struct MaterializeAnswerTests {
    private static let day = Timestamp(seconds: 1_794_960_000)

    private static func range(_ begin: Int64, _ end: Int64) -> InsertRange {
        InsertRange(day + .hours(begin), day + .hours(end))
    }

    private static func old(_ hour: Int64) -> Partition {
        let identity = PartitionIdentity(
            viewSet: "measures", instance: "global", range: range(hour, hour + 1), schemaHash: SchemaHash([6]),
            filePath: "\(hour)")
        return Partition(identity: identity, updated: day, fileSize: 1, sourceCount: 1, rows: 1)
    }

    /// A call over two hours, in each of which there is an old row.
    private static func answer(_ messages: [String], isMerge: Bool = false) -> MaterializeAnswer {
        let catalog = Catalog(partitions: [old(0), old(1)], viewSets: [], now: day + .days(9))
        let call = MaterializeCall(
            viewSet: "measures", range: range(0, 2), delta: .hours(1), schemaHash: SchemaHash([9]), in: catalog)
        var answer = MaterializeAnswer(to: call, isMerge: isMerge)
        for message in messages { answer.take(MaterializationRow(message: message), message: message) }
        answer.finish()
        return answer
    }

    private static func about(_ hour: Int64, _ what: String, of view: String = "measures global") -> String {
        "[\(time(hour)), \(time(hour + 1))] \(view): \(what)"
    }

    private static func time(_ hour: Int64) -> String {
        (day + .hours(hour)).rfc3339(fractionDigits: 0).dropLast() + "+00:00"
    }

    private static func retired(_ hour: Int64, _ count: Int) -> String {
        let begin = time(hour).replacing("T", with: " ").dropLast(6)
        let end = time(hour + 1).replacing("T", with: " ").dropLast(6)
        return "[RETIRE_FOUND] view=measures/global time_range=[\(begin) UTC, \(end) UTC] found_partitions=\(count)"
    }

    private static let made = (0..<2).map { about($0, "matching partitions not found") }
    private static let merged = (0..<2).map { about($0, "merging 2 partitions sum_size=10") }

    @Test func `a call whose every bucket was begun gives no reason to stop`() {
        #expect(Self.answer(Self.made + [Self.retired(0, 1), Self.retired(1, 1)]).trouble == [])
        #expect(Self.answer(Self.merged, isMerge: true).trouble == [])
        #expect(Self.answer(Self.made).bucketsOpened == 2)
        #expect(Self.answer(Self.made).messages == Self.made)
    }

    /// Rows of an answer, and the beginning of the reason to stop.
    struct Trouble: CustomTestStringConvertible {
        let testDescription: String
        let rows: [String]
        var isMerge = false
        let reason: String
    }

    private static let hour = "2026-11-18T00:00:00Z…2026-11-18T01:00:00Z"

    @Test(arguments: [
        Trouble(testDescription: "an unknown row", rows: made + ["all is well"], reason: "all is well"),
        Trouble(
            testDescription: "a failure", rows: made + ["materialize_partitions_impl\n\ncause"],
            reason: "materialize_partitions_impl cause"),
        Trouble(
            testDescription: "a block that was left out", rows: made + ["processing source block 5: gone"],
            reason: "processing source block 5: gone"),
        Trouble(
            testDescription: "a bucket across which a row lies",
            rows: [
                made[1],
                about(0, "found overlapping partition [\(time(-1)), \(time(2))], aborting the update"),
            ], reason: "measures/global \(hour): a partition 2026-11-17T23:00:00Z…2026-11-18T02:00:00Z lies across it"),
        Trouble(
            testDescription: "a bucket of which nothing is said", rows: [made[1]],
            reason: "\(hour): the server said nothing about it"),
        Trouble(
            testDescription: "another bucket", rows: made + [about(5, "matching partitions not found")],
            reason: "measures/global 2026-11-18T05:00:00Z…2026-11-18T06:00:00Z was worked on and was not asked for"),
        Trouble(
            testDescription: "another view",
            rows: made + [about(0, "matching partitions not found", of: "blocks global")],
            reason: "blocks/global \(hour) was worked on and was not asked for"),
        Trouble(
            testDescription: "another instance",
            rows: made + [about(0, "merging 2 partitions sum_size=1", of: "measures p1")],
            reason: "measures/p1 \(hour) was worked on and was not asked for"),
        Trouble(
            testDescription: "more rows replaced than were listed", rows: made + [retired(0, 2)],
            reason: "\(hour): 2 rows were replaced where the listing showed 1"),
        Trouble(
            testDescription: "a merge that makes its rows anew", rows: [made[0], merged[1]], isMerge: true,
            reason: "\(hour): the merge began with “matching partitions not found” instead of merging"),
    ])
    func `any other answer does`(_ trouble: Trouble) throws {
        let found = Self.answer(trouble.rows, isMerge: trouble.isMerge).trouble
        #expect(found.count == 1)
        #expect(try #require(found.first).hasPrefix(trouble.reason), "\(found)")
    }
}
