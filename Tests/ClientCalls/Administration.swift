import Micromegas
import UTCTime

extension ClientCalls {
    /// The calls that look after partitions; nil where the request is none of them.
    static func administration(_ request: Request, _ client: FlightSQLClient) async throws -> Answer? {
        switch request.call {
        case "materialize_partitions":
            return try await Answer(
                client.materializePartitions(
                    viewSet: request.text("view_set_name"), begin: request.time("begin"), end: request.time("end"),
                    deltaSeconds: Int64(request.integer("partition_delta_seconds"))))
        case "regenerate_partitions":
            return try await Answer(
                client.regeneratePartitions(
                    viewSet: request.text("view_set_name"), begin: request.time("begin"), end: request.time("end"),
                    deltaSeconds: Int64(request.integer("partition_delta_seconds"))))
        case "list_incompatible_partitions":
            let groups = try await client.listIncompatiblePartitions(
                viewSetName: request.optional("view_set_name"))
            return .list(groups.map(Answer.init))
        default: return nil
        }
    }
}

extension Answer {
    /// The rows of a maintenance call: pairs of time and text.
    init(_ stream: MaterializationStream) async throws {
        var rows: [Answer] = []
        for try await event in stream { rows.append(.list([Answer(event.time), .text(event.message)])) }
        self = .list(rows)
    }

    init(_ group: IncompatiblePartitions) {
        self = .object([
            "view_set_name": .text(group.viewSetName), "view_instance_id": .text(group.viewInstanceID),
            "incompatible_schema_hash": Answer(hex: group.incompatibleSchemaHash),
            "current_schema_hash": group.currentSchemaHash.map(Answer.init(hex:)) ?? .null,
            "partition_count": .integer(Int64(group.partitionCount)),
            "total_size_bytes": .integer(group.totalSizeBytes), "file_paths": Answer(group.filePaths),
        ])
    }
}
