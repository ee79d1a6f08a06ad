import Testing
import UTCTime

@testable import Micromegas

/// What a listing allows to be retired, told with values.
@Suite("What may be retired") struct RetireRulesTests {
    /// A row of 2026-11-10, by its hours; its hash is 1 (old) or 2 (what queries read).
    private static func row(
        _ viewSet: String = "log_entries", _ instance: String = "global", _ hours: ClosedRange<Int64> = 0...1,
        hash: UInt8 = 1, rows: Int64 = 5, sources: Int64? = nil, path: String? = nil, updated: Int64 = 0
    ) -> ListedPartition {
        let day = Timestamp(seconds: 1_794_268_800)
        let source = UInt64(sources ?? rows)
        return ListedPartition(
            viewSetName: viewSet, viewInstanceID: instance, beginInsertTime: day + .hours(hours.lowerBound),
            endInsertTime: day + .hours(hours.upperBound), minEventTime: nil, maxEventTime: nil,
            updated: day + .hours(updated),
            filePath: rows == 0 ? nil : path ?? "views/\(viewSet)/\(instance)/\(hours.lowerBound)-\(hash).parquet",
            fileSize: rows * 100, fileSchemaHash: [hash],
            sourceDataHash: (0..<8).map { UInt8(truncatingIfNeeded: source >> ($0 * 8)) }, rowCount: rows,
            partitionFormatVersion: 1)
    }

    private static func viewSet(_ name: String) -> ListedViewSet {
        ListedViewSet(name: name, currentSchemaHash: [2], hasViewMaker: true, globalInstanceAvailable: true)
    }

    private static func capabilities(_ arity: RetireArity?, byFile: Bool = true) -> Capabilities {
        Capabilities(
            retireByFile: byFile, retireByMetadata: arity, retireRange: true, materialize: true, regenerate: true,
            definitions: true)
    }

    private static func rules(
        _ rows: [ListedPartition], _ arity: RetireArity? = .five, byFile: Bool = true, now: Int64 = 24 * 30
    ) -> RetireRules {
        let names = ["blocks", "log_entries", "processes", "streams", "thread_spans"]
        return RetireRules(listing(rows, now: now), names.map(viewSet), capabilities(arity, byFile: byFile))
    }

    private static func listing(_ rows: [ListedPartition], now: Int64 = 24 * 30) -> PartitionListing {
        PartitionListing(partitions: rows, serverNow: Timestamp(seconds: 1_794_268_800) + .hours(now))
    }

    /// A row to be judged, what is listed beside it, and what may become of it.
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let row: ListedPartition
        let others: [ListedPartition]
        let verdict: String

