public import ArrowIPC

/// Holds decoded rows against the `schema`, `batches` and `columns` of a golden answer.
public struct GoldenComparison {
    private let expected: GoldenJSON

    public init(_ expected: GoldenJSON) { self.expected = expected }

    /// What is different, each difference a line; empty where all is equal. At most one line a column.
    ///
    /// - Throws: where the golden answer is not as described.
    public func differences(schema: Schema, batches: [RecordBatch]) throws -> [String] {
        var differences = try self.differences(schema: schema)
        let counts = batches.map { GoldenJSON.integer(Int64($0.rowCount)) }
        if try expected.member("batches") != .list(counts) {
            differences.append("batches of \(counts) rows, expected \(try expected.member("batches"))")
        }
        let columns = try expected.member("columns").list()
        if columns.count != schema.fields.count {
            differences.append("\(schema.fields.count) columns, expected \(columns.count)")
        }
        for (index, column) in columns.enumerated() where index < schema.fields.count {
            let values = try batches.flatMap { batch in
                try (0..<batch.rowCount).map { GoldenJSON(try batch.columns[index].value(at: $0)) }
            }
            let wanted = try column.list()
            if values.count != wanted.count {
                differences.append("column \(index): \(values.count) values, expected \(wanted.count)")
            } else if let row = wanted.indices.first(where: { values[$0] != wanted[$0] }) {
                differences.append("column \(index) row \(row): \(values[row]), expected \(wanted[row])")
            }
        }
        return differences
    }

    /// What is different in the schema alone.
    public func differences(schema: Schema) throws -> [String] {
        let fields = schema.fields.map { field -> GoldenJSON in
            .object([
                "name": .text(field.name), "type": .text(field.type.description), "nullable": .bool(field.nullable),
            ])
        }
        let wanted = try expected.member("schema").list()
        return fields == wanted ? [] : ["schema \(fields), expected \(wanted)"]
    }
}

extension GoldenJSON {
    /// A value as expected.json writes it: bytes as `{"hex": …}`; a whole double may be written as an integer.
    init(_ value: Value) {
        switch value {
        case .null: self = .null
        case .bool(let truth): self = .bool(truth)
        case .integer(let number): self = .integer(number)
        case .unsigned(let number): self = Int64(exactly: number).map(GoldenJSON.integer) ?? .unsigned(number)
        case .double(let number): self = Int64(exactly: number).map(GoldenJSON.integer) ?? .double(number)
        case .text(let text): self = .text(text)
        case .bytes(let bytes): self = .object(["hex": .text(bytes.map(Self.hex).joined())])
        case .decimal(let digits): self = .object(["decimal": .text(digits)])
        case .interval(let months, let days, let nanoseconds):
            self = .list([.integer(Int64(months)), .integer(Int64(days)), .integer(nanoseconds)])
        case .map(let entries):
            self = .list(entries.map { .list([GoldenJSON($0.key), GoldenJSON($0.value)]) })
        case .list(let elements): self = .list(elements.map(GoldenJSON.init))
        case .structure(let members):
            self = .object(Dictionary(members.map { ($0.name, GoldenJSON($0.value)) }, uniquingKeysWith: { $1 }))
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
