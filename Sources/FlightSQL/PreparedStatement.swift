public import ArrowIPC

/// A statement that the server has planned and not run.
public struct PreparedStatement: Sendable, Equatable {
    /// What names the statement to the server.
    public let handle: [UInt8]
    /// The columns that running it would answer with; nil where the server says none.
    public let schema: Schema?

    /// A statement that a server planned.
    package init(handle: [UInt8], schema: Schema?) {
        self.handle = handle
        self.schema = schema
    }

    /// Reads the answer to CreatePreparedStatement: Result (Flight.proto: `body` 1) holding, packed,
    /// ActionCreatePreparedStatementResult (FlightSql.proto: `prepared_statement_handle` 1, `dataset_schema` 2,
    /// `parameter_schema` 3).
    ///
    /// - Throws: ``FlightError`` or `ArrowError` for bytes that are no such answer.
    package init(result message: [UInt8]) throws {
        var body = 0..<0
        var outer = ProtobufReader(message, 0..<message.count)
        while let field = try outer.next() {
            if field.number == 1 { body = try field.bytes(of: "Result") }
        }
        let name = "ActionCreatePreparedStatementResult"
        let inner = try AnyMessage.unpack(name, from: message, body)
        var handle: [UInt8] = []
        var datasetSchema: [UInt8] = []
        var reader = ProtobufReader(message, inner)
        while let field = try reader.next() {
            switch field.number {
            case 1: handle = Array(message[try field.bytes(of: name)])
            case 2: datasetSchema = Array(message[try field.bytes(of: name)])
            default: break
            }
        }
        self.handle = handle
        self.schema = datasetSchema.isEmpty ? nil : try StreamReader.schema(of: datasetSchema)
    }
}
