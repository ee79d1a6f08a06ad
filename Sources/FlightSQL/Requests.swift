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

/// The request of GetFlightInfo, and what begins that of DoPut: FlightDescriptor (`type` 1, `cmd` 2, `path` 3: not sent).
struct FlightDescriptor {
    /// A query: CommandStatementQuery (`query` 1, `transaction_id` 2: not sent).
    static func query(_ sql: String) -> [UInt8] {
        var command = ProtobufWriter()
        command.write(1, sql)
        return self.command("CommandStatementQuery", command.bytes)
    }

    /// Rows for a table that is there: CommandStatementIngest (`table_definition_options` 1, `table` 2; `schema` 3,
    /// `catalog` 4, `temporary` 5, `transaction_id` 6, `options` 1000: not sent).
    static func ingest(_ table: String) -> [UInt8] {
        // TableDefinitionOptions: `if_not_exist` 1, `if_exists` 2.
        var options = ProtobufWriter()
        options.write(1, number: 2)  // TABLE_NOT_EXIST_OPTION_FAIL
        options.write(2, number: 2)  // TABLE_EXISTS_OPTION_APPEND
        var command = ProtobufWriter()
        command.write(1, options.bytes)
        command.write(2, table)
        return self.command("CommandStatementIngest", command.bytes)
    }

    private static func command(_ name: String, _ message: [UInt8]) -> [UInt8] {
        var descriptor = ProtobufWriter()
        descriptor.write(1, number: 2)  // DescriptorType.CMD
        descriptor.write(2, AnyMessage.pack(name, message))
        return descriptor.bytes
    }
}
