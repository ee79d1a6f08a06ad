public import ArrowIPC
public import UTCTime

/// A row of `list_view_set_definitions()`, which newer servers answer to admins (contract §2).
public struct ViewSetDefinition: Sendable, Hashable {
    /// The view set.
    public var name: String
    /// Its `CREATE MATERIALIZED VIEW` text; nil for a built-in view.
    public var definitionSQL: String?
    /// Views of a smaller group are materialized first; nil for views that are made when queried.
    public var updateGroup: Int32?
    /// When the definition was last changed; nil for a built-in view.
    public var updatedAt: Timestamp?
    /// `builtin` or `ddl`.
    public var source: String

    /// A definition.
    ///
    ///     let definition = ViewSetDefinition(
    ///         name: "blocks", definitionSQL: nil, updateGroup: 1_000, updatedAt: nil, source: "builtin")
    public init(
        name: String, definitionSQL: String?, updateGroup: Int32?, updatedAt: Timestamp?, source: String
    ) {
        self.name = name
        self.definitionSQL = definitionSQL
        self.updateGroup = updateGroup
        self.updatedAt = updatedAt
        self.source = source
    }

    /// Reads the rows of a batch.
    ///
    ///     for batch in try await client.query("SELECT * FROM list_view_set_definitions()") {
    ///         for definition in try ViewSetDefinition.read(batch) { print(definition.name, definition.source) }
    ///     }
    ///
    /// - Throws: ``MicromegasError`` (`unexpectedAnswer`) naming a column that is missing or of another type, or a row
    ///   whose values cannot be.
    public static func read(_ batch: RecordBatch) throws(MicromegasError) -> [ViewSetDefinition] {
        try read(batch, TextAllowance.ofBatch)
    }

    static func read(_ batch: RecordBatch, _ textBytes: Int) throws(MicromegasError) -> [ViewSetDefinition] {
        let columns = ListedColumns(batch: batch, listing: "list_view_set_definitions()")
        let names = try columns.texts("view_set_name")
        let texts = try columns.texts("definition_sql")
        let groups = try columns.int32s("update_group")
        let times = try columns.times("updated_at")
        let sources = try columns.texts("source")
        var allowance = TextAllowance(textBytes, of: columns.listing)
        var rows: [ViewSetDefinition] = []
        for row in 0..<batch.rowCount {
            let definition = ViewSetDefinition(
                name: try columns.requiredName(names[row], "view_set_name", row: row), definitionSQL: texts[row],
                updateGroup: groups[row], updatedAt: times[row].map(Timestamp.init(nanoseconds:)),
                source: try columns.required(sources[row], "source", row: row))
            try allowance.take(definition.definitionSQL, definition.source)
            rows.append(definition)
        }
        return rows
    }
}
