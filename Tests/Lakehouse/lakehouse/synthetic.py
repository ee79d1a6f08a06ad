"""Lakes for size, and one with rows that are out of date."""

from __future__ import annotations

import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from . import catalog, definitions, schemas
from .layout import DAY, GLOBALS, HOUR, Layout
from .programs import Rows, Run
from .types import ViewStatement

LEVEL_COUNTS = ViewStatement(
    name="level_counts",
    or_replace=True,
    options={
        "extract_query": "SELECT date_bin('1 hour', time) AS time_bin, process_id, level, count(*) AS count "
        "FROM log_entries WHERE insert_time >= '{begin}' AND insert_time < '{end}' "
        "GROUP BY time_bin, process_id, level",
        "count_src_query": "SELECT sum(nb_objects) AS count FROM blocks WHERE insert_time >= '{begin}' "
        "AND insert_time < '{end}' AND array_has(\"streams.tags\", 'log')",
        "merge_partitions_query": "SELECT time_bin, process_id, level, sum(count) AS count FROM {source} "
        "GROUP BY time_bin, process_id, level",
        "update_group": "3000",
        "time_column": "time_bin",
        "source_partition_delta": "1 hour",
        "merge_partition_delta": "1 day",
    },
    sql="",
    user="engineer@example.com",
)


def statement_text(statement: ViewStatement) -> str:
    """The DDL of a statement's options."""
    queries = ("extract_query", "count_src_query", "merge_partitions_query")
    parts = [f"  {name} = $${statement.options[name]}$$" for name in queries]
    parts.append(f"  update_group = {statement.options['update_group']}")
    parts += [f"  {k} = '{v}'" for k, v in statement.options.items() if k not in (*queries, "update_group")]
    replacing = " OR REPLACE" if statement.or_replace else ""
    return f"CREATE{replacing} MATERIALIZED VIEW {statement.name} WITH (\n" + ",\n".join(parts) + ")"


