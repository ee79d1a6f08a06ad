import ArrowIPC
import GoldenCalls
import Testing
import UTCTime

@testable import Micromegas

@Suite("Listings") struct ListingTests {
    @Test(
        "recorded listings are read value by value",
        arguments: [
            ("0.30", "list-partitions"), ("0.30", "list-partitions-live"), ("0.33", "list-partitions-after-upgrade"),
        ])
    func partitions(version: String, name: String) throws {
        let call = try GoldenCall.named(name, version)
        let rows = try call.batches().flatMap { try ListedPartition.read($0) }
        #expect(rows.count > 400)
        func expect(_ column: String, _ value: (ListedPartition) -> GoldenJSON) throws {
            #expect(try rows.map(value) == call.values(column))
        }
        func time(_ time: Timestamp?) -> GoldenJSON { time.map { .integer($0.nanoseconds) } ?? .null }
        func hex(_ bytes: [UInt8]) -> GoldenJSON { .object(["hex": .text(SQLText.hex(bytes))]) }
        try expect("view_set_name") { .text($0.viewSetName) }
        try expect("view_instance_id") { .text($0.viewInstanceID) }
        try expect("begin_insert_time") { time($0.beginInsertTime) }
        try expect("end_insert_time") { time($0.endInsertTime) }
        try expect("min_event_time") { time($0.minEventTime) }
        try expect("max_event_time") { time($0.maxEventTime) }
        try expect("updated") { time($0.updated) }
        try expect("file_path") { $0.filePath.map(GoldenJSON.text) ?? .null }
        try expect("file_size") { .integer($0.fileSize) }
        try expect("file_schema_hash") { hex($0.fileSchemaHash) }
        try expect("source_data_hash") { hex($0.sourceDataHash) }
        try expect("num_rows") { .integer($0.rowCount) }
        try expect("partition_format_version") { .integer(Int64($0.partitionFormatVersion)) }
        // blocks are made from as many telemetry rows as they have rows themselves.
        #expect(rows.filter { $0.viewSetName == "blocks" }.allSatisfy { $0.sourceCount == $0.rowCount })
    }

