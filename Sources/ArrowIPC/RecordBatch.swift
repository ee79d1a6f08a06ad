/// Rows of a stream that came in one message, column by column.
public struct RecordBatch: Sendable {
    /// What the columns are.
    public let schema: Schema
    /// Count of rows; a batch without columns may have rows too.
    public let rowCount: Int
    /// The columns in the order of the schema's fields.
    public let columns: [Column]

    /// A batch of no rows.
    package init(emptyOf schema: Schema) {
        self.init(schema: schema, rowCount: 0, columns: schema.fields.map { Column(emptyOf: $0.type) })
    }

    init(schema: Schema, rowCount: Int, columns: [Column]) {
        self.schema = schema
        self.rowCount = rowCount
        self.columns = columns
    }

    /// The first column of a name, or nil where there is none.
    ///
    ///     let levels = try batch.column("level")?.values(as: Int32.self)
    public func column(_ name: String) -> Column? {
        schema.fields.firstIndex { $0.name == name }.map { columns[$0] }
    }
}
