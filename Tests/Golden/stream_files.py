"""Writes the streams of `streams/` and the documents beside them, and shortens what their rows are made of."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc

from stream_values import found

FOLDER = Path(__file__).parent / "streams"


def written(schema: pa.Schema, batches: list[pa.RecordBatch], **options) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def good(name: str, batches: list[pa.RecordBatch], schema: pa.Schema | None = None, **options) -> None:
    data = written(batches[0].schema if schema is None else schema, batches, **options)
    save(name, data, found(data))


def refused(name: str, data: bytes, what: str) -> None:
    save(f"refused-{name}", data, {"refused": what})


def save(name: str, data: bytes, document: dict) -> None:
    (FOLDER / f"{name}.stream").write_bytes(data)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def column(name: str, kind: pa.DataType, *items) -> tuple[pa.Field, pa.Array]:
    return pa.field(name, kind), pa.array(items, kind)


def named(name: str, array: pa.Array) -> tuple[pa.Field, pa.Array]:
    return pa.field(name, array.type), array


def batch(*columns: tuple[pa.Field, pa.Array]) -> pa.RecordBatch:
    return pa.record_batch([array for _, array in columns], schema=pa.schema([field for field, _ in columns]))
