import ArrowIPC

/// The rows of batches in the order of a table's columns.
struct IngestBatches {
    private let batches: [[Column]]

    /// Finds the table's columns in batches.
    ///
    /// - Throws: ``MicromegasError`` (`refused`) where one is missing, there twice, of another type, or not the table's.
    init(_ batches: some Sequence<RecordBatch>, of table: IngestTable) throws(MicromegasError) {
        var found: [[Column]] = []
        for batch in batches { found.append(try Self.columns(of: batch, table)) }
        self.batches = found
    }

    private static func columns(of batch: RecordBatch, _ table: IngestTable) throws(MicromegasError) -> [Column] {
        let wanted = table.columns
        var places: [String: Int] = [:]
        for (place, field) in batch.schema.fields.enumerated() {
            guard wanted.contains(where: { $0.name == field.name }) else {
                let names = wanted.map(\.name).joined(separator: ", ")
                throw table.refusal(
                    "the column “\(field.name.prefix(64))” is not the table's; leave it out, or name it as one of \(names)"
                )
            }
            guard places.updateValue(place, forKey: field.name) == nil else {
                throw table.refusal("the column “\(field.name)” is there twice; leave one out")
            }
        }
        var columns: [Column] = []
        for column in wanted {
            guard let place = places[column.name] else {
                throw table.refusal("the column “\(column.name)” is missing; add it as \(column.kind.type)")
            }
            let type = batch.schema.fields[place].type
            guard column.kind.accepts(type) else {
                throw table.refusal(
                    "the column “\(column.name)” is of type \(type); convert it to \(column.kind.type)")
            }
            columns.append(batch.columns[place])
        }
        return columns
    }

    /// The rows from the first on.
    var rows: AnyIterator<[Value]> {
        AnyIterator(
            batches.lazy.flatMap { columns in
                (0..<(columns.first?.count ?? 0)).lazy.map { row in columns.map { $0.value(at: row) } }
            }.makeIterator())
    }
}
