public import ArrowIPC
public import UTCTime

/// A row of `list_partitions()` (contract §2).
public struct ListedPartition: Sendable, Hashable {
    /// The view set.
    public var viewSetName: String
    /// `global`, a process id or a stream id.
    public var viewInstanceID: String
    /// The first insert time it holds.
    public var beginInsertTime: Timestamp
    /// The end: excluded by global partitions, included by just-in-time ones, which may have `begin == end`.
    public var endInsertTime: Timestamp
    /// The earliest event in it; nil when empty.
    public var minEventTime: Timestamp?
    /// The latest event in it; nil when empty.
    public var maxEventTime: Timestamp?
    /// When it was written.
    public var updated: Timestamp
    /// Its file, relative to the lake's store; nil when empty.
    public var filePath: String?
    /// Bytes of its file; 0 when empty.
    public var fileSize: Int64
    /// 1 byte for code-versioned views, 8 for SQL-defined ones.
    public var fileSchemaHash: [UInt8]
    /// How many source objects went in: 8 bytes, little-endian.
    public var sourceDataHash: [UInt8]
    /// Rows in its file.
    public var rowCount: Int64
    /// The version of the server's file format.
    public var partitionFormatVersion: Int32

    /// ``sourceDataHash`` as the number it is; nil for bytes that are none.
    public var sourceCount: Int64? {
        guard sourceDataHash.count == 8 else { return nil }
        return Int64(bitPattern: sourceDataHash.reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// Reads the rows of a batch.
    ///
    ///     let stream = try await client.queryStream("SELECT * FROM list_partitions() WHERE num_rows > 1000000")
    ///     for try await batch in stream { print(try ListedPartition.read(batch).count) }
    ///
    /// - Throws: ``MicromegasError`` (`unexpectedAnswer`) naming a column that is missing or of another type, or a row
    ///   whose values cannot be: an inverted range, a negative size, a source count of other than 8 bytes, rows without
    ///   a file.
    public static func read(_ batch: RecordBatch) throws(MicromegasError) -> [ListedPartition] {
        try read(batch, TextAllowance.ofBatch)
    }

    static func read(_ batch: RecordBatch, _ textBytes: Int) throws(MicromegasError) -> [ListedPartition] {
        let columns = ListedColumns(batch: batch, listing: "list_partitions()")
        let values = try PartitionColumns(columns)
        var allowance = TextAllowance(textBytes, of: columns.listing)
        var rows: [ListedPartition] = []
        rows.reserveCapacity(batch.rowCount)
        for row in 0..<batch.rowCount {
            let partition = try values.partition(at: row)
            // Names of instances are short enough to be no concern.
            try allowance.take(partition.filePath)
            rows.append(partition)
        }
        return rows
    }
}

/// The columns of a batch that partitions are read from.
private struct PartitionColumns {
    let columns: ListedColumns
    let viewSets: TextValues
    let instances: TextValues
    let begins: FixedWidthValues<Int64>
    let ends: FixedWidthValues<Int64>
    let firstEvents: FixedWidthValues<Int64>
    let lastEvents: FixedWidthValues<Int64>
    let updates: FixedWidthValues<Int64>
    let paths: TextValues
    let sizes: FixedWidthValues<Int64>
    let schemas: BinaryValues
    let sources: BinaryValues
    let rowCounts: FixedWidthValues<Int64>
    let versions: FixedWidthValues<Int32>

    init(_ columns: ListedColumns) throws(MicromegasError) {
        self.columns = columns
        viewSets = try columns.texts("view_set_name")
        instances = try columns.texts("view_instance_id")
        begins = try columns.times("begin_insert_time")
        ends = try columns.times("end_insert_time")
        firstEvents = try columns.times("min_event_time")
        lastEvents = try columns.times("max_event_time")
        updates = try columns.times("updated")
        paths = try columns.texts("file_path")
        sizes = try columns.int64s("file_size")
        schemas = try columns.binaries("file_schema_hash")
        sources = try columns.binaries("source_data_hash")
        rowCounts = try columns.int64s("num_rows")
        versions = try columns.int32s("partition_format_version")
    }

    func partition(at row: Int) throws(MicromegasError) -> ListedPartition {
        let partition = ListedPartition(
            viewSetName: try columns.requiredName(viewSets[row], "view_set_name", row: row),
            viewInstanceID: try columns.requiredName(instances[row], "view_instance_id", row: row),
            beginInsertTime: try time(begins[row], "begin_insert_time", row),
            endInsertTime: try time(ends[row], "end_insert_time", row),
            minEventTime: firstEvents[row].map(Timestamp.init(nanoseconds:)),
            maxEventTime: lastEvents[row].map(Timestamp.init(nanoseconds:)),
            updated: try time(updates[row], "updated", row), filePath: paths[row],
            fileSize: try columns.required(sizes[row], "file_size", row: row),
            fileSchemaHash: try columns.required(schemas[row], "file_schema_hash", row: row),
            sourceDataHash: try columns.required(sources[row], "source_data_hash", row: row),
            rowCount: try columns.required(rowCounts[row], "num_rows", row: row),
            partitionFormatVersion: try columns.required(versions[row], "partition_format_version", row: row))
        if let reason = objection(to: partition) { throw columns.badRow(row, name(of: partition), reason) }
        return partition
    }

    private func time(_ value: Int64?, _ column: String, _ row: Int) throws(MicromegasError) -> Timestamp {
        Timestamp(nanoseconds: try columns.required(value, column, row: row))
    }

    private func name(of partition: ListedPartition) -> String {
        "\(partition.viewSetName)/\(partition.viewInstanceID) \(partition.beginInsertTime)…\(partition.endInsertTime)"
    }

    /// Why such a partition cannot be.
    private func objection(to row: ListedPartition) -> String? {
        if row.endInsertTime < row.beginInsertTime { return "it ends before it begins" }
        if row.fileSize < 0 { return "its file_size is \(row.fileSize)" }
        if row.rowCount < 0 { return "its num_rows is \(row.rowCount)" }
        guard let source = row.sourceCount else {
            return "its source_data_hash has \(row.sourceDataHash.count) bytes, not 8"
        }
        if source < 0 { return "its source_data_hash counts \(source)" }
        if !(1...64).contains(row.fileSchemaHash.count) {
            return "its file_schema_hash has \(row.fileSchemaHash.count) bytes"
        }
        guard let path = row.filePath else { return row.rowCount > 0 ? "it has \(row.rowCount) rows and no file" : nil }
        let isPath =
            (1...SQLText.maximumLength).contains(path.utf8.count) && path.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        return isPath ? nil : "its file_path is no path"
    }
}

/// What a lake holds: one snapshot, and the server's clock when it answered.
public struct PartitionListing: Sendable {
    /// Every row that the caller may see.
    public var partitions: [ListedPartition]
    /// The server's clock, to a second.
    public var serverNow: Timestamp

    /// A listing.
    ///
    ///     let listing = PartitionListing(partitions: [], serverNow: now)
    public init(partitions: [ListedPartition], serverNow: Timestamp) {
        self.partitions = partitions
        self.serverNow = serverNow
    }
}
