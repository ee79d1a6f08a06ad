"""Just-in-time partitions: what a query of one process's or stream's view instance writes before it reads.

The range comes from `blocks` partitions of the current hash; the blocks themselves are then read from every `blocks`
partition there, whatever its hash. Where an old and a current row overlap, each block counts twice.
"""

from __future__ import annotations

from itertools import groupby

import pyarrow as pa

from . import extract, sources, storage
from .catalog import source_count
from .materializing import Failure, commit, context
from .types import EngineError, Lake, PartitionRow, ViewSet
from .view_queries import rfc3339

_SLICE = 3600 * 1_000_000_000
#: Views that build trees over blocks: ordered by event, and their range must match exactly to be up to date.
_TREES = ("thread_spans", "net_spans")


def ensure_instance(lake: Lake, view_set: str, instance: str, begin: int | None, end: int | None) -> None:
    """Makes an instance's partitions current for a query of [begin, end] in event time; EngineError."""
    view = lake.definitions.get(view_set)
    if view is None or view.instance_of is None:
        raise EngineError(f"view set {view_set} not found")
    if instance == "global":
        return
    try:
        with context("error updating the view instance"):
            _ensure(lake, view, instance, begin, end)
    except Failure as failure:
        raise EngineError(failure.text()) from failure


def _ensure(lake: Lake, view: ViewSet, instance: str, begin: int | None, end: int | None) -> None:
    _find(lake, view, instance)
    if begin is None or end is None:
        if view.instance_of == "stream":
            raise Failure("query range mandatory for thread spans view")
        begin, end = lake.telemetry.processes[instance].start_time, lake.clock()
    done: set[tuple[int, int]] = set()
    for blocks in _parts(lake, view, instance, begin, end):
        times = [block["insert_time"] for block in blocks]
        first, last = min(times), max(times)
        count = sum(block["nb_objects"] for block in blocks)
        if count and not _up_to_date(lake, view, instance, first, last, count):
            _write(lake, view, instance, blocks, first, last, count, done)
        done.add((first, last))


def _find(lake: Lake, view: ViewSet, instance: str) -> None:
    """Fails unless the instance's process (and stream) is known where this view looks for it."""
    if view.instance_of == "stream":
        process = _listed(lake, "streams", "stream_id", instance)
        if process is None:
            raise Failure("find_stream_from_view", "Stream not found")
        if _listed(lake, "processes", "process_id", process) is None:
            raise Failure("find_process_with_latest_timing", "Process not found")
    elif view.has_global:
        if instance not in lake.telemetry.processes:
            raise Failure("find_process", "Process not found")
    elif _listed(lake, "processes", "process_id", instance) is None:
        raise Failure("find_process_with_latest_timing", "Process not found")


def _listed(lake: Lake, name: str, key: str, value: str) -> str | None:
    """The process of an id that stands in the current partitions of `processes` or `streams`."""
    view = lake.definitions.get(name)
    for row in lake.catalog.rows(name, "global", view.schema_hash):
        table = storage.read(lake, row, view)
        ids = table.column(key).to_pylist()
        if value in ids:
            return table.column("process_id")[ids.index(value)].as_py()
    return None


def _parts(lake: Lake, view: ViewSet, instance: str, begin: int, end: int) -> list[extract.SourceBlocks]:
    """The instance's blocks, one list for each hour of insertion."""
    key, tag = ("stream_id" if view.instance_of == "stream" else "process_id"), extract.TAGS[view.name]

    def mine(rows: extract.SourceBlocks) -> extract.SourceBlocks:
        return sources.tagged([row for row in rows if row[key] == instance], tag)

    current = lake.catalog.rows("blocks", "global", lake.definitions.get("blocks").schema_hash)
    seen = [row for row in current if row.num_rows and row.min_event_time <= end and row.max_event_time >= begin]
    known = [b for b in mine(sources.read_blocks(lake, seen)) if b["begin_time"] <= end and b["end_time"] >= begin]
    if not known:
        return []
    times = [block["insert_time"] for block in known]
    first, last = min(times) // _SLICE * _SLICE, max(times) // _SLICE * _SLICE + _SLICE
    anything = lake.catalog.rows("blocks", "global", begin=first, end=last)
    blocks = mine(sources.read_blocks(lake, anything, first, last))
    blocks.sort(key=lambda block: (block["insert_time"], block["block_id"]))
    return [list(part) for _, part in groupby(blocks, key=lambda block: block["insert_time"] // _SLICE)]


def _up_to_date(lake: Lake, view: ViewSet, instance: str, first: int, last: int, count: int) -> bool:
    if view.name in _TREES or first == last:
        rows = lake.catalog.exact(view.name, instance, first, last)
    else:
        rows = lake.catalog.touching(view.name, instance, first, last)
    if len(rows) != 1 or rows[0].file_schema_hash != view.schema_hash:
        return False
    # An insert-ordered view takes more objects than there are for up to date: doubled rows stay doubled.
    existing = source_count(rows[0])
    return existing == count if view.name in _TREES else existing >= count


def _write(
    lake: Lake,
    view: ViewSet,
    instance: str,
    blocks: extract.SourceBlocks,
    first: int,
    last: int,
    count: int,
    done: set[tuple[int, int]],
) -> None:
    found, _ = sources.read_objects(lake, extract.TAGS[view.name], blocks)
    table = rows(view, found)

    def touching(lake: Lake, view_set: str, instance: str, begin: int, end: int) -> list[PartitionRow]:
        rows = lake.catalog.touching(view_set, instance, begin, end)
        return [row for row in rows if (row.begin_insert_time, row.end_insert_time) not in done]

    sort_key = None
    if view.name == "thread_spans" and table.num_rows:
        sort_key = max(table.column("begin").cast(pa.int64()).to_pylist()) // 1000 * 1000
    with context(f"writing [{view.name}, {instance}] {rfc3339(first)} {rfc3339(last)}"):
        replaces = touching if view.name in _TREES else None
        for _ in commit(lake, view, instance, table, count, first, last, sort_key=sort_key, replaces=replaces):
            pass


def rows(view: ViewSet, found: list[tuple[dict, pa.RecordBatch]]) -> pa.Table:
    if view.name in ("log_entries", "measures"):
        return extract.entries(view, found)
    if view.name == "async_events":
        return extract.async_events(view, found)
    if view.name == "thread_spans":
        return extract.thread_spans(view, found)
    # No block processor: blocks of this kind are skipped, as the real server skips formats it does not know.
    return view.schema.empty_table()
