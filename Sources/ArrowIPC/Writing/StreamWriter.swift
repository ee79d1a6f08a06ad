/// Writes record batches as the messages of one IPC stream, uncompressed: what ``StreamReader`` and every other Arrow
/// implementation reads.
///
///     let schema = Schema(fields: [Field(name: "n", type: .integer(.int64))])
///     let numbers = try Column(.integer(.int64), [.integer(1), .null])
///     let bytes = try StreamWriter(schema).stream(of: [RecordBatch(schema, [numbers])])
///
/// Not written: views, lists without offsets between them, unions, run-end encoded columns. A dictionary goes out before
/// every batch that uses it, whole, in place of the one before.
///
/// Format: "Serialization and Interprocess Communication (IPC)" of the Arrow columnar format, metadata version V5.
public struct StreamWriter: Sendable {
    /// What the columns of every batch are.
    public let schema: Schema
    /// The message that begins the stream.
    public let schemaMessage: EncodedMessage

    /// A writer of batches of a schema.
    ///
    ///     let writer = try StreamWriter(batch.schema)
    ///
    /// - Throws: ``ArrowError`` of code `unsupported` for a type that is not written.
    public init(_ schema: Schema) throws(ArrowError) {
        self.schema = schema
        do throws(ArrowError) {
            schemaMessage = EncodedMessage(.schema, try SchemaEncoder.content(schema))
        } catch {
            throw error.inside("schema")
        }
    }

    /// The messages of a batch, all its rows or some: its dictionaries, if it has any, then its rows. Traps where there are
    /// no such rows.
    ///
    ///     for message in try StreamWriter(batch.schema).messages(of: batch) { file.write(message.encapsulated) }
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch` for a batch of other columns than the stream's, and for columns that
    ///   share the number of a dictionary and not its values; `unsupported` for a column whose layout is not written.
    public func messages(of batch: RecordBatch, rows: Range<Int>? = nil) throws(ArrowError) -> [EncodedMessage] {
        let types = schema.fields.map(\.type)
        guard batch.columns.map(\.type) == types else {
            throw ArrowError(.typeMismatch, "a batch of other columns than the stream's: \(batch.schema)")
        }
        let rows = rows ?? 0..<batch.rowCount
        precondition(rows.lowerBound >= 0 && rows.upperBound <= batch.rowCount, "rows out of range")
        var dictionaries = BatchDictionaries()
        for (field, column) in zip(schema.fields, batch.columns) { try dictionaries.add(column, field) }
        var messages = dictionaries.messages
        let columns = zip(schema.fields, batch.columns).map { (name: $0.name, column: $1) }
        let (content, body) = try BatchEncoder.content(columns, rows: rows)
        messages.append(EncodedMessage(.recordBatch, content, body: body))
        return messages
    }

    /// The bytes of a stream that holds some batches and then ends.
    ///
    ///     file.write(try StreamWriter(batch.schema).stream(of: [batch]))
    ///
    /// - Throws: As ``messages(of:rows:)``.
    public func stream(of batches: some Sequence<RecordBatch>) throws(ArrowError) -> [UInt8] {
        var bytes = schemaMessage.encapsulated
        for batch in batches {
            for message in try messages(of: batch) { bytes += message.encapsulated }
        }
        return bytes + EncodedMessage.endOfStream
    }
}

extension RecordBatch {
    /// A batch of columns that were made here.
    ///
    ///     let schema = Schema(fields: [Field(name: "n", type: .integer(.int64))])
    ///     let batch = try RecordBatch(schema, [Column(.integer(.int64), [.integer(1), .null])])
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch` where the columns are not those of the schema, or not equally long.
    public init(_ schema: Schema, _ columns: [Column]) throws(ArrowError) {
        guard columns.map(\.type) == schema.fields.map(\.type) else {
            throw ArrowError(
                .typeMismatch, "columns of \(columns.map(\.type)) were given for the fields \(schema.fields)")
        }
        let rowCount = columns.first?.count ?? 0
        guard columns.allSatisfy({ $0.count == rowCount }) else {
            throw ArrowError(.typeMismatch, "columns of \(columns.map(\.count)) rows make no batch")
        }
        self.init(schema: schema, rowCount: rowCount, columns: columns)
    }
}
