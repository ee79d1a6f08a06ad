"""Flight's protobuf messages by hand, and Arrow IPC as FlightData.

Field numbers: Flight.proto and FlightSql.proto of Apache Arrow (format/).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import pyarrow as pa

SQL_TYPES = "type.googleapis.com/arrow.flight.protocol.sql."


class WireError(ValueError):
    """A message that is no protobuf, or not the one expected."""


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, value: bytes | int) -> bytes:
    """A length-delimited field for bytes, a varint for an int."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise WireError("truncated varint")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
        shift += 7


def fields(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    """The fields of a message in order, groups refused."""
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _read_varint(data, at)
            yield key >> 3, value
            continue
        if kind == 2:
            size, at = _read_varint(data, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise WireError(f"wire type {kind}")
        if at + size > len(data):
            raise WireError("a field ends beyond its message")
        yield key >> 3, data[at : at + size]
        at += size


def get(data: bytes, number: int, default: bytes = b"") -> bytes:
    """The last length-delimited field of this number."""
    value = default
    for n, v in fields(data):
        if n == number and isinstance(v, bytes):
            value = v
    return value


def any_message(name: str, value: bytes) -> bytes:
    return field(1, (SQL_TYPES + name).encode()) + field(2, value)


def open_any(data: bytes) -> tuple[str, bytes]:
    """(message name without its package, value) of an Any."""
    url = get(data, 1).decode()
    return url.removeprefix(SQL_TYPES), get(data, 2)


# IPC


def ipc_schema(schema: pa.Schema) -> bytes:
    """An encapsulated schema message: what FlightInfo holds."""
    return schema.serialize().to_pybytes()


def ipc_stream(schema: pa.Schema) -> bytes:
    """A stream of no batches, with its end."""
    return ipc_schema(schema) + b"\xff\xff\xff\xff\0\0\0\0"


def flight_data(header: bytes, body: bytes | None = None, descriptor: bytes | None = None) -> bytes:
    out = b"" if descriptor is None else field(1, descriptor)
    out += field(2, header)
    if body:
        out += field(1000, body)
    return out


def schema_message(schema: pa.Schema) -> bytes:
    return flight_data(pa.ipc.read_message(schema.serialize()).metadata.to_pybytes())


def _has_dictionary(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return True
    return any(_has_dictionary(kind.field(i).type) for i in range(kind.num_fields))


def batch_messages(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[bytes]:
    """FlightData of each batch, its dictionaries first."""
    if not any(_has_dictionary(f.type) for f in schema):
        for batch in batches:
            message = pa.ipc.read_message(batch.serialize())
            yield flight_data(message.metadata.to_pybytes(), message.body and message.body.to_pybytes())
        return
    for batch in batches:
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, schema) as writer:
            writer.write_batch(batch)
        messages = iter(pa.ipc.MessageReader.open_stream(sink.getvalue()))
        next(messages)
        for message in messages:
            yield flight_data(message.metadata.to_pybytes(), message.body and message.body.to_pybytes())


def decode_stream(messages: Iterable[bytes]) -> tuple[pa.Schema, list[pa.RecordBatch]]:
    """What FlightData messages say: how clients read them."""
    stream = io.BytesIO()
    for data in messages:
        header, body = get(data, 2), get(data, 1000)
        padding = -(len(header) + 8) % 8
        stream.write(b"\xff\xff\xff\xff" + (len(header) + padding).to_bytes(4, "little") + header + bytes(padding))
        stream.write(body)
    stream.write(b"\xff\xff\xff\xff\0\0\0\0")
    reader = pa.ipc.open_stream(stream.getvalue())
    return reader.schema, list(reader)


# Dictionaries taken out of a result for callers that did not ask for them.


def hydrated_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return kind.value_type
    # The real server's encoder makes no difference between lists and large lists.
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(_hydrated_field(kind.value_field))
    if pa.types.is_struct(kind):
        return pa.struct([_hydrated_field(kind.field(i)) for i in range(kind.num_fields)])
    return kind


def _hydrated_field(f: pa.Field) -> pa.Field:
    return f.with_type(hydrated_type(f.type))


def hydrated_schema(schema: pa.Schema) -> pa.Schema:
    return pa.schema([_hydrated_field(f) for f in schema], schema.metadata)