    @Test("recorded view sets are read value by value", arguments: ["0.30", "0.33"])
    func viewSets(version: String) throws {
        let call = try GoldenCall.named("list-view-sets", version)
        let rows = try call.batches().flatMap { try ListedViewSet.read($0) }
        #expect(rows.map(\.name) == call.texts("view_set_name"))
        #expect(
            try rows.map { .object(["hex": .text(SQLText.hex($0.currentSchemaHash))]) }
                == call.values("current_schema_hash"))
        #expect(try rows.map { .bool($0.hasViewMaker) } == call.values("has_view_maker"))
        #expect(try rows.map { .bool($0.globalInstanceAvailable) } == call.values("global_instance_available"))
        #expect(rows.count == 11)
    }

    @Test("recorded definitions are read value by value")
    func definitions() throws {
        let call = try GoldenCall.named("list-view-set-definitions", "0.33")
        let rows = try call.batches().flatMap { try ViewSetDefinition.read($0) }
        #expect(rows.map(\.name) == call.texts("view_set_name"))
        #expect(rows.map(\.definitionSQL) == call.texts("definition_sql"))
        #expect(rows.map(\.source) == call.texts("source"))
        #expect(
            try rows.map { $0.updateGroup.map { GoldenJSON.integer(Int64($0)) } ?? .null }
                == call.values("update_group"))
        #expect(rows.first { $0.name == "log_stats" }?.updateGroup == 3_000)
        #expect(rows.first { $0.name == "images" }?.updateGroup == nil)
    }

    @Test("rows whose texts come to too much, as a small dictionary can make them, are refused")
    func texts() throws {
        let partitions = try GoldenCall.named("list-partitions", "0.30").batches()
        let definitions = try GoldenCall.named("list-view-set-definitions", "0.33").batches()
        let paths = try ListedPartition.read(partitions[0]).reduce(0) { $0 + ($1.filePath?.utf8.count ?? 0) }
        let sql = try ViewSetDefinition.read(definitions[0]).reduce(0) {
            $0 + ($1.definitionSQL?.utf8.count ?? 0) + $1.source.utf8.count
        }
        #expect(try ListedPartition.read(partitions[0], paths).count == partitions[0].rowCount)
        #expect(try ViewSetDefinition.read(definitions[0], sql).count == definitions[0].rowCount)
        let errors = [
            #expect(throws: MicromegasError.self) { try ListedPartition.read(partitions[0], paths - 1) },
            #expect(throws: MicromegasError.self) { try ViewSetDefinition.read(definitions[0], sql - 1) },
        ]
        #expect(errors.map { $0?.code } == [.unexpectedAnswer, .unexpectedAnswer])
    }

    @Test("a missing column is named, with those that are there")
    func missingColumn() throws {
        let call = try GoldenCall.named("list-view-sets", "0.30")
        let batch = try #require(try call.batches().first)
        let error = try #require(throws: MicromegasError.self) { try ListedPartition.read(batch) }
        #expect(error.code == .unexpectedAnswer)
        #expect(error.message.contains("“view_instance_id”"))
        #expect(error.message.contains("current_schema_hash"))
        // An unknown column in a required one's place is one more unknown column.
        let renamed = try GoldenCall.named("list-partitions", "0.30").batches {
            $0.replacing(bytes: Array("num_rows".utf8), with: Array("num_rowz".utf8))
        }
        let other = try #require(throws: MicromegasError.self) { try ListedPartition.read(renamed[0]) }
        #expect(other.message.contains("“num_rows”"))
    }

    @Test("a column of a wrong type is named with both types")
    func wrongType() throws {
        let swapped = try GoldenCall.named("list-partitions", "0.30").batches { message in
            message.replacing(bytes: Array("file_path".utf8), with: Array("file_temp".utf8))
                .replacing(bytes: Array("file_size".utf8), with: Array("file_path".utf8))
                .replacing(bytes: Array("file_temp".utf8), with: Array("file_size".utf8))
        }
        let error = try #require(throws: MicromegasError.self) { try ListedPartition.read(swapped[0]) }
        #expect(error.message.contains("“file_path” as int64, not as text"))
    }

    private static func bytes(_ number: Int64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    /// Values of the first recorded row, and what they are exchanged for.
    private static let impossible: [(what: String, old: [UInt8], new: [UInt8], reason: String)] = [
        ("a negative size", bytes(27_487), bytes(-1), "its file_size is -1"),
        ("negative rows", bytes(1_932), bytes(-5), "its num_rows is -5"),
        ("a negative source", [0xE6, 9, 0, 0, 0, 0, 0, 0], [0xE6, 9, 0, 0, 0, 0, 0, 0x80], "counts -"),
        ("an inverted range", bytes(1_794_896_121_917_653_000), bytes(1), "it ends before it begins"),
        ("a name with a space", Array("async_events".utf8), Array("async events".utf8), "is no name"),
        ("a name with a slash", Array("async_events".utf8), Array("async/events".utf8), "is no name"),
        (
            "an instance with a line feed", Array("c71f122c-9d42".utf8), Array("c71f122c\n9d42".utf8),
            "its view_instance_id"
        ),
        ("a path with NUL", Array("/2026-11-17/06-15".utf8), Array("/2026-11-17\u{0}06-15".utf8), "no path"),
    ]

    @Test("a row that cannot be is an error that names it", arguments: impossible)
    func badRow(what: String, old: [UInt8], new: [UInt8], reason: String) throws {
        let call = try GoldenCall.named("list-partitions", "0.30")
        #expect(try call.batches().flatMap { try ListedPartition.read($0) }.count == 742)
        let changed = try call.batches { $0.replacing(bytes: old, with: new) }
        let error = try #require(throws: MicromegasError.self) {
            try changed.flatMap { try ListedPartition.read($0) }
        }
        #expect(error.code == .unexpectedAnswer)
        #expect(error.message.contains("(row "), "\(what): \(error)")
        #expect(error.message.contains(reason), "\(what): \(error)")
    }

    @Test("source counts are little-endian numbers of eight bytes")
    func sourceCount() throws {
        var row = try #require(
            try GoldenCall.named("list-partitions", "0.30").batches().flatMap(ListedPartition.read).first)
        row.sourceDataHash = [1, 2, 0, 0, 0, 0, 0, 0]
        #expect(row.sourceCount == 513)
        row.sourceDataHash = [1, 2, 0]
        #expect(row.sourceCount == nil)
    }
}
