public import UTCTime

/// A view set of the connected server, with what it reads.
public struct ViewSet: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// The hash that the connected server's queries read; rows of other hashes are ignored silently.
    public var currentHash: SchemaHash
    /// Whether it has a global instance, which is materialized; the others are made when queried.
    public var hasGlobalInstance: Bool
    /// Materialization order: views of a smaller group come first; nil for just-in-time views.
    public var updateGroup: Int?
    /// The view sets it reads, telemetry apart.
    public var reads: [String]
    /// Its `CREATE MATERIALIZED VIEW` text and when that was last changed; nil for a built-in view.
    public var definition: Definition?

    /// What a user-defined view was made from.
    public struct Definition: Sendable, Hashable {
        /// The DDL text.
        public var sql: String
        /// When the definition was last changed, where the server tells.
        public var updatedAt: Timestamp?

        /// A definition.
        public init(sql: String, updatedAt: Timestamp?) {
            self.sql = sql
            self.updatedAt = updatedAt
        }
    }

    /// A view set.
    public init(
        name: String, currentHash: SchemaHash, hasGlobalInstance: Bool, updateGroup: Int?, reads: [String],
        definition: Definition? = nil
    ) {
        self.name = name
        self.currentHash = currentHash
        self.hasGlobalInstance = hasGlobalInstance
        self.updateGroup = updateGroup
        self.reads = reads
        self.definition = definition
    }
}
