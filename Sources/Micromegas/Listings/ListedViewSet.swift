public import ArrowIPC

/// A row of `list_view_sets()` (contract §2).
public struct ListedViewSet: Sendable, Hashable {
    /// The view set.
    public var name: String
    /// The schema hash that the server's queries read.
    public var currentSchemaHash: [UInt8]
    /// Whether the server can make instances of it.
    public var hasViewMaker: Bool
    /// Whether it has a global instance.
    public var globalInstanceAvailable: Bool

    /// A view set.
    ///
    ///     let blocks = ListedViewSet(
    ///         name: "blocks", currentSchemaHash: [5], hasViewMaker: false, globalInstanceAvailable: true)
    public init(name: String, currentSchemaHash: [UInt8], hasViewMaker: Bool, globalInstanceAvailable: Bool) {
        self.name = name
        self.currentSchemaHash = currentSchemaHash
        self.hasViewMaker = hasViewMaker
        self.globalInstanceAvailable = globalInstanceAvailable
    }

    /// Reads the rows of a batch.
    ///
    ///     for batch in try await client.query("SELECT * FROM list_view_sets()") {
    ///         for viewSet in try ListedViewSet.read(batch) { print(viewSet.name) }
    ///     }
    ///
    /// - Throws: ``MicromegasError`` (`unexpectedAnswer`) naming a column that is missing or of another type, or a row
    ///   whose values cannot be.
    public static func read(_ batch: RecordBatch) throws(MicromegasError) -> [ListedViewSet] {
        let columns = ListedColumns(batch: batch, listing: "list_view_sets()")
        let names = try columns.texts("view_set_name")
        let hashes = try columns.binaries("current_schema_hash")
        let makers = try columns.bools("has_view_maker")
        let globals = try columns.bools("global_instance_available")
        var rows: [ListedViewSet] = []
        for row in 0..<batch.rowCount {
            let hash = try columns.required(hashes[row], "current_schema_hash", row: row)
            let name = try columns.requiredName(names[row], "view_set_name", row: row)
            if !(1...64).contains(hash.count) {
                throw columns.badRow(row, name, "its current_schema_hash has \(hash.count) bytes")
            }
            rows.append(
                ListedViewSet(
                    name: name, currentSchemaHash: hash,
                    hasViewMaker: try columns.required(makers[row], "has_view_maker", row: row),
                    globalInstanceAvailable: try columns.required(
                        globals[row], "global_instance_available", row: row)))
        }
        return rows
    }
}
