"""bulk_ingest: rows of Arrow tables into the telemetry tables, and payloads out of them."""

from __future__ import annotations

import uuid

import pyarrow as pa

from . import schemas
from .materializing import BUG
from .telemetry import Block, Process, Stream, jsonb
from .types import EngineError, Lake

_MAP = pa.list_(pa.struct([("key", pa.utf8()), ("value", pa.utf8())]))
_TEXTS = pa.list_(pa.utf8())
_UTF8, _INT64, _INT32, _BINARY = pa.utf8(), pa.int64(), pa.int32(), pa.binary()

_COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "processes": {
        "process_id": _UTF8,
        "exe": _UTF8,
        "username": _UTF8,
        "realname": _UTF8,
        "computer": _UTF8,
        "distro": _UTF8,
        "cpu_brand": _UTF8,
        "tsc_frequency": _INT64,
        "start_time": schemas.TIME,
        "start_ticks": _INT64,
        "insert_time": schemas.TIME,
        "parent_process_id": _UTF8,
        "properties": _MAP,
    },
    "streams": {
        "stream_id": _UTF8,
        "process_id": _UTF8,
        "dependencies_metadata": _BINARY,
        "objects_metadata": _BINARY,
        "tags": _TEXTS,
        "properties": _MAP,
        "insert_time": schemas.TIME,
        "format": _UTF8,
    },
    "blocks": {
        "block_id": _UTF8,
        "stream_id": _UTF8,
        "process_id": _UTF8,
        "begin_time": schemas.TIME,
        "begin_ticks": _INT64,
        "end_time": schemas.TIME,
        "end_ticks": _INT64,
        "nb_objects": _INT32,
        "object_offset": _INT64,
        "payload_size": _INT64,
        "insert_time": schemas.TIME,
    },
    "payloads": {"process_id": _UTF8, "stream_id": _UTF8, "block_id": _UTF8, "payload": _BINARY},
}


def bulk_ingest(lake: Lake, table_name: str, table: pa.Table) -> int:
    """Writes the rows that are not there yet; answers how many were given. EngineError says what is wrong with them."""
    if table_name not in _COLUMNS:
        raise EngineError(f"unsupported bulk ingest table: {table_name}")
    columns = {name: _column(table, name, kind) for name, kind in _COLUMNS[table_name].items()}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    for row in rows:
        for name in ("process_id", "stream_id", "block_id"):
            if name in row:
                row[name] = _uuid(name, row[name])
        if row.get("parent_process_id"):
            row["parent_process_id"] = _uuid("parent_process_id", row["parent_process_id"])
    if table_name == "processes":
        lake.telemetry.add(processes=[Process(**_with_properties(row)) for row in rows])
    elif table_name == "streams":
        lake.telemetry.add(streams=[Stream(**_with_properties(row) | {"tags": tuple(row["tags"])}) for row in rows])
    elif table_name == "blocks":
        lake.telemetry.add(blocks=[Block(**row) for row in rows])
    else:
        lake.telemetry.add(payloads=[tuple(row.values()) for row in rows])
    return len(rows)


def get_payload(lake: Lake, process_id: str, stream_id: str, block_id: str) -> bytes:
    payload = lake.telemetry.payload(process_id, stream_id, block_id)
    if payload is None:
        path = f"blobs/{process_id}/{stream_id}/{block_id}"
        where = f"Object at location {lake.store / path} not found: No such file or directory (os error 2)"
        raise EngineError(f"Internal error: error downloading payload: reading blob {path}: {where}.\n{BUG}")
    return payload


def _column(table: pa.Table, name: str, kind: pa.DataType) -> list:
    if name not in table.column_names:
        raise EngineError(f"column {name} not found")
    column = table.column(name)
    actual = column.type
    if pa.types.is_dictionary(actual) and kind == _UTF8:
        column, actual = column.cast(kind), kind
    if not _same(actual, kind):
        raise EngineError(f"column {name}: expected type {kind}, got {actual}")
    if pa.types.is_timestamp(actual):
        return column.cast(_INT64).to_pylist()
    return column.to_pylist()


def _same(actual: pa.DataType, kind: pa.DataType) -> bool:
    """Equal, names of list items aside; a time zone must be UTC in one of its spellings."""
    if pa.types.is_list(kind) and pa.types.is_list(actual):
        return _same(actual.value_type, kind.value_type)
    if pa.types.is_struct(kind) and pa.types.is_struct(actual):
        return [(f.name, f.type) for f in actual] == [(f.name, f.type) for f in kind]
    if pa.types.is_timestamp(kind) and pa.types.is_timestamp(actual):
        return actual.unit == kind.unit and actual.tz in ("UTC", "+00:00", "Z")
    return actual.equals(kind)


def _with_properties(row: dict) -> dict:
    return row | {"properties": jsonb({pair["key"]: pair["value"] for pair in row["properties"] or []})}


def _uuid(name: str, text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except (ValueError, TypeError, AttributeError):
        raise EngineError(f"parsing {name}: invalid uuid '{text}'") from None
