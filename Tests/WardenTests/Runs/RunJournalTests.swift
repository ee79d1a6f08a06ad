import PartitionLifecycle
import Testing
import UTCTime

@testable import Warden

@Suite("The journal of a run") struct RunJournalTests {
    private static let day = CalendarDay(containing: Timestamp(seconds: 1_794_960_000))
    private static let current = SchemaHash([9])

    private static func hour(_ hour: Int64) -> InsertRange {
        InsertRange(day.start + .seconds(3600 * hour), day.start + .seconds(3600 * (hour + 1)))
    }

    private static func row(_ hour: Int64, _ hash: SchemaHash) -> Partition {
        let identity = PartitionIdentity(
            viewSet: "blocks", instance: "global", range: self.hour(hour), schemaHash: hash,
            filePath: "\(hour)-\(hash)")
        return Partition(identity: identity, updated: day.start, fileSize: 1, sourceCount: 1, rows: 1)
    }

    @Test("a shadow that stood before the call is not named as this agent's, whoever asks")
    func standingRows() async throws {
        let old = (0..<3).map { Self.row($0, SchemaHash([6])) }
        let standing = Self.row(1, Self.current)
        let range = InsertRange(Self.hour(0).begin, Self.hour(2).end)
        let call = MaterializeCall(
            viewSet: "blocks", range: range, delta: .seconds(3600), schemaHash: Self.current,
            in: Catalog(partitions: old + [standing], viewSets: [], now: Self.day.start))
        let rebuild = ViewRebuild(
            viewSet: "blocks", day: Self.day, policy: "evolution", currentHash: Self.current, reads: [], old: old,
            shadowLength: .seconds(3600), finalLength: .seconds(3600), buckets: [], shadowRanges: [range])
        let made = [Self.hour(0), Self.hour(2)]
        try await withTemporaryFolder { path in
            let named = try await RunJournal.withJournal(folder: path + "/audit") { journal in
                let intent = try await journal.intend(call, of: rebuild, isMerge: false)
                #expect(intent.subject.partitions.contains(standing))
                #expect(await journal.shadows(viewSet: "blocks", hash: Self.current) == Set(made))
                return intent.subject.makes
            }
            #expect(named == made)
            // The next run reads the same from the log alone.
            let later = try await RunJournal.withJournal(folder: path + "/audit") { journal in
                journal.history.shadows(of: "blocks", at: Self.current)
            }
            #expect(later == Set(made))
        }
    }
}
