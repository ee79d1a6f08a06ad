import GoldenCalls
import Micromegas
import UTCTime

extension ClientCalls {
    /// The calls that retire partitions, last copies included as the Python client does; nil where the request is none of
    /// them.
    static func retiring(_ request: Request, _ client: FlightSQLClient) async throws -> Answer? {
        let scope: RetireScope
        switch request.call {
        case "retire_partitions":
            scope = .range(
                viewSet: try request.text("view_set_name"), instance: try request.text("view_instance_id"),
                begin: try request.time("begin"), end: try request.time("end"))
        case "retire_non_global_partitions": scope = .nonGlobal
        case "retire_process_partitions":
            scope = .process(
                try request.text("process_id"), from: try request.time("begin"), to: try request.time("end"))
        case "retire_incompatible_partitions":
            let groups = try await client.retireIncompatiblePartitions(
                viewSetName: request.optional("view_set_name"), includingLastCopies: true)
            return .list(groups.map(Answer.init))
        default: return nil
        }
        let report = try await client.retire(client.previewRetirement(of: scope), includingLastCopies: true)
        return .list(report.groups.map(Answer.init))
    }
}

extension Answer {
    /// The members that the Python client gives, and how many of the failed were held.
    init(_ group: RetireReport.Group) {
        self = .object([
            "view_set_name": .text(group.viewSetName), "view_instance_id": .text(group.viewInstanceID),
            "partitions_retired": .integer(Int64(group.partitionsRetired)),
            "partitions_failed": .integer(Int64(group.partitionsFailed)),
            "partitions_held": .integer(Int64(group.partitionsHeld)),
            "storage_freed_bytes": .integer(group.storageFreedBytes), "retirement_messages": Answer(group.messages),
        ])
    }
}
