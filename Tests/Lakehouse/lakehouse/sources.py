"""What a bucket of a view is made from: how many source objects there are, and its rows once they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from . import extract, storage, workers
from .catalog import count_bytes
from .types import Lake, PartitionRow, QueryError, ViewSet
from .view_queries import rfc3339

#: The causes of each block that could not be read.
Skipped = list[list[str]]


@dataclass(frozen=True)
class Source:
    #: What source_data_hash will tell.
    count: int
    #: The rows; MissingFile or QueryError where an input cannot be read.
    rows: Callable[[], tuple[pa.Table, Skipped]]
    #: How many blocks are read, for views made of payloads.
    blocks: int | None = None
    #: Defined by a query: when that fails half way, its writer commits an empty partition all the same.
    by_query: bool = False
    sort_order: tuple[str, ...] | None = None


class Partitions(Protocol):
    def overlapping(self, view_set: str, begin: int, end: int, schema_hash: bytes | None) -> list[PartitionRow]: ...


def make(lake: Lake, view: ViewSet, partitions: Partitions, begin: int, end: int) -> Source:
    """The source of [begin, end); MissingFile or QueryError when not even its count can be known."""
    if view.name == "blocks":
        return _blocks(lake, view, begin, end)
    if view.name in ("log_entries", "measures"):
        return _entries(lake, view, partitions, begin, end)
    if view.name in ("processes", "streams"):
        return _distinct(lake, view, partitions, begin, end)
    if view.name == "log_stats":
        return _log_stats(lake, view, partitions, begin, end)
    return _query(lake, view, begin, end)


def write_partition(
    lake: Lake,
    view: ViewSet,
    instance: str,
    table: pa.Table,
    count: int,
    begin: int,
    end: int,
    updated: int,
    order: tuple[str, ...] | None,
    sort_key: int | None = None,
) -> PartitionRow:
    """Writes a partition's file, where it has rows; answers the catalog's row, which is not yet in the catalog."""
    first, last = extract.event_range(view, table)
    path = storage.new_path(view.name, instance, begin) if table.num_rows else None
    return PartitionRow(
        view_set_name=view.name,
        view_instance_id=instance,
        begin_insert_time=begin,
        end_insert_time=end,
        min_event_time=None if first is None else first // 1000 * 1000,
        max_event_time=None if last is None else last // 1000 * 1000,
        updated=updated // 1000 * 1000,
        file_path=path,
        file_size=storage.write(lake, path, table) if path else 0,
        file_schema_hash=view.schema_hash,
        source_data_hash=count_bytes(count),
        num_rows=table.num_rows,
        sort_order=order,
        max_sort_key_time=sort_key if path else None,
    )


def merge(lake: Lake, view: ViewSet, rows: list[PartitionRow]) -> pa.Table | None:
    """The rows of several partitions as one; None: there are none."""
    if not rows:
        return None
    return merged(lake, view, pa.concat_tables([storage.read(lake, row, view) for row in rows]))


def merged(lake: Lake, view: ViewSet, table: pa.Table) -> pa.Table:
    """Rows of several partitions through the view's merge query: how they become one, and how a query reads them."""
    table = table.unify_dictionaries().combine_chunks()
    if view.name in ("processes", "streams"):
        return extract.merged_distinct(view, table)
    if view.name == "log_stats":
        return extract.merged_log_stats(view, table)
    if view.name == "blocks":
        return table.sort_by("insert_time")
    if view.definition_sql is not None:
        return _run(lake, view, view.options["merge_partitions_query"].replace("{source}", "source"), source=table)
    return table


def order(view: ViewSet) -> tuple[str, ...] | None:
    """The sort order a view's partitions record."""
    if view.name == "blocks":
        return ("insert_time",)
    if view.name == "log_stats":
        return ("time_bin", "process_id", "level", "target")
    names = view.options.get("merge_sort_order") if view.definition_sql is not None else None
    return tuple(name.strip() for name in names.split(",")) if names else None


def read_blocks(
    lake: Lake, partitions: list[PartitionRow], begin: int | None = None, end: int | None = None
) -> extract.SourceBlocks:
    """Rows of `blocks` partitions, each as often as it stands there, those inserted in [begin, end) if given."""
    view = lake.definitions.get("blocks")
    rows = [row for partition in partitions for row in _block_rows(lake, partition, view)]
    if begin is None or end is None:
        return rows
    return [row for row in rows if begin <= row["insert_time"] < end]


_parsed: dict[str, tuple[pa.Table, extract.SourceBlocks]] = {}


