public import UTCTime

/// What a server tells of one view set: the rows of its two listings of view sets, joined.
public struct ViewSetFacts: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// The hash that the server's queries read.
    public var currentHash: SchemaHash
    /// Whether it has a global instance.
    public var hasGlobalInstance: Bool
    /// Its DDL text, where the server lists definitions and the view has one.
    public var definitionSQL: String?
    /// Its update group, where the server lists definitions; nil for just-in-time views too.
    public var updateGroup: Int?
    /// When its definition was last changed.
    public var updatedAt: Timestamp?

    /// What a server tells.
    public init(
        name: String, currentHash: SchemaHash, hasGlobalInstance: Bool, definitionSQL: String? = nil,
        updateGroup: Int? = nil, updatedAt: Timestamp? = nil
    ) {
        self.name = name
        self.currentHash = currentHash
        self.hasGlobalInstance = hasGlobalInstance
        self.definitionSQL = definitionSQL
        self.updateGroup = updateGroup
        self.updatedAt = updatedAt
    }
}

/// What view sets read, and the order in which they are made.
public enum ViewDependencies {
    /// View sets with their groups and reads: what the server tells, else what built-in views are known to do.
    ///
    /// A view of which neither is known is taken to read every global view that can be made before it: that can hold
    /// its rebuild, and cannot lose its rows.
    public static func viewSets(from facts: [ViewSetFacts]) -> [ViewSet] {
        let groups = Dictionary(
            facts.compactMap { view in group(of: view).map { (view.name, $0) } },
            uniquingKeysWith: { first, _ in first })
        return facts.map { view in
            ViewSet(
                name: view.name, currentHash: view.currentHash, hasGlobalInstance: view.hasGlobalInstance,
                updateGroup: groups[view.name], reads: reads(of: view, among: facts, groups: groups),
                definition: view.definitionSQL.map { ViewSet.Definition(sql: $0, updatedAt: view.updatedAt) })
        }
    }

    /// The view sets that a definition reads: those of a smaller update group whose names stand in it as identifiers.
    ///
    /// - Parameters:
    ///   - updateGroup: The defined view's own group; nil is after every other.
    ///   - groups: The update groups of the server's view sets by name.
    public static func reads(ofDefinition sql: String, updateGroup: Int?, groups: [String: Int]) -> [String] {
        let words = SQLWords(sql).identifiers
        return groups.filter { words.contains($0.key) && $0.value < updateGroup ?? .max }.keys
            .sorted { (groups[$0] ?? 0, $0) < (groups[$1] ?? 0, $1) }
    }

    /// The names of view sets, each after everything it reads; by update group and name where that leaves a choice.
    public static func order(_ viewSets: some Sequence<ViewSet>) -> [String] {
        var waiting = viewSets.sorted { ($0.updateGroup ?? .max, $0.name) < ($1.updateGroup ?? .max, $1.name) }
        var order: [String] = []
        while !waiting.isEmpty {
            let left = Set(waiting.map(\.name))
            // In a circle, which no server makes, the smallest group goes first.
            let next = waiting.firstIndex { view in !view.reads.contains { $0 != view.name && left.contains($0) } } ?? 0
            order.append(waiting.remove(at: next).name)
        }
        return order
    }

    private static func group(of view: ViewSetFacts) -> Int? {
        view.updateGroup ?? (view.hasGlobalInstance ? BuiltInView.named(view.name)?.updateGroup : nil)
    }

    private static func reads(of view: ViewSetFacts, among facts: [ViewSetFacts], groups: [String: Int]) -> [String] {
        if let sql = view.definitionSQL {
            let found = reads(ofDefinition: sql, updateGroup: groups[view.name], groups: groups)
            if !found.isEmpty { return found }
        } else if let known = BuiltInView.named(view.name) {
            return known.reads
        }
        let group = groups[view.name] ?? .max
        return facts.filter { $0.hasGlobalInstance && $0.name != view.name && groups[$0.name] ?? 0 < group }
            .map(\.name).sorted { (groups[$0] ?? 0, $0) < (groups[$1] ?? 0, $1) }
    }
}