def stale(directory: Path, version: str, now: int) -> None:
    """Rows that are out of date, three days back, each in its way:

    `level_counts`   made before its definition was replaced, by one with the same columns
    `blocks`         a day that was merged before its last block came
    `log_stats`      empty with a full source, as a failed materialization leaves it
    """
    layout = Layout(directory, version, now)
    day = now // DAY * DAY - 3 * DAY
    rows, late = Rows(), Rows()
    for hour in (5, 9):
        rows.add(Run(f"stale {hour}", day + hour * HOUR + HOUR // 4))
    layout.telemetry(rows)
    written = day + DAY + 4 * HOUR
    for name in ("processes", "streams", "blocks"):
        layout.add_global(name, version, day, day + DAY, written)
    for name in ("log_entries", "measures"):
        for hour in range(24):
            layout.add_global(name, version, day + hour * HOUR, day + (hour + 1) * HOUR, written)
    view = layout.view("log_stats", version)
    _, count = layout.compute(view, day, day + DAY)
    layout.add(view, "global", view.schema.empty_table(), count, day, day + DAY, written)
    late.add(Run("stale late", day + 20 * HOUR + HOUR // 4))
    if version != "0.30":
        _add_level_counts(layout, day, written, now)
    layout.telemetry(late)
    layout.save("stale", upgraded_at=day - 30 * DAY)


def _add_level_counts(layout: Layout, day: int, written: int, now: int) -> None:
    columns = [("time_bin", "time"), ("process_id", "dict"), ("level", "i32"), ("count", "i64")]
    schema = pa.schema([pa.field(name, schemas.KINDS[kind][0], nullable=name == "time_bin") for name, kind in columns])
    statement = ViewStatement(
        LEVEL_COUNTS.name, True, LEVEL_COUNTS.options, statement_text(LEVEL_COUNTS), LEVEL_COUNTS.user
    )
    view = definitions.view_of(statement, schema, 3000, ("blocks", "log_entries"), now - DAY)
    layout.lake.definitions.put(view)
    for hour in range(24):
        begin, end = day + hour * HOUR, day + (hour + 1) * HOUR
        entries, count = layout.compute(layout.view("log_entries"), begin, end)
        counts: dict[tuple[int, str, int], int] = {}
        for time, process, level in zip(
            entries.column("time").cast(pa.int64()).to_pylist(),
            entries.column("process_id").to_pylist(),
            entries.column("level").to_pylist(),
            strict=True,
        ):
            key = (time // HOUR * HOUR, process, level)
            counts[key] = counts.get(key, 0) + 1
        found = [[*key, n] for key, n in sorted(counts.items())]
        values = list(zip(*found, strict=True)) if found else [[], [], [], []]
        arrays = [
            pa.array(v, pa.utf8() if f.name == "process_id" else f.type) for v, f in zip(values, schema, strict=True)
        ]
        arrays[1] = arrays[1].dictionary_encode()
        layout.add(view, "global", pa.table(arrays, schema=schema), count, begin, end, written)


def two_thousand(directory: Path, version: str, now: int) -> None:
    """2,016 partitions: the six global views by the hour over fourteen days, with three runs a day."""
    layout = Layout(directory, version, now)
    first = now // DAY * DAY - 14 * DAY
    rows = Rows()
    for day in range(14):
        for hour in (5, 9, 14):
            rows.add(Run(f"two thousand {day} {hour}", first + day * DAY + hour * HOUR + HOUR // 4))
    layout.telemetry(rows)
    for name in GLOBALS:
        for n in range(14 * 24):
            begin = first + n * HOUR
            layout.add_global(name, version, begin, begin + HOUR, begin + HOUR + HOUR // 6)
    layout.save("partitions-2000", upgraded_at=first - DAY)


#: Rows of the million: view sets in turn, hour after hour, each for as many processes as it takes.
MILLION = 1_000_000


def million(directory: Path, version: str, now: int) -> None:
    """1,000,000 catalog rows, nine in ten with a path, and nothing behind them."""
    layout = Layout(directory, version, now)
    catalog.write_bulk(directory, million_rows(version, now))
    layout.save("partitions-1000000", upgraded_at=now - 400 * DAY)


def million_rows(version: str, now: int, count: int = MILLION) -> pa.Table:
    """`count` listed rows: 500 processes of `log_entries` and `measures`, hour after hour back from midnight."""
    processes = [str(uuid.UUID(int=0x4C616B65 << 96 | n)) for n in range(500)]
    names = ["log_entries", "measures"]
    each = len(names) * len(processes)
    numbers = pa.array(range(count), pa.int64())
    hours = pc.divide(numbers, each)
    within = pc.subtract(numbers, pc.multiply(hours, each))
    name_at = pc.divide(within, len(processes))
    process_at = pc.subtract(within, pc.multiply(name_at, len(processes)))
    midnight = now // DAY * DAY
    begin = pc.subtract(midnight - HOUR, pc.multiply(hours, HOUR))
    end = pc.add(begin, HOUR)
    view_set = pc.take(pa.array(names), name_at)
    instance = pc.take(pa.array(processes), process_at)
    empty = pc.equal(pc.subtract(numbers, pc.multiply(pc.divide(numbers, 10), 10)), 9)
    number = pc.utf8_lpad(numbers.cast(pa.utf8()), 12, "0")
    day = pc.strftime(begin.cast(schemas.TIME), "%Y-%m-%d")
    file = pc.binary_join_element_wise("00-00-00_4c616b65-0000-4000-8000-", number, ".parquet", "")
    path = pc.binary_join_element_wise("views", view_set, instance, day, file, "/")
    none = pa.scalar(None, pa.int64())
    size = pc.if_else(empty, 0, pc.add(8000, within))
    rows = pc.if_else(empty, 0, pc.add(100, within))
    hashes = pa.array([schemas.HASHES[version][name] for name in names], pa.binary())
    sources_of = pa.array([catalog.count_bytes(n) for n in range(100, 100 + each)], pa.binary())
    columns = {
        "view_set_name": view_set,
        "view_instance_id": instance,
        "begin_insert_time": begin,
        "end_insert_time": end,
        "min_event_time": pc.if_else(empty, none, begin),
        "max_event_time": pc.if_else(empty, none, end),
        "updated": pc.add(end, HOUR // 6),
        "file_path": pc.if_else(empty, pa.scalar(None, pa.utf8()), path),
        "file_size": size,
        "file_schema_hash": pc.take(hashes, name_at),
        "source_data_hash": pc.if_else(empty, catalog.count_bytes(0), pc.take(sources_of, within)),
        "num_rows": rows,
        "partition_format_version": pa.repeat(pa.scalar(2, pa.int32()), count),
        "sort_order": pa.nulls(count, schemas.TAGS),
        "max_sort_key_time": pa.nulls(count, schemas.TIME),
    }
    return pa.table([columns[f.name].cast(f.type) for f in catalog.LISTING], schema=catalog.LISTING)
