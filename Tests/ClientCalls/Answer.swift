import ArrowIPC
import Foundation
import Micromegas
import UTCTime

/// What is written of a call: JSON whose integers are exact.
indirect enum Answer: Encodable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case text(String)
    case list([Answer])
    case object([String: Answer])

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let truth): try container.encode(truth)
        case .integer(let number): try container.encode(number)
        case .unsigned(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }
}

extension Answer {
    /// How a call failed, with every line of the server's message.
    init(_ error: any Error) {
        guard let error = error as? MicromegasError else {
            self = .object(["code": .text("foreign"), "message": .text("\(error)")])
            return
        }
        self = .object(["code": .text("\(error.code)"), "message": .text(error.detail ?? error.message)])
    }

    /// A column's name, type as pyarrow writes it, and whether its values may be null.
    init(_ field: Field) {
        self = .object([
            "name": .text(field.name), "type": .text("\(field.type)"), "nullable": .bool(field.nullable),
        ])
    }

    /// Rows as columns of values, and how many rows each batch held.
    init(_ schema: Schema, _ batches: [RecordBatch]) throws {
        let values = try schema.fields.indices.map { column in
            Answer.list(
                try batches.flatMap { batch in
                    try (0..<batch.rowCount).map { Answer(try batch.columns[column].value(at: $0)) }
                })
        }
        self = .object([
            "columns": .list(schema.fields.map(Answer.init)), "values": .list(values),
            "batches": .list(batches.map { .integer(Int64($0.rowCount)) }),
        ])
    }

    /// Batches of which there is at least one.
    init(_ batches: [RecordBatch]) throws { try self.init(batches.first?.schema ?? Schema(fields: []), batches) }

    /// A value; its type, which stands in the schema, says how it is to be read.
    init(_ value: Value) {
        switch value {
        case .null: self = .null
        case .bool(let truth): self = .bool(truth)
        case .integer(let number): self = .integer(number)
        case .unsigned(let number): self = .unsigned(number)
        case .double(let number): self = .text("\(number)")
        case .text(let text): self = .text(text)
        case .bytes(let bytes): self = Answer(hex: bytes)
        case .decimal(let digits): self = .text(digits)
        case .interval(let months, let days, let nanoseconds):
            self = .list([.integer(Int64(months)), .integer(Int64(days)), .integer(nanoseconds)])
        case .list(let elements): self = .list(elements.map(Answer.init))
        case .structure(let members): self = .list(members.map { Answer($0.value) })
        case .map(let entries): self = .list(entries.map { .list([Answer($0.key), Answer($0.value)]) })
        }
    }

    init(hex bytes: [UInt8]) {
        self = .text(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }

    init(_ time: Timestamp) { self = .integer(time.nanoseconds) }

    init(_ texts: [String]) { self = .list(texts.map(Answer.text)) }
}
