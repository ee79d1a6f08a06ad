/// A view set that every Micromegas server has: what servers that do not tell it are taken to do (contract §2).
public struct BuiltInView: Sendable, Hashable {
    /// What names an instance of a view set besides `global`.
    public enum Instances: Sendable, Hashable {
        /// There is only the global one.
        case none
        /// A process id.
        case process
        /// A stream id.
        case stream
    }

    /// The view set.
    public var name: String
    /// Materialization order; nil for views that are only made when queried.
    public var updateGroup: Int?
    /// What names its instances besides `global`.
    public var instances: Instances
    /// The longest row that merging makes of it.
    public var largestPartition: Duration
    /// The view sets it reads.
    public var reads: [String]

    /// Every one of them.
    public static let all: [BuiltInView] = [
        BuiltInView("blocks", group: 1000, .none, .seconds(86_400), reads: []),
        BuiltInView("log_entries", group: 2000, .process, .seconds(3600), reads: ["blocks"]),
        BuiltInView("measures", group: 2000, .process, .seconds(3600), reads: ["blocks"]),
        BuiltInView("processes", group: 2000, .none, .seconds(86_400), reads: ["blocks"]),
        BuiltInView("streams", group: 2000, .none, .seconds(86_400), reads: ["blocks"]),
        BuiltInView("log_stats", group: 3000, .none, .seconds(86_400), reads: ["blocks", "log_entries"]),
        BuiltInView("images", group: nil, .process, .seconds(86_400), reads: ["blocks"]),
        BuiltInView("async_events", group: nil, .process, .seconds(86_400), reads: ["blocks"]),
        BuiltInView("net_spans", group: nil, .process, .seconds(86_400), reads: ["blocks"]),
        BuiltInView("otel_spans", group: nil, .process, .seconds(86_400), reads: ["blocks"]),
        BuiltInView(
            "thread_spans", group: nil, .stream, .seconds(86_400), reads: ["blocks", "streams", "processes"]),
    ]

    /// The one of a name; nil for user-defined views and those of servers yet to come.
    public static func named(_ name: String) -> BuiltInView? { all.first { $0.name == name } }

    private init(_ name: String, group: Int?, _ instances: Instances, _ largest: Duration, reads: [String]) {
        self.name = name
        self.updateGroup = group
        self.instances = instances
        self.largestPartition = largest
        self.reads = reads
    }
}

extension ViewSet {
    /// The longest row that merging makes of it: a definition's `merge_partition_delta`, else the built-in view's, else
    /// a day.
    public var largestPartition: Duration {
        if let delta = definition?.mergeDelta { return delta < .seconds(86_400) ? .seconds(3600) : .seconds(86_400) }
        return BuiltInView.named(name)?.largestPartition ?? .seconds(86_400)
    }
}

extension ViewSet.Definition {
    /// The value of an option of the DDL text, such as `extract_query`; nil where it has none.
    package func option(_ name: String) -> String? { SQLWords(sql).options[name] }

    /// The value of `merge_partition_delta = '1 day'`, in whole hours or days; nil where it is not written so.
    var mergeDelta: Duration? {
        let words = SQLWords(sql).options["merge_partition_delta"]?.split(separator: " ") ?? []
        guard words.count == 2, let count = Int64(words[0]), count > 0, count < 10_000 else { return nil }
        switch words[1].lowercased() {
        case "hour", "hours": return .seconds(count * 3600)
        case "day", "days": return .seconds(count * 86_400)
        default: return nil
        }
    }
}
