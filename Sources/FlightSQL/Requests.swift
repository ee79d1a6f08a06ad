// What the client sends. Field numbers are those of Flight.proto and FlightSql.proto (apache/arrow, format/).

/// The request of DoGet: Ticket (`ticket` 1).
struct Ticket {
    /// A ticket that runs a query: TicketStatementQuery (`statement_handle` 1), the handle being the SQL text.
    static func query(_ sql: String) -> [UInt8] {
        var statement = ProtobufWriter()
        statement.write(1, sql)
        var ticket = ProtobufWriter()
        ticket.write(1, AnyMessage.pack("TicketStatementQuery", statement.bytes))
        return ticket.bytes
    }
}

/// The request of DoAction: Action (`type` 1, `body` 2).
struct Action {
    /// ActionCreatePreparedStatementRequest (`query` 1, `transaction_id` 2: not sent).
    static func createPreparedStatement(_ sql: String) -> [UInt8] {
        var request = ProtobufWriter()
        request.write(1, sql)
        var action = ProtobufWriter()
        action.write(1, "CreatePreparedStatement")
        action.write(2, AnyMessage.pack("ActionCreatePreparedStatementRequest", request.bytes))
        return action.bytes
    }
}

/// The request of GetFlightInfo: FlightDescriptor (`type` 1, `cmd` 2, `path` 3: not sent).
struct FlightDescriptor {
    /// A command: CommandStatementQuery (`query` 1, `transaction_id` 2: not sent).
    static func query(_ sql: String) -> [UInt8] {
        var command = ProtobufWriter()
        command.write(1, sql)
        var descriptor = ProtobufWriter()
        descriptor.write(1, number: 2)  // DescriptorType.CMD
        descriptor.write(2, AnyMessage.pack("CommandStatementQuery", command.bytes))
        return descriptor.bytes
    }
}
