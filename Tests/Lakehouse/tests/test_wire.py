"""Protobuf and Arrow IPC by hand, held against the recorded bytes."""

from __future__ import annotations

import pyarrow as pa
import pytest
from flight import ticket

from lakehouse import golden, wire

CALLS = [call for section in golden.load(golden.DIRECTORY) for call in section.calls]


def test_recorded_requests_are_read_and_written_byte_for_byte():
    queries = [call for call in CALLS if call.kind == "do_get"]
    for call in queries:
        name, query = wire.open_any(wire.get(call.request, 1))
        assert name == "TicketStatementQuery"
        assert ticket(wire.get(query, 1).decode()) == call.request
    assert len(queries) > 100


def test_recorded_answers_survive_being_decoded_and_sent_again():
    for call in CALLS:
        if call.kind != "do_get" or not call.answer.messages:
            continue
        schema, batches = wire.decode_stream(call.answer.messages)
        again = [wire.schema_message(schema), *wire.batch_messages(batches, schema)]
        schema_again, batches_again = wire.decode_stream(again)
        assert schema_again == schema and len(batches_again) == len(batches), call.name
        for one, other in zip(batches, batches_again, strict=True):
            other.validate(full=True)
            assert one.equals(other), call.name


@pytest.mark.parametrize(("value", "size"), [(0, 1), (127, 1), (128, 2), (1 << 35, 6), (-1, 10)])
def test_a_varint_has_the_length_of_its_value(value: int, size: int):
    assert len(wire.varint(value)) == size
    assert list(wire.fields(wire.field(3, value))) == [(3, value % (1 << 64))]


@pytest.mark.parametrize("data", [b"\x0a", b"\x0a\x05ab", b"\x08\xff", b"\x0b", b"\x09\0\0", b"\xff" * 11])
def test_bytes_that_are_no_message_are_refused(data: bytes):
    with pytest.raises(wire.WireError):
        list(wire.fields(data))


def test_fields_of_fixed_size_are_passed_over():
    assert list(wire.fields(b"\x09" + bytes(8) + b"\x15" + bytes(4))) == [(1, bytes(8)), (2, bytes(4))]


def test_hydration_takes_dictionaries_out_of_nested_types():
    inner = pa.dictionary(pa.int32(), pa.utf8())
    schema = pa.schema([("a", inner), ("b", pa.list_(inner)), ("c", pa.struct([("d", inner)])), ("e", pa.int8())])
    plain = pa.schema(
        [("a", pa.utf8()), ("b", pa.list_(pa.utf8())), ("c", pa.struct([("d", pa.utf8())])), ("e", pa.int8())]
    )
    assert wire.hydrated_schema(schema) == plain