        init(_ name: String, _ row: ListedPartition, _ others: [ListedPartition], _ verdict: String) {
            (testDescription, self.row, self.others, self.verdict) = (name, row, others, verdict)
        }
    }

    private static let inputs = ["blocks", "processes", "streams"].map { row($0, "global", 0...2, hash: 2) }

    private static let cases = [
        Case("an old row with nothing in its place", row(), [], "last copy"),
        Case("an old row that a current one takes the place of", row(), [row(hash: 2)], "retire"),
        Case(
            "an old row that two current ones take the place of", row("log_entries", "global", 0...2, rows: 9),
            [row(hash: 2), row("log_entries", "global", 1...2, hash: 2, rows: 4)], "retire"),
        Case(
            "an old row of which a current one covers a part", row("log_entries", "global", 0...2),
            [row(hash: 2, rows: 9)], "last copy"),
        Case(
            "an old row that a longer one takes the place of", row("log_entries", "global", 5...6),
            [row("log_entries", "global", 0...24, hash: 2)], "retire"),
        Case(
            "an old row in whose place there is a gap", row("log_entries", "global", 0...3),
            [row(hash: 2), row("log_entries", "global", 2...3, hash: 2)], "last copy"),
        Case(
            "an old row that counts more than its place, whatever stands before it",
            row("log_entries", "global", 5...6),
            [
                row("log_entries", "global", 5...6, hash: 2, rows: 4),
                row("log_entries", "global", 0...3, hash: 2, rows: 9),
                row("log_entries", "global", 10...20, hash: 2),
            ], "last copy"),
        Case(
            "an old row whose place counts more than a number holds",
            row("log_entries", "global", 0...2, sources: .max),
            [row(hash: 2, sources: .max), row("log_entries", "global", 1...2, hash: 2, sources: .max)], "retire"),
        Case("an old row whose place counts less source", row(), [row(hash: 2, rows: 4)], "last copy"),
        Case("an old row whose place was emptied", row(), [row(hash: 2, rows: 0, sources: 5)], "last copy"),
        Case("an old row that has no rows", row(rows: 0), [], "retire"),
        Case("a row that queries read", row(hash: 2), [row()], "last copy"),
        Case("a row of a view set that is not listed", row("gone"), [], "last copy"),
        Case("blocks that queries read", row("blocks", hash: 2), [], "held"),
        Case("blocks that queries read and that are empty", row("blocks", hash: 2, rows: 0), [], "held"),
        Case("old blocks with nothing in their place", row("blocks"), [], "held"),
        Case(
            "empty old blocks of an instant", row("blocks", "global", 1...1, rows: 0),
            [row("blocks", "global", 3...4, hash: 2)], "held"),
        Case(
            "old blocks whose place has fewer rows", row("blocks"), [row("blocks", hash: 2, rows: 4, sources: 5)],
            "held"),
        Case("old blocks that current ones take the place of", row("blocks"), [row("blocks", hash: 2)], "retire"),
        Case("an instance's row that a query would make again", row("thread_spans", "s", 1...1), inputs, "retire"),
        Case(
            "an instance's row at the very end of what it is made from", row("thread_spans", "s", 1...2), inputs,
            "last copy"),
        Case("an instance's row without blocks", row("thread_spans", "s"), Array(inputs[1...]), "last copy"),
        Case("an instance's row without processes", row("thread_spans", "s"), [inputs[0], inputs[2]], "last copy"),
        Case("an instance's row without streams", row("thread_spans", "s"), Array(inputs[...1]), "last copy"),
        Case("a global row over whole inputs", row("log_entries"), inputs, "last copy"),
        Case("an instance's row of a view set that is not listed", row("gone", "s"), inputs, "last copy"),
        Case("two rows of one file", row(), [row(hash: 2, path: "views/log_entries/global/0-1.parquet")], "held"),
    ]

    @Test("rows are retired, told as last copies, or held", arguments: cases)
    func verdicts(example: Case) {
        let verdict = Self.rules([example.row] + example.others).verdict(on: example.row)
        switch verdict {
        case .retire(let isLastCopy): #expect((isLastCopy ? "last copy" : "retire") == example.verdict)
        case .held: #expect(example.verdict == "held")
        }
    }

    @Test func `a row without a file is named with its hash, or alone where the call is blind to it`() {
        let (old, current) = (Self.row(rows: 0), Self.row(hash: 2, rows: 0))
        #expect(Self.rules([old, current]).form(for: old) == .metadataWithHash)
        #expect(Self.rules([old, current], .four).form(for: old) == nil)
        #expect(Self.rules([old, Self.row(hash: 2)], .four).form(for: old) == nil)
        #expect(Self.rules([old], .four).form(for: old) == .metadataBlindToHash)
        #expect(Self.rules([old], nil).form(for: old) == nil)
        #expect(Self.rules([old, old]).form(for: old) == nil)
        // What the server's own maintenance may be at is left, and so is all of a listing that hides rows.
        #expect(Self.rules([old], .four, now: 49).form(for: old) == nil)
        let hidden = Self.row("thread_spans", "s", rows: 0)
        #expect(Self.rules([hidden], .four).form(for: hidden) == nil)
        #expect(Self.rules([hidden, current], .four).form(for: hidden) == .metadataBlindToHash)
    }

    @Test(arguments: [RetireArity.four, .five])
    func `a row whose key another one has by now is named by no call`(_ arity: RetireArity) {
        let row = Self.row(rows: 0)
        for later in [Self.row(hash: 2, rows: 0), Self.row(hash: 2), Self.row()] {
            #expect(Self.rules([row], arity).form(for: row) != nil)
            #expect(Self.rules([row], arity).with(Self.listing([later])).form(for: row) == nil)
        }
    }

    @Test func `a row with a file is named by it, where there is such a call`() {
        let row = Self.row()
        #expect(Self.rules([row], nil).form(for: row) == .file)
        #expect(Self.rules([row], .five, byFile: false).form(for: row) == nil)
    }

    @Test func `rows are named in calls of one form and of at most a thousand`() throws {
        let rows = (0..<2_500).map { Self.row("measures", "\($0)", rows: $0 % 5 == 0 ? 0 : 1) }
        let batches = RetireRun.batches(of: rows, Self.rules(rows))
        #expect(batches.map(\.form) == [.file, .file, .metadataWithHash])
        #expect(batches.map(\.partitions.count) == [1_000, 1_000, 500])
        #expect(Set(batches.flatMap(\.partitions)) == Set(rows))
        for batch in batches { #expect(try batch.call().subjects.count == batch.partitions.count) }
    }

    @Test func `rows that were written after the server's own newest are newer than it`() {
        let (own, old) = (Self.row(hash: 2, updated: 5), Self.row(updated: 4))
        let new = Self.row("log_entries", "global", 1...2, hash: 3, updated: 6)
        #expect(Self.rules([own, old]).newerHashes(than: [old]).isEmpty)
        #expect(Self.rules([own, old, new]).newerHashes(than: [old]) == ["log_entries"])
        #expect(Self.rules([old, new]).newerHashes(than: [old]).isEmpty)
        #expect(Self.rules([own, new]).newerHashes(than: [Self.row("blocks")]).isEmpty)
        // All rows of a hash are newer, and newer than all of the server's own.
        let both = [own, Self.row(updated: 4), Self.row("log_entries", "global", 1...2, updated: 6)]
        #expect(Self.rules(both).newerHashes(than: both).isEmpty)
        let earlier = Self.row("log_entries", "global", 1...2, hash: 2, updated: 3)
        #expect(Self.rules([own, earlier, old]).newerHashes(than: [old]).isEmpty)
    }

    private static func preview(_ scope: RetireScope, _ rows: [ListedPartition], streams: Set<String> = []) throws
        -> RetirePreview
    {
        let rules = rules(rows)
        let listing = PartitionListing(partitions: rows, serverNow: Timestamp(seconds: 1_794_268_800))
        return try RetirePreview(of: scope, in: listing, streams: streams, rules)
    }

    @Test func `a scope takes what lies within it, both ends included`() throws {
        let day = Timestamp(seconds: 1_794_268_800)
        let rows = (0..<4).map { Self.row("log_entries", "global", $0...($0 + 1)) } + [Self.row("measures")]
        let range = RetireScope.range(
            viewSet: "log_entries", instance: "global", begin: day + .hours(1), end: day + .hours(3))
        let beside = [Self.row("measures", "global", 1...2), Self.row("log_entries", "s", 1...2)]
        #expect(try Self.preview(range, rows + beside).partitions == Array(rows[1...2]))

        let process = "550e8400-e29b-41d4-a716-446655440000"
        let own = [Self.row("log_entries", process, 0...1), Self.row("log_entries", process, 3...4)]
        let threads = [Self.row("thread_spans", "stream", 1...2), Self.row("thread_spans", "other", 1...2)]
        let scope = RetireScope.process(process.uppercased(), to: day + .hours(2))
        #expect(try Self.preview(scope, own + threads, streams: ["stream"]).partitions == [own[0], threads[0]])
        let late = RetireScope.process(process, from: day + .hours(1), to: day + .hours(9))
        #expect(try Self.preview(late, own + threads).partitions == [own[1]])

        #expect(try Self.preview(.nonGlobal, rows + own).partitions == own)
        #expect(
            try Self.preview(.incompatible(), [Self.row(hash: 2), Self.row("gone")]).partitions.map(\.viewSetName) == [
                "gone"
            ])
        #expect(try Self.preview(.incompatible(viewSetName: "measures"), rows).partitions == [rows[4]])
    }

    @Test func `groups count what shares an instance and a hash, and a filter never adds`() throws {
        let rows = [Self.row(), Self.row("log_entries", "global", 1...2, rows: 0), Self.row("measures", hash: 3)]
        let preview = try Self.preview(.incompatible(), rows)
        #expect(preview.groups.map(\.viewSetName) == ["log_entries", "measures"])
        let group = try #require(preview.groups.first)
        #expect(group.partitionCount == 2 && group.totalSizeBytes == 500 && group.filePaths.count == 1)
        #expect(group.schemaHash == [1] && preview.totalSizeBytes == 1_000 && preview.lastCopies.count == 2)
        let filtered = preview.filter { $0.rowCount > 0 }
        #expect(filtered.partitions == [rows[0], rows[2]] && filtered.held == preview.held)
    }

    @Test func `what cannot mean anything is refused`() throws {
        let day = Timestamp(seconds: 1_794_268_800)
        let inverted = RetireScope.range(viewSet: "blocks", instance: "global", begin: day, end: day - .hours(1))
        let process = RetireScope.process("550e8400-e29b-41d4-a716-446655440000", from: day, to: day - .hours(1))
        for scope in [inverted, process, .process("x' OR 'a'='a", to: day), .process("not-a-uuid", to: day)] {
            let error = #expect(throws: MicromegasError.self) { try scope.check() }
            #expect(error?.code == .refused)
        }
        let unknown = #expect(throws: MicromegasError.self) {
            try Self.preview(.incompatible(viewSetName: "nope"), [Self.row()])
        }
        #expect(unknown?.code == .notFound)
        let newer = #expect(throws: MicromegasError.self) {
            try Self.preview(.incompatible(), [Self.row(hash: 2), Self.row(hash: 3, updated: 9)])
        }
        #expect(newer?.code == .refused)
    }
}
