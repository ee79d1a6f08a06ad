"""The rows of each view, computed from what the view reads. Nothing here commits, and nothing reads the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from . import payloads
from .telemetry import Block, Process, Stream, Telemetry, jsonb, read_jsonb
from .types import ViewSet

#: Blocks as rows of the `blocks` view: dictionaries by column name.
SourceBlocks = list[dict]

#: The stream tag a view's blocks carry.
TAGS = {
    "log_entries": "log",
    "measures": "metrics",
    "async_events": "cpu",
    "thread_spans": "cpu",
    "images": "image",
    "net_spans": "net",
    "otel_spans": "trace",
}

AUDIENCE = "public"
_NO_PROPERTIES = jsonb({})
_MINUTE = 60_000_000_000


class UnreadableBlock(Exception):
    """A block whose payload is gone or holds something else: it is skipped, and the partition counts as complete."""


def block_rows(view: ViewSet, telemetry: Telemetry, blocks: list[Block]) -> pa.Table:
    """`blocks`: telemetry's blocks joined with their stream and process."""
    rows = []
    for block in blocks:
        stream, process = telemetry.streams[block.stream_id], telemetry.processes[block.process_id]
        rows.append(
            {
                **{name: getattr(block, name) for name in Block.__slots__},
                **{f"streams.{name}": getattr(stream, name) for name in Stream.__slots__},
                **{f"processes.{name}": getattr(process, name) for name in Process.__slots__},
                "audience": AUDIENCE,
            }
        )
    return _table(view, rows)


def objects(telemetry: Telemetry, tag: str, block: dict) -> pa.RecordBatch:
    """The objects of one block; UnreadableBlock."""
    payload = telemetry.payload(block["process_id"], block["stream_id"], block["block_id"])
    if payload is None:
        path = f"blobs/{block['process_id']}/{block['stream_id']}/{block['block_id']}"
        raise UnreadableBlock(f"fetching payload\nreading blob {path}\nObject at location {path} not found")
    try:
        return payloads.decode(tag, payload)
    except ValueError as error:
        raise UnreadableBlock(f"parsing block\n{error}") from error


def entries(view: ViewSet, blocks: list[tuple[dict, pa.RecordBatch]]) -> pa.Table:
    """`log_entries`, `measures`: an object a row, with its block's columns beside it."""
    counts = [batch.num_rows for _, batch in blocks]
    columns = []
    for field in view.schema:
        if field.name in _BESIDE:
            source = _BESIDE[field.name]
            values = [block[source] for block, _ in blocks]
            columns.append(_repeated(values, counts, field.type))
        elif field.name == "properties":
            columns.append(_repeated([_NO_PROPERTIES] * len(blocks), counts, field.type))
        elif field.name == "audience":
            columns.append(_repeated([AUDIENCE] * len(blocks), counts, field.type))
        else:
            chunks = [batch.column(field.name) for _, batch in blocks]
            columns.append(_as(chunks, field.type))
    return pa.table(columns, schema=view.schema)


#: Columns of `log_entries` and `measures` that come from the block's row.
_BESIDE = {
    "process_id": "process_id",
    "stream_id": "stream_id",
    "block_id": "block_id",
    "insert_time": "insert_time",
    "exe": "processes.exe",
    "username": "processes.username",
    "computer": "processes.computer",
    "process_properties": "processes.properties",
}


def distinct(view: ViewSet, blocks: SourceBlocks) -> pa.Table:
    """`processes`, `streams`: one row an id, with the latest times of its blocks."""
    key, prefix = ("process_id", "processes.") if view.name == "processes" else ("stream_id", "streams.")
    found: dict[str, dict] = {}
    for block in blocks:
        row = found.get(block[key])
        if row is None:
            row = {name: block.get(f"{prefix}{name}", block.get(name)) for name in view.schema.names}
            row |= {
                "last_update_time": block["insert_time"],
                "last_block_end_ticks": block["end_ticks"],
                "last_block_end_time": block["end_time"],
            }
            found[block[key]] = row
        else:
            row["last_update_time"] = max(row["last_update_time"], block["insert_time"])
            row["last_block_end_ticks"] = max(row["last_block_end_ticks"], block["end_ticks"])
            row["last_block_end_time"] = max(row["last_block_end_time"], block["end_time"])
    return _table(view, list(found.values()))


def merged_distinct(view: ViewSet, table: pa.Table) -> pa.Table:
    """The merge of `processes` and `streams`: the first row of each id, and its latest times."""
    key = "process_id" if view.name == "processes" else "stream_id"
    latest = [name for name in view.schema.names if name.startswith("last_")]
    found: dict[str, dict] = {}
    for row in plain_rows(table):
        kept = found.setdefault(row[key], row)
        for name in latest:
            kept[name] = max(kept[name], row[name])
    return _table(view, list(found.values()))