def _block_rows(lake: Lake, partition: PartitionRow, view: ViewSet) -> extract.SourceBlocks:
    if partition.file_path is None:
        return []
    table = storage.read(lake, partition, view)
    kept = _parsed.get(partition.file_path)
    if kept is None or kept[0] is not table:
        if len(_parsed) > 512:
            _parsed.clear()
        kept = _parsed[partition.file_path] = (table, extract.plain_rows(table))
    return kept[1]


def read_objects(
    lake: Lake, tag: str, blocks: extract.SourceBlocks
) -> tuple[list[tuple[dict, pa.RecordBatch]], Skipped]:
    """The objects of these blocks; those that cannot be read are skipped."""
    found, skipped = [], []
    for block in blocks:
        try:
            found.append((block, extract.objects(lake.telemetry, tag, block)))
        except extract.UnreadableBlock as error:
            skipped.append(str(error).split("\n"))
    return found, skipped


def tagged(blocks: extract.SourceBlocks, tag: str) -> extract.SourceBlocks:
    return [block for block in blocks if block["streams.tags"] and tag in block["streams.tags"]]


def _blocks(lake: Lake, view: ViewSet, begin: int, end: int) -> Source:
    found = lake.telemetry.blocks(begin, end)
    return Source(
        count=len(found),
        rows=lambda: (extract.block_rows(view, lake.telemetry, found), []),
        sort_order=order(view),
    )


def _current(lake: Lake, partitions: Partitions, name: str, begin: int, end: int) -> list[PartitionRow]:
    return partitions.overlapping(name, begin, end, lake.definitions.get(name).schema_hash)


def _entries(lake: Lake, view: ViewSet, partitions: Partitions, begin: int, end: int) -> Source:
    tag = extract.TAGS[view.name]
    blocks = tagged(read_blocks(lake, _current(lake, partitions, "blocks", begin, end), begin, end), tag)

    def rows() -> tuple[pa.Table, Skipped]:
        found, skipped = read_objects(lake, tag, blocks)
        return extract.entries(view, found), skipped

    return Source(count=_objects(blocks), rows=rows, blocks=len(blocks))


def _distinct(lake: Lake, view: ViewSet, partitions: Partitions, begin: int, end: int) -> Source:
    """The count is of the bucket's blocks; the extract has no time filter and takes whole partitions."""
    whole = read_blocks(lake, _current(lake, partitions, "blocks", begin, end))
    count = sum(begin <= block["insert_time"] < end for block in whole)
    return Source(count=count, rows=lambda: (extract.distinct(view, whole), []), by_query=True)


def _log_stats(lake: Lake, view: ViewSet, partitions: Partitions, begin: int, end: int) -> Source:
    """Counted in `blocks`, made from `log_entries`."""
    blocks = tagged(read_blocks(lake, _current(lake, partitions, "blocks", begin, end), begin, end), "log")
    log_entries = lake.definitions.get("log_entries")
    inputs = _current(lake, partitions, "log_entries", begin, end)

    def rows() -> tuple[pa.Table, Skipped]:
        tables = (storage.read(lake, row, log_entries) for row in inputs)
        return extract.log_stats(view, tables, begin, end), []

    return Source(count=_objects(blocks), rows=rows, by_query=True, sort_order=order(view))


def _query(lake: Lake, view: ViewSet, begin: int, end: int) -> Source:
    """A user-defined view: its own two queries say what its source counts and what its rows are."""
    spans = {"{begin}": rfc3339(begin), "{end}": rfc3339(end)}

    def text(option: str) -> str:
        query = view.options[option]
        for place, value in spans.items():
            query = query.replace(place, value)
        return query

    counted = _sql(lake, text("count_src_query"), begin, end)
    if counted.num_rows != 1 or "count" not in counted.column_names:
        raise QueryError("fetch_sql_partition_spec: query should return a single row with a column named count")
    count = counted.column("count")[0].as_py() or 0
    return Source(
        count=count,
        rows=lambda: (_conform(_sql(lake, text("extract_query"), begin, end), view.schema), []),
        by_query=True,
        sort_order=order(view),
    )


def _run(lake: Lake, view: ViewSet, text: str, source: pa.Table) -> pa.Table:
    from . import sql

    return _conform(workers.call(sql.run, lake, text, tables={"source": source}), view.schema)


def _sql(lake: Lake, text: str, begin: int, end: int) -> pa.Table:
    from . import sql

    return workers.call(sql.run, lake, text, begin=begin, end=end)


def _conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise QueryError(f"the query's result has no column named {missing[0]}")
    return pa.table([table.column(f.name).cast(f.type) for f in schema], schema=schema)


def _objects(blocks: extract.SourceBlocks) -> int:
    return sum(block["nb_objects"] for block in blocks)
