import ArrowIPC
import Micromegas
import PartitionLifecycle
import UTCTime

/// What is left of what a just-in-time row was made from.
struct PayloadSample {
    /// Blocks of its instance and time, at the current hash.
    var blocks: Int64 = 0
    /// The objects in those that its source count counts; nil where it is not known which those are.
    var objects: Int64?
    /// All objects in those: its source count is no larger, whatever it counts.
    var allObjects: Int64 = 0
    /// Payloads that were asked for.
    var sampled: Int64 { min(blocks, Self.size) }
    /// Payloads that could be read.
    var payloadsRead: Int64 = 0

    /// The most payloads that are asked for a row.
    static let size: Int64 = 3

    /// Why a query could not make a row anew that records so many objects; nil where it can.
    func shortfall(recorded: Int64) -> String? {
        if blocks == 0 { return "no block of its time is left: it is the last copy" }
        if payloadsRead < sampled { return "\(sampled - payloadsRead) of \(sampled) sampled payloads cannot be read" }
        guard let objects, objects < recorded else { return nil }
        return "its blocks hold \(objects) objects, it records \(recorded): it is the last copy of the rest"
    }
}

extension Lake {
    /// The most rows that one query looks at.
    private static let rowsPerQuery = 200

    /// Looks at what queries would rebuild just-in-time rows of one view set from, in the rows' order. It reads `blocks`
    /// and payloads; no instance is queried, for that would be a materializing call (contract §7, hazard 16).
    func payloadSamples(of rows: [Partition]) async throws -> [PayloadSample] {
        var samples: [PayloadSample] = []
        for start in stride(from: 0, to: rows.count, by: Self.rowsPerQuery) {
            samples += try await sample(Array(rows[start..<min(start + Self.rowsPerQuery, rows.count)]))
        }
        return samples
    }

    /// The current just-in-time rows that record more objects than their blocks hold (hazard 17), among those that were
    /// written before the last change of a `blocks` row of their time: only such a change can have doubled them.
    func doubledRows(in catalog: Catalog) async throws -> Set<PartitionIdentity> {
        let blocks = Coverage(of: Catalog.blocks, in: catalog)
        let candidates = catalog.partitions.filter { row in
            guard !row.isGlobal, row.rows > 0, catalog.isCurrent(row) else { return false }
            let time = InsertRange(row.range.begin, row.range.end + .nanoseconds(1))
            return blocks.rows(overlapping: time).contains { $0.updated >= row.updated }
        }
        var doubled: Set<PartitionIdentity> = []
        for rows in Dictionary(grouping: candidates, by: \.identity.viewSet).values {
            for start in stride(from: 0, to: rows.count, by: Self.rowsPerQuery) {
                let some = Array(rows[start..<min(start + Self.rowsPerQuery, rows.count)])
                for (row, left) in zip(some, try await blocksLeft(of: some))
                where left.blocks > 0 && row.sourceCount > left.objects ?? left.allObjects {
                    doubled.insert(row.identity)
                }
            }
        }
        return doubled
    }

    private func sample(_ rows: [Partition]) async throws -> [PayloadSample] {
        var samples = try await blocksLeft(of: rows)
        let wanted = samples.reduce(0) { $0 + $1.sampled }
        if try await payloadsRead(of: rows) == wanted {
            for place in samples.indices { samples[place].payloadsRead = samples[place].sampled }
            return samples
        }
        // One payload that is gone fails the whole query: row by row then.
        for place in samples.indices where samples[place].blocks > 0 {
            samples[place].payloadsRead = try await payloadsRead(of: [rows[place]])
        }
        return samples
    }

    /// Blocks and objects of each row's instance and time.
    private func blocksLeft(of rows: [Partition]) async throws -> [PayloadSample] {
        guard let viewSet = rows.first?.identity.viewSet else { return [] }
        let objects =
            if let tag = Self.tag(of: viewSet) {
                "sum(CASE WHEN array_has(b.\"streams.tags\", \(try SQLText.literal(tag))) THEN b.nb_objects ELSE 0 END)"
            } else {
                "sum(b.nb_objects)"
            }
        let batches = try await client.query(
            "SELECT t.place AS place, count(*) AS blocks, sum(b.nb_objects) AS all_objects, \(objects) AS objects FROM \(try Self.joined(rows)) GROUP BY t.place"
        )
        // Whether a view counts every object of its blocks is known of some views only.
        let isKnown = Self.tag(of: viewSet) != nil || viewSet == "thread_spans"
        var samples = rows.map { _ in PayloadSample(objects: isKnown ? 0 : nil) }
        for batch in batches {
            for row in 0..<batch.rowCount {
                let place = try Int(batch.integer("place", row))
                guard samples.indices.contains(place) else {
                    throw MicromegasError(.unexpectedAnswer, "a count of blocks was answered for row \(place)")
                }
                samples[place].blocks = try batch.integer("blocks", row)
                samples[place].allObjects = try batch.integer("all_objects", row)
                if isKnown { samples[place].objects = try batch.integer("objects", row) }
            }
        }
        return samples
    }

    /// How many payloads of a sample of each row's blocks can be read, all rows together; 0 where one of them is gone.
    private func payloadsRead(of rows: [Partition]) async throws -> Int64 {
        let sampled =
            "SELECT b.process_id, b.stream_id, b.block_id, row_number() OVER "
            + "(PARTITION BY t.place ORDER BY b.insert_time DESC) AS number FROM \(try Self.joined(rows))"
        do {
            return try await client.count(
                "SELECT count(get_payload(process_id, stream_id, block_id)) AS n FROM (\(sampled)) AS sampled "
                    + "WHERE number <= \(PayloadSample.size)") ?? 0
        } catch let error as MicromegasError where error.code == .failedWhileRunning {
            // What the server answers when a payload is gone.
            return 0
        }
    }

    /// `blocks` joined with rows by instance and time. Ranges of just-in-time rows include their end (contract §2).
    private static func joined(_ rows: [Partition]) throws -> String {
        let isStream = BuiltInView.named(rows.first?.identity.viewSet ?? "")?.instances == .stream
        let values = try rows.enumerated().map { place, row in
            let instance = try SQLText.literal(row.identity.instance)
            let (begin, end) = try (SQLText.literal(row.range.begin), SQLText.literal(row.range.end))
            return "(\(place),\(instance),\(begin),\(end))"
        }
        let time = "'Timestamp(Nanosecond, Some(\"+00:00\"))'"
        return "(VALUES \(values.joined(separator: ","))) AS t(place, instance, first, last) JOIN blocks AS b ON "
            + "CAST(b.\(isStream ? "stream_id" : "process_id") AS VARCHAR) = t.instance "
            + "AND b.insert_time >= arrow_cast(t.first, \(time)) AND b.insert_time <= arrow_cast(t.last, \(time))"
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
