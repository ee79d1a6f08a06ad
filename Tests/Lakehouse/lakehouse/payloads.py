"""What a block's payload holds: its objects, as an Arrow stream of the columns of their kind."""

from __future__ import annotations

import pyarrow as pa

LOG = pa.schema([("time", pa.int64()), ("target", pa.utf8()), ("level", pa.int32()), ("msg", pa.utf8())])
METRICS = pa.schema(
    [("time", pa.int64()), ("target", pa.utf8()), ("name", pa.utf8()), ("unit", pa.utf8()), ("value", pa.float64())]
)
#: Events of a thread: `kind` is "thread" or "async", `event_type` "begin" or "end".
CPU = pa.schema(
    [
        ("kind", pa.utf8()),
        ("event_type", pa.utf8()),
        ("time", pa.int64()),
        ("span_id", pa.int64()),
        ("parent_span_id", pa.int64()),
        ("depth", pa.uint32()),
        ("hash", pa.uint32()),
        ("name", pa.utf8()),
        ("filename", pa.utf8()),
        ("target", pa.utf8()),
        ("line", pa.uint32()),
    ]
)

#: The schema of a stream's objects by the tag that says what it carries.
BY_TAG = {"log": LOG, "metrics": METRICS, "cpu": CPU}


def encode(tag: str, columns: dict[str, list]) -> bytes:
    schema = BY_TAG[tag]
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch([pa.array(columns[f.name], f.type) for f in schema], schema=schema))
    return sink.getvalue().to_pybytes()


def decode(tag: str, payload: bytes) -> pa.RecordBatch:
    """The objects; ValueError where the bytes are something else."""
    try:
        table = pa.ipc.open_stream(payload).read_all().combine_chunks()
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"reading the payload's objects: {error}") from error
    if not table.schema.equals(BY_TAG[tag]):
        raise ValueError(f"the payload does not hold {tag} objects")
    batches = table.to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], BY_TAG[tag])
