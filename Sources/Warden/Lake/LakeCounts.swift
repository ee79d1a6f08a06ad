import ArrowIPC
import Micromegas
import PartitionLifecycle
import UTCTime

/// Counts that only queries give. They carry no range headers: those prune on event time, and these speak of insert
/// times (contract §4). None of them touches an instance other than `global`.
extension Lake {
    /// The answers to a comparison's requests.
    func counts(_ requests: [CountRequest], in catalog: Catalog) async throws -> [CountRequest: Int64] {
        var counts: [CountRequest: Int64] = [:]
        for request in requests { counts[request] = try await client.count(sql(of: request, in: catalog)) ?? 0 }
        return counts
    }

    /// What a query answers over a rebuild's ranges: rows of views that carry their blocks' insert times, ids found of
    /// those views that list ids, rows of the time window of `log_stats`; nil for views without such a measure.
    func queryAnswer(of rebuild: ViewRebuild, in catalog: Catalog) async throws -> Int64? {
        guard let view = catalog.viewSets[rebuild.viewSet], let rule = ProofRule(for: view) else { return nil }
        var total: Int64 = 0
        for sql in try answerQueries(of: rebuild, rule: rule, in: catalog) {
            total += try await client.count(sql) ?? 0
        }
        return rule == .definition ? nil : total
    }

    private func answerQueries(of rebuild: ViewRebuild, rule: ProofRule, in catalog: Catalog) throws -> [String] {
        switch rule {
        case .blocks, .objects:
            let name = try SQLText.identifier(rebuild.viewSet)
            return try rebuild.buckets.joined().map {
                "SELECT count(*) AS n FROM \(name) WHERE \(try Self.inserted($0))"
            }
        case .identifiers:
            return try rebuild.buckets.joined().map { try Self.identifiers(of: rebuild.viewSet, $0, found: true) }
        case .statistics:
            guard let window = rebuild.eventWindow(in: catalog) else { return [] }
            return [
                "SELECT count(*) AS n FROM log_stats WHERE time_bin >= \(try SQLText.literal(window.begin)) "
                    + "AND time_bin < \(try SQLText.literal(window.end))"
            ]
        case .definition: return []
        }
    }

    /// What the current blocks of days hold that they cover and over which old rows of other views lie.
    func currentBlocks(in catalog: Catalog) async throws -> [CalendarDay: BlockCounts] {
        let blocks = Coverage(of: Catalog.blocks, in: catalog)
        let days = Set(
            catalog.partitions.lazy.filter { !catalog.isCurrent($0) }.map { CalendarDay(containing: $0.range.begin) }
        ).filter { blocks.tiles(InsertRange($0.start, $0.end)) }
        guard let first = days.min(), let last = days.max() else { return [:] }
        let range = InsertRange(first.start, last.end)
        let batches = try await client.query(
            """
            SELECT date_bin(INTERVAL '1 day', insert_time) AS day, count(*) AS blocks, \
            sum(CASE WHEN array_has("streams.tags", 'log') THEN nb_objects ELSE 0 END) AS log_objects, \
            sum(CASE WHEN array_has("streams.tags", 'metrics') THEN nb_objects ELSE 0 END) AS metric_objects \
            FROM blocks WHERE \(try Self.inserted(range)) GROUP BY 1
            """)
        // A day without a block has no row in the answer.
        var counts = Dictionary(
            uniqueKeysWithValues: days.map { ($0, BlockCounts(blocks: 0, logObjects: 0, metricObjects: 0)) })
        for batch in batches {
            for row in 0..<batch.rowCount {
                let day = CalendarDay(containing: Timestamp(nanoseconds: try batch.integer("day", row)))
                guard days.contains(day) else { continue }
                counts[day] = BlockCounts(
                    blocks: try batch.integer("blocks", row), logObjects: try batch.integer("log_objects", row),
                    metricObjects: try batch.integer("metric_objects", row))
            }
        }
        return counts
    }

    private func sql(of request: CountRequest, in catalog: Catalog) throws -> String {
        switch request {
        case .blocks(let range): return "SELECT count(*) AS n FROM blocks WHERE \(try Self.inserted(range))"
        case .objects(let tag, let range):
            return "SELECT sum(nb_objects) AS n FROM blocks "
                + "WHERE array_has(\"streams.tags\", \(try SQLText.literal(tag))) AND \(try Self.inserted(range))"
        case .missingIdentifiers(let viewSet, let range):
            return try Self.identifiers(of: viewSet, range, found: false)
        case .statisticsSum(let window):
            return "SELECT sum(\"count\") AS n FROM log_stats WHERE time_bin >= \(try SQLText.literal(window.begin)) "
                + "AND time_bin < \(try SQLText.literal(window.end))"
        case .logRows(let window):
            return "SELECT count(*) AS n FROM log_entries WHERE time >= \(try SQLText.literal(window.begin)) "
                + "AND time < \(try SQLText.literal(window.end))"
        case .definitionSource(let viewSet, let range):
            return try Self.definitionQuery("count_src_query", of: catalog.viewSets[viewSet], range)
        case .definitionRows(let viewSet, let range):
            let query = try Self.definitionQuery("extract_query", of: catalog.viewSets[viewSet], range)
            return "SELECT count(*) AS n FROM (\(query)\n) AS extracted"
        }
    }

    /// How many distinct ids of a range's blocks a query of `processes` or `streams` finds, or does not find.
    private static func identifiers(of viewSet: String, _ range: InsertRange, found: Bool) throws -> String {
        let id = viewSet == "streams" ? "stream_id" : "process_id"
        return "SELECT count(*) AS n FROM (SELECT DISTINCT CAST(\(id) AS VARCHAR) AS id FROM blocks "
            + "WHERE \(try inserted(range))) AS b LEFT \(found ? "SEMI" : "ANTI") JOIN "
            + "(SELECT DISTINCT CAST(\(id) AS VARCHAR) AS id FROM \(try SQLText.identifier(viewSet))) AS v ON b.id = v.id"
    }

    /// A query of a view's definition with a range put in, as the server puts it.
    private static func definitionQuery(_ option: String, of view: ViewSet?, _ range: InsertRange) throws -> String {
        guard let query = view?.definition?.option(option) else {
            throw MicromegasError(.unexpectedAnswer, "the definition of \(view?.name ?? "a view") has no \(option)")
        }
        return query.replacing("{begin}", with: range.begin.rfc3339(fractionDigits: 6))
            .replacing("{end}", with: range.end.rfc3339(fractionDigits: 6))
    }

    static func inserted(_ range: InsertRange) throws -> String {
        "insert_time >= \(try SQLText.literal(range.begin)) AND insert_time < \(try SQLText.literal(range.end))"
    }
}

extension RecordBatch {
    /// An integer or a time of a named column; NULL is 0.
    func integer(_ name: String, _ row: Int) throws -> Int64 {
        guard let column = column(name) else {
            throw MicromegasError(.unexpectedAnswer, "the answer has no column \(name)")
        }
        return try column.int64(at: row) ?? 0
    }
}