def log_stats(view: ViewSet, log_entries: Iterable[pa.Table], begin: int, end: int) -> pa.Table:
    """Log entries inserted in [begin, end), counted by minute, process, level and target."""
    counts: dict[tuple, int] = {}
    for table in log_entries:
        names = ["insert_time", "time", "process_id", "level", "target"]
        for inserted, time, *group in _values(table, names):
            if begin <= inserted < end:
                key = (time - time % _MINUTE, *group)
                counts[key] = counts.get(key, 0) + 1
    return _counted(view, counts)


def merged_log_stats(view: ViewSet, table: pa.Table) -> pa.Table:
    counts: dict[tuple, int] = {}
    for *group, count in _values(table, ["time_bin", "process_id", "level", "target", "count"]):
        counts[tuple(group)] = counts.get(tuple(group), 0) + count
    return _counted(view, counts)


def _counted(view: ViewSet, counts: dict[tuple, int]) -> pa.Table:
    rows = [
        {"time_bin": time, "process_id": process, "level": level, "target": target, "count": n, "audience": AUDIENCE}
        for (time, process, level, target), n in sorted(counts.items())
    ]
    return _table(view, rows)


def async_events(view: ViewSet, blocks: list[tuple[dict, pa.RecordBatch]]) -> pa.Table:
    rows = []
    for block, batch in blocks:
        for event in batch.to_pylist():
            if event["kind"] == "async":
                rows.append(event | {"stream_id": block["stream_id"], "block_id": block["block_id"]})
    return _table(view, [row | {"properties": _NO_PROPERTIES} for row in rows])


def thread_spans(view: ViewSet, blocks: list[tuple[dict, pa.RecordBatch]]) -> pa.Table:
    """The calls of a thread: a root for its name, and under it each begun and ended span."""
    rows: list[dict] = []
    for block, batch in blocks:
        events = [event for event in batch.to_pylist() if event["kind"] == "thread"]
        if events:
            rows.extend(_spans(events, block, len(rows)))
    return _table(view, [row | {"properties": _NO_PROPERTIES} for row in rows])


def _spans(events: list[dict], block: dict, first_id: int) -> Iterator[dict]:
    properties = read_jsonb(block["streams.properties"])
    name = f"{properties.get('thread-name', 'thread')}-{properties.get('thread-id', '0')}"
    begin, end = events[0]["time"], events[-1]["time"]
    root = {"id": -1, "parent": 0, "depth": 0, "hash": 0, "name": name, "target": "", "filename": "", "line": 0}
    yield root | {"begin": begin, "end": end, "duration": end - begin}
    open_spans: list[tuple[int, dict]] = []
    next_id = first_id
    for event in events:
        if event["event_type"] == "begin":
            open_spans.append((next_id, event))
            next_id += 1
        elif open_spans:
            number, start = open_spans.pop()
            parent = open_spans[-1][0] if open_spans else -1
            times = {"begin": start["time"], "end": event["time"], "duration": event["time"] - start["time"]}
            yield start | {"id": number, "parent": parent, "depth": len(open_spans) + 1} | times


def event_range(view: ViewSet, table: pa.Table) -> tuple[int | None, int | None]:
    """The first and last event time of the rows."""
    if table.num_rows == 0:
        return None, None
    first, last = view.event_time
    low = pc.min(table.column(first).cast(pa.int64())).as_py()
    high = pc.max(table.column(last).cast(pa.int64())).as_py()
    return low, high


def plain_rows(table: pa.Table) -> list[dict]:
    """Rows as dictionaries, times as nanoseconds."""
    columns = [_plain(column) for column in table.columns]
    names = table.column_names
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _values(table: pa.Table, names: list[str]) -> Iterator[tuple]:
    return zip(*[_plain(table.column(name)) for name in names], strict=True)


def _plain(column: pa.ChunkedArray) -> list:
    return column.cast(pa.int64()).to_pylist() if pa.types.is_timestamp(column.type) else column.to_pylist()


def _table(view: ViewSet, rows: list[dict]) -> pa.Table:
    return pa.table([_array([row[f.name] for row in rows], f.type) for f in view.schema], schema=view.schema)


def _array(values: list, kind: pa.DataType) -> pa.Array:
    if not pa.types.is_dictionary(kind):
        return pa.array(values, kind)
    return _repeated(values, [1] * len(values), kind)


def _repeated(values: list, counts: list[int], kind: pa.DataType) -> pa.Array:
    """Each value as often as its count."""
    if not pa.types.is_dictionary(kind):
        flat = [value for value, count in zip(values, counts, strict=True) for _ in range(count)]
        return pa.array(flat, kind)
    places: dict[object, int] = {}
    indices: list[int | None] = []
    for value, count in zip(values, counts, strict=True):
        place = None if value is None else places.setdefault(value, len(places))
        indices.extend([place] * count)
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), pa.array(list(places), kind.value_type))


def _as(chunks: list[pa.Array], kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    if not chunks:
        return pa.array([], kind)
    whole = pa.chunked_array(chunks)
    if pa.types.is_dictionary(kind):
        return pa.concat_arrays(whole.chunks).dictionary_encode()
    return whole.cast(kind)
