import ArrowIPC

/// The rows of batches in the order of a table's columns.
struct IngestBatches {
    private let table: IngestTable
    private let batches: [[Column]]

    /// Finds the table's columns in batches.
    ///
    /// - Throws: ``MicromegasError`` (`refused`) where one is missing, there twice, of another type, or not the table's.
    init(_ batches: some Sequence<RecordBatch>, of table: IngestTable) throws(MicromegasError) {
        var found: [[Column]] = []
        for batch in batches { found.append(try Self.columns(of: batch, table)) }
        self.table = table
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
    var rows: IngestMessages.Rows {
        var (batch, row, number) = (0, 0, 0)
        return { () throws(MicromegasError) -> [Value]? in
            while batch < batches.count {
                guard let count = batches[batch].first?.count, row < count else {
                    (batch, row) = (batch + 1, 0)
                    continue
                }
                defer { row += 1 }
                number += 1
                return try values(batches[batch], row, number)
            }
            return nil
        }
    }

    private func values(_ columns: [Column], _ row: Int, _ number: Int) throws(MicromegasError) -> [Value] {
        var values: [Value] = []
        for (column, kind) in zip(columns, table.columns) {
            do throws(ArrowError) {
                values.append(try column.value(at: row))
            } catch {
                throw table.refusal("column “\(kind.name)”, row \(number): \(error.message); leave the row out")
            }
        }
        return values
    }
}
