import ArrowIPC
import Micromegas
import PartitionLifecycle
import UTCTime

/// What is left of what a just-in-time row was made from.
struct PayloadSample {
    /// Blocks of its instance and time, at the current hash.
    var blocks: Int64
    /// The objects in those that its source count counts; nil where it is not known which those are.
    var objects: Int64?
    /// Payloads that were asked for.
    var sampled: Int64
    /// Payloads that could be read.
    var payloadsRead: Int64
}

extension Lake {
    /// Looks at what a query of a row's instance would rebuild it from. It reads `blocks` and payloads; the instance
    /// itself is not queried, for that would be a materializing call (contract §7, hazard 16).
    func payloadSample(of row: Partition) async throws -> PayloadSample {
        let (viewSet, instance) = (row.identity.viewSet, row.identity.instance)
        let column = BuiltInView.named(viewSet)?.instances == .stream ? "stream_id" : "process_id"
        // Ranges of just-in-time rows include their end (contract §2).
        let ofRow =
            "\(column) = \(try SQLText.literal(instance)) AND insert_time >= \(try SQLText.literal(row.range.begin)) "
            + "AND insert_time <= \(try SQLText.literal(row.range.end))"
        let blocks = try await client.count("SELECT count(*) AS n FROM blocks WHERE \(ofRow)") ?? 0
        var sample = PayloadSample(blocks: blocks, objects: nil, sampled: min(blocks, 3), payloadsRead: 0)
        guard blocks > 0 else { return sample }
        if let tag = Self.tag(of: viewSet) {
            sample.objects =
                try await client.count(
                    "SELECT sum(nb_objects) AS n FROM blocks WHERE \(ofRow) AND array_has(\"streams.tags\", \(try SQLText.literal(tag)))"
                )
                ?? 0
        } else if viewSet == "thread_spans" {
            sample.objects = try await client.count("SELECT sum(nb_objects) AS n FROM blocks WHERE \(ofRow)") ?? 0
        }
        do {
            sample.payloadsRead =
                try await client.count(
                    "SELECT count(get_payload(process_id, stream_id, block_id)) AS n FROM (SELECT process_id, stream_id, "
                        + "block_id FROM blocks WHERE \(ofRow) ORDER BY insert_time DESC LIMIT 3) AS sampled") ?? 0
        } catch let error as MicromegasError where error.code == .failedWhileRunning {
            // What the server answers when a payload is gone.
            sample.payloadsRead = 0
        }
        return sample
    }

    /// The stream tag whose objects an instance of a view counts as its source.
    private static func tag(of viewSet: String) -> String? {
        switch viewSet {
        case "log_entries": "log"
        case "measures": "metrics"
        default: nil
        }
    }
}
