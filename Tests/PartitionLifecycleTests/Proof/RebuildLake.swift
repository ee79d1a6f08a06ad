import PartitionLifecycle
import UTCTime

/// A day of three views after a schema change, hourly old rows and whatever a test puts beside them.
struct RebuildLake {
    static let day = CalendarDay(year: 2026, month: 11, day: 18)!
    static let old = SchemaHash([6])
    static let new = SchemaHash([7])

    var rows: [Partition] = []
    var hashes: [String: SchemaHash] = [
        "blocks": new, "log_entries": new, "processes": new, "log_stats": new, "level_counts": new,
    ]

    var catalog: Catalog {
        let reads = [
            "blocks": [], "log_entries": ["blocks"], "processes": ["blocks"], "log_stats": ["blocks", "log_entries"],
            "level_counts": ["log_entries"],
        ]
        let views = hashes.map { name, hash in
            ViewSet(
                name: name, currentHash: hash, hasGlobalInstance: true, updateGroup: 1000, reads: reads[name] ?? [],
                definition: name == "level_counts" ? .init(sql: "", updatedAt: nil) : nil)
        }
        return Catalog(partitions: rows, viewSets: views, now: Self.day.end + .days(3))
    }

    /// A row of so many minutes from a minute of the day on.
    static func row(
        _ view: String, at minute: Int64, minutes: Int64 = 60, hash: SchemaHash, rows: Int64 = 0, source: Int64? = nil,
        updated: Duration = .zero
    ) -> Partition {
        let begin = day.start + .minutes(minute)
        return Partition(
            identity: PartitionIdentity(
                viewSet: view, instance: "global", range: InsertRange(begin, begin + .minutes(minutes)),
                schemaHash: hash, filePath: rows > 0 ? "views/\(view)/\(minute)-\(minutes)-\(hash)" : nil),
            updated: day.end + updated, minEventTime: rows > 0 ? begin : nil,
            maxEventTime: rows > 0 ? begin + .seconds(90) : nil, fileSize: rows * 10, sourceCount: source ?? rows,
            rows: rows)
    }

    /// Adds old rows of two hours, the second of which holds data.
    mutating func addOld(_ view: String, rows count: Int64) {
        rows += [
            Self.row(view, at: 0, hash: Self.old), Self.row(view, at: 60, hash: Self.old, rows: count),
        ]
    }

    /// Adds shadows of half an hour over both hours, all data in the third.
    mutating func addShadows(_ view: String, rows count: Int64, source: Int64? = nil) {
        for minute in [0, 30, 90] as [Int64] { rows.append(Self.row(view, at: minute, minutes: 30, hash: Self.new)) }
        rows.append(Self.row(view, at: 60, minutes: 30, hash: Self.new, rows: count, source: source))
    }

    /// Adds final rows of an hour.
    mutating func addFinal(_ view: String, rows count: Int64, source: Int64? = nil, updated: Duration = .hours(1)) {
        rows += [
            Self.row(view, at: 0, hash: Self.new, updated: updated),
            Self.row(view, at: 60, hash: Self.new, rows: count, source: source, updated: updated),
        ]
    }

    mutating func remove(_ view: String, hash: SchemaHash) {
        rows.removeAll { $0.identity.viewSet == view && $0.identity.schemaHash == hash }
    }

    /// The rebuild of a view's two hours, its old rows as they are listed now.
    func rebuild(_ view: String) -> ViewRebuild {
        let hours = [InsertRange(at: 0), InsertRange(at: 60)]
        return ViewRebuild(
            viewSet: view, day: Self.day, policy: "evolution", currentHash: Self.new,
            reads: catalog.viewSets[view]?.reads ?? [],
            old: rows.filter { $0.identity.viewSet == view && $0.identity.schemaHash != Self.new },
            shadowLength: .minutes(30), finalLength: .hours(1), buckets: hours,
            shadowRanges: [InsertRange(hours[0].begin, hours[1].end)])
    }
}

extension InsertRange {
    /// A range of the day, in minutes.
    init(at minute: Int64, minutes: Int64 = 60) {
        let begin = RebuildLake.day.start + .minutes(minute)
        self.init(begin, begin + .minutes(minutes))
    }
}
