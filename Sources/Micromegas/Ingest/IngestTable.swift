public import ArrowIPC

/// A table of telemetry that a server takes rows into (contract §1).
public enum IngestTable: String, Sendable, Hashable, CaseIterable {
    case processes, streams, blocks, payloads

    /// The table of a name.
    ///
    ///     let table = try IngestTable(named: "blocks")
    ///
    /// - Throws: ``MicromegasError`` (`refused`) for a name that is none of them.
    public init(named name: String) throws(MicromegasError) {
        guard let table = IngestTable(rawValue: name) else {
            let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw MicromegasError(.refused, "bulk ingest into “\(name.prefix(64))”: a server takes rows into \(names)")
        }
        self = table
    }

    /// The columns as they are sent.
    public var schema: Schema {
        Schema(fields: columns.map { Field(name: $0.name, type: $0.kind.type, nullable: false) })
    }

    /// What each column holds, in the order of the fields.
    var columns: [IngestColumn] {
        switch self {
        case .processes:
            [
                IngestColumn("process_id", .id), IngestColumn("exe", .text), IngestColumn("username", .text),
                IngestColumn("realname", .text), IngestColumn("computer", .text), IngestColumn("distro", .text),
                IngestColumn("cpu_brand", .text), IngestColumn("tsc_frequency", .int64),
                IngestColumn("start_time", .time), IngestColumn("start_ticks", .int64),
                IngestColumn("insert_time", .time), IngestColumn("parent_process_id", .idOrEmpty),
                IngestColumn("properties", .properties),
            ]
        case .streams:
            [
                IngestColumn("stream_id", .id), IngestColumn("process_id", .id),
                IngestColumn("dependencies_metadata", .bytes), IngestColumn("objects_metadata", .bytes),
                IngestColumn("tags", .texts), IngestColumn("properties", .properties),
                IngestColumn("insert_time", .time), IngestColumn("format", .text),
            ]
        case .blocks:
            [
                IngestColumn("block_id", .id), IngestColumn("stream_id", .id), IngestColumn("process_id", .id),
                IngestColumn("begin_time", .time), IngestColumn("begin_ticks", .int64),
                IngestColumn("end_time", .time), IngestColumn("end_ticks", .int64),
                IngestColumn("nb_objects", .int32), IngestColumn("object_offset", .int64),
                IngestColumn("payload_size", .int64), IngestColumn("insert_time", .time),
            ]
        case .payloads:
            [
                IngestColumn("process_id", .id), IngestColumn("stream_id", .id), IngestColumn("block_id", .id),
                IngestColumn("payload", .bytes),
            ]
        }
    }

    /// How many rows a server took, as it tells.
    ///
    /// - Throws: ``MicromegasError`` (`unexpectedAnswer`) for a number that counts nothing.
    func count(told count: Int64) throws(MicromegasError) -> Int {
        guard let count = Int(exactly: count), count >= 0 else {
            throw MicromegasError(
                .unexpectedAnswer, "the server took rows into \(rawValue) and answered with a count of \(count)",
                mayHaveBeenProcessed: true)
        }
        return count
    }

    /// A refusal that names the table.
    func refusal(_ reason: String) -> MicromegasError {
        MicromegasError(.refused, "bulk ingest into \(rawValue): \(reason)")
    }
}
