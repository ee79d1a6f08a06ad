"""The Flight and Flight SQL messages that the client uses, for Google's protobuf library.

Field numbers are those of Flight.proto and FlightSql.proto (apache/arrow, format/). Run as a program, it prints the
bytes that the tests of Sources/FlightSQL hold their own encoder and decoder against.
"""

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

_FIELD = descriptor_pb2.FieldDescriptorProto
_KINDS = {
    "bytes": _FIELD.TYPE_BYTES,
    "string": _FIELD.TYPE_STRING,
    "int64": _FIELD.TYPE_INT64,
    "int32": _FIELD.TYPE_INT32,
    "bool": _FIELD.TYPE_BOOL,
}
_FLIGHT = "arrow.flight.protocol"
_SQL = "arrow.flight.protocol.sql"
_MESSAGES = {
    f"{_FLIGHT}.Ticket": [("ticket", 1, "bytes")],
    f"{_FLIGHT}.Action": [("type", 1, "string"), ("body", 2, "bytes")],
    f"{_FLIGHT}.Result": [("body", 1, "bytes")],
    # DescriptorType is an enum: UNKNOWN 0, PATH 1, CMD 2; on the wire an int32.
    f"{_FLIGHT}.FlightDescriptor": [("type", 1, "int32"), ("cmd", 2, "bytes"), ("path", 3, "string*")],
    f"{_FLIGHT}.Location": [("uri", 1, "string")],
    f"{_FLIGHT}.FlightEndpoint": [
        ("ticket", 1, f"{_FLIGHT}.Ticket"),
        ("location", 2, f"{_FLIGHT}.Location*"),
        ("app_metadata", 4, "bytes"),
    ],
    f"{_FLIGHT}.FlightInfo": [
        ("schema", 1, "bytes"),
        ("flight_descriptor", 2, f"{_FLIGHT}.FlightDescriptor"),
        ("endpoint", 3, f"{_FLIGHT}.FlightEndpoint*"),
        ("total_records", 4, "int64"),
        ("total_bytes", 5, "int64"),
        ("ordered", 6, "bool"),
        ("app_metadata", 7, "bytes"),
    ],
    f"{_FLIGHT}.FlightData": [
        ("flight_descriptor", 1, f"{_FLIGHT}.FlightDescriptor"),
        ("data_header", 2, "bytes"),
        ("app_metadata", 3, "bytes"),
        ("data_body", 1000, "bytes"),
    ],
    f"{_FLIGHT}.PutResult": [("app_metadata", 1, "bytes")],
    f"{_SQL}.DoPutUpdateResult": [("record_count", 1, "int64")],
    # A message of CommandStatementIngest's own. Its enums, on the wire int32: TABLE_NOT_EXIST_OPTION_FAIL 2,
    # TABLE_EXISTS_OPTION_APPEND 2.
    f"{_SQL}.TableDefinitionOptions": [("if_not_exist", 1, "int32"), ("if_exists", 2, "int32")],
    f"{_SQL}.CommandStatementIngest": [
        ("table_definition_options", 1, f"{_SQL}.TableDefinitionOptions"),
        ("table", 2, "string"),
        ("schema", 3, "string"),
        ("catalog", 4, "string"),
        ("temporary", 5, "bool"),
        ("transaction_id", 6, "bytes"),
    ],
    f"{_SQL}.CommandStatementQuery": [("query", 1, "string"), ("transaction_id", 2, "bytes")],
    f"{_SQL}.TicketStatementQuery": [("statement_handle", 1, "bytes")],
    f"{_SQL}.ActionCreatePreparedStatementRequest": [("query", 1, "string"), ("transaction_id", 2, "bytes")],
    f"{_SQL}.ActionCreatePreparedStatementResult": [
        ("prepared_statement_handle", 1, "bytes"),
        ("dataset_schema", 2, "bytes"),
        ("parameter_schema", 3, "bytes"),
    ],
}


