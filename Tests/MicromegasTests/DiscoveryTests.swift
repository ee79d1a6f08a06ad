import Testing
import UTCTime

@testable import Micromegas

@Suite struct DiscoveryTests {
    private static let id = "550e8400-e29b-41d4-a716-446655440000"

    @Test func `statements are those of the Python client, arguments quoted`() throws {
        #expect(try DiscoverySQL.process(Self.id) == "SELECT * FROM processes WHERE process_id='\(Self.id)'")
        #expect(try DiscoverySQL.process(Self.id.uppercased()) == DiscoverySQL.process(Self.id))
        #expect(try DiscoverySQL.streams(limit: 5, processID: nil, tag: nil) == "SELECT * FROM streams LIMIT 5")
        #expect(
            try DiscoverySQL.streams(limit: 5, processID: Self.id, tag: "it's")
                == "SELECT * FROM streams WHERE process_id='\(Self.id)' AND array_position(tags, 'it''s') IS NOT NULL LIMIT 5"
        )
        #expect(
            try DiscoverySQL.blocks(limit: 0, streamID: Self.id)
                == "SELECT * FROM blocks WHERE stream_id='\(Self.id)' LIMIT 0")
        #expect(
            try DiscoverySQL.spans(limit: 9, streamID: Self.id)
                == "SELECT * FROM view_instance('thread_spans', '\(Self.id)') LIMIT 9")
    }

    @Test(arguments: [
        "", "x", "' OR 1=1 --", id + "0", String(id.dropLast()), "550e8400e29b41d4a716446655440000",
        "550e8400-e29b-41d4-a716-44665544000g", "５50e8400-e29b-41d4-a716-446655440000",
    ])
    func `what is no id is refused before anything is sent`(_ text: String) {
        let error = #expect(throws: MicromegasError.self) { try DiscoverySQL.process(text) }
        #expect(error?.code == .refused)
    }

    @Test func `a negative limit is refused`() {
        #expect(throws: MicromegasError.self) { try DiscoverySQL.streams(limit: -1, processID: nil, tag: nil) }
    }

    @Test func `a time range is dates or RFC 3339, both or none`() throws {
        #expect(try TimeRange.parse(begin: nil, end: nil) == nil)
        let range = try TimeRange(begin: "2026-11-20", end: "2026-11-21T01:00:00+01:00")
        #expect(range.begin.rfc3339 == "2026-11-20T00:00:00Z")
        #expect(range.end.rfc3339 == "2026-11-21T00:00:00Z")
        for (begin, end) in [
            ("2026-11-20", nil), (nil, "2026-11-20"), ("2026-11-21", "2026-11-20"), ("2026-02-30", "2026-11-20"),
            ("yesterday", "2026-11-20"), ("2026-11-20T00:00:00", "2026-11-21"), ("", ""),
        ] as [(String?, String?)] {
            let error = #expect(throws: MicromegasError.self) { try TimeRange.parse(begin: begin, end: end) }
            #expect(error?.code == .refused)
        }
    }
}

@Suite struct IncompatibleTests {
    private func row(
        _ viewSet: String, _ instance: String, _ hash: [UInt8], size: Int64 = 10, path: String? = "a"
    ) -> ListedPartition {
        let time = Timestamp(seconds: 0)
        return ListedPartition(
            viewSetName: viewSet, viewInstanceID: instance, beginInsertTime: time, endInsertTime: time,
            minEventTime: nil, maxEventTime: nil, updated: time, filePath: path, fileSize: size, fileSchemaHash: hash,
            sourceDataHash: [0, 0, 0, 0, 0, 0, 0, 0], rowCount: 0, partitionFormatVersion: 2)
    }

    @Test func `old partitions are grouped by view set, instance and hash, those of vanished view sets too`() {
        let views = [
            ListedViewSet(name: "blocks", currentSchemaHash: [2], hasViewMaker: false, globalInstanceAvailable: true)
        ]
        let rows = [
            row("gone", "global", [7], path: "g"), row("blocks", "global", [2]),
            row("blocks", "global", [1], path: "x"),
            row("blocks", "global", [1], size: 0, path: nil), row("blocks", "global", [0]), row("blocks", "b", [1]),
        ]
        let groups = IncompatiblePartitions.groups(of: rows, viewSets: views)
        #expect(
            groups.map { "\($0.viewSetName)/\($0.viewInstanceID) \($0.incompatibleSchemaHash)" } == [
                "blocks/b [1]", "blocks/global [0]", "blocks/global [1]", "gone/global [7]",
            ])
        #expect(groups[2].partitionCount == 2 && groups[2].totalSizeBytes == 10 && groups[2].filePaths == ["x"])
        #expect(groups[2].currentSchemaHash == [2] && groups[3].currentSchemaHash == nil)
        #expect(IncompatiblePartitions.groups(of: rows, viewSets: views, viewSetName: "gone").count == 1)
    }
}