def _pool() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    for package in (_FLIGHT, _SQL):
        file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
        for name, fields in _MESSAGES.items():
            if name.rpartition(".")[0] != package:
                continue
            message = file.message_type.add(name=name.rpartition(".")[2])
            for field_name, number, kind in fields:
                field = message.field.add(name=field_name, number=number)
                field.label = _FIELD.LABEL_REPEATED if kind.endswith("*") else _FIELD.LABEL_OPTIONAL
                kind = kind.removesuffix("*")
                field.type = _KINDS.get(kind, _FIELD.TYPE_MESSAGE)
                if field.type == _FIELD.TYPE_MESSAGE:
                    field.type_name = f".{kind}"
        pool.Add(file)
    return pool


_POOL = _pool()


def message(name: str):
    """The class of a message by its short name, such as `FlightData`."""
    full = next(full for full in _MESSAGES if full.rpartition(".")[2] == name)
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(full))


def packed(inner) -> bytes:
    """A message wrapped in google.protobuf.Any, serialized."""
    wrapper = any_pb2.Any()
    wrapper.type_url = f"type.googleapis.com/{inner.DESCRIPTOR.full_name}"
    wrapper.value = inner.SerializeToString()
    return wrapper.SerializeToString()


def unpacked(data: bytes, name: str):
    """The message of that short name inside a serialized google.protobuf.Any."""
    wrapper = any_pb2.Any.FromString(data)
    inner = message(name)
    if wrapper.type_url.rpartition("/")[2] != inner.DESCRIPTOR.full_name:
        raise ValueError(f"expected {name}, found {wrapper.type_url}")
    return inner.FromString(wrapper.value)


def examples() -> dict[str, bytes]:
    """The serialized messages that the tests of Sources/FlightSQL quote."""
    sql = "SELECT 'é'"
    ticket = message("TicketStatementQuery")(statement_handle=sql.encode())
    prepare = message("ActionCreatePreparedStatementRequest")(query=sql)
    prepared = message("ActionCreatePreparedStatementResult")(
        prepared_statement_handle=b"h1", dataset_schema=b"\x01\x02", parameter_schema=b"\x03"
    )
    descriptor = message("FlightDescriptor")(type=2, cmd=packed(message("CommandStatementQuery")(query=sql)))
    endpoint = message("FlightEndpoint")(
        ticket=message("Ticket")(ticket=b"t"), location=[message("Location")(uri="grpc://a:1")]
    )
    info = message("FlightInfo")(
        schema=b"\xff", flight_descriptor=descriptor, endpoint=[endpoint, endpoint], total_records=-1, total_bytes=300
    )
    data = message("FlightData")(
        flight_descriptor=descriptor, data_header=b"\x10\x20", app_metadata=b"m", data_body=bytes(range(200))
    )
    options = message("TableDefinitionOptions")(if_not_exist=2, if_exists=2)
    ingest = message("CommandStatementIngest")(table_definition_options=options, table="blocks", temporary=False)
    ingesting = message("FlightDescriptor")(type=2, cmd=packed(ingest))
    first = message("FlightData")(flight_descriptor=ingesting, data_header=b"\x10\x20")
    further = message("FlightData")(data_header=b"\x10", data_body=bytes(range(200)))
    counted = message("DoPutUpdateResult")(record_count=300)
    unknown = message("DoPutUpdateResult")(record_count=-1)
    return {
        "FlightDescriptor.ingest": ingesting.SerializeToString(),
        "FlightData.first": first.SerializeToString(),
        "FlightData.further": further.SerializeToString(),
        "PutResult": message("PutResult")(app_metadata=counted.SerializeToString()).SerializeToString(),
        "PutResult.unknown": message("PutResult")(app_metadata=unknown.SerializeToString()).SerializeToString(),
        "Ticket": message("Ticket")(ticket=packed(ticket)).SerializeToString(),
        "Action": message("Action")(type="CreatePreparedStatement", body=packed(prepare)).SerializeToString(),
        "Result": message("Result")(body=packed(prepared)).SerializeToString(),
        "FlightDescriptor": descriptor.SerializeToString(),
        "FlightInfo": info.SerializeToString(),
        "FlightData": data.SerializeToString(),
    }


if __name__ == "__main__":
    for example, data in examples().items():
        print(example, data.hex())
