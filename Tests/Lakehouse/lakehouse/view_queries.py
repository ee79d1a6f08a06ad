"""The SQL of the built-in views that are defined by queries.

Source: `list-view-set-definitions` (log_stats), and what the tables of the contract say of processes and streams. The
engine computes these views without SQL; a query reads a view through its merge query, as the real server does.
"""

from __future__ import annotations

from datetime import UTC, datetime

LOG_STATS_DEFINITION = """\
CREATE MATERIALIZED VIEW log_stats WITH (
  extract_query = $$
        SELECT date_bin('1 minute', time) as time_bin,
               process_id,
               level,
               target,
               count(*) as count,
               arrow_cast(max(audience), 'Dictionary(Int32, Utf8)') as audience
        FROM log_entries
        WHERE insert_time >= '{begin}'
        AND insert_time < '{end}'
        GROUP BY process_id, level, target, time_bin, audience
        $$,
  count_src_query = $$
        SELECT sum(nb_objects) as count
        FROM blocks
        WHERE array_has("streams.tags", 'log')
        AND insert_time >= '{begin}'
        AND insert_time < '{end}'
        $$,
  merge_partitions_query = $$
        SELECT time_bin,
               process_id,
               level,
               target,
               sum(count) as count,
               arrow_cast(max(audience), 'Dictionary(Int32, Utf8)') as audience
        FROM {source}
        GROUP BY process_id, level, target, time_bin, audience
        $$,
  update_group = 3000,
  time_column = 'time_bin',
  source_partition_delta = '1 day',
  merge_partition_delta = '1 day',
  merge_sort_order = 'time_bin, process_id, level, target'
)"""

_PROCESS_COLUMNS = (
    "exe",
    "username",
    "realname",
    "computer",
    "distro",
    "cpu_brand",
    "tsc_frequency",
    "start_time",
    "start_ticks",
    "insert_time",
    "parent_process_id",
    "properties",
)
_STREAM_COLUMNS = (
    "process_id",
    "dependencies_metadata",
    "objects_metadata",
    "tags",
    "properties",
    "insert_time",
    "format",
)


def rfc3339(time: int) -> str:
    """Nanoseconds since 1970 as chrono writes them: no, 3, 6 or 9 digits of a second."""
    return display(time, "T", "+00:00")


def display(time: int, separator: str = " ", zone: str = " UTC") -> str:
    seconds, rest = divmod(time, 1_000_000_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime(f"%Y-%m-%d{separator}%H:%M:%S")
    if rest == 0:
        fraction = ""
    elif rest % 1_000_000 == 0:
        fraction = f".{rest // 1_000_000:03}"
    elif rest % 1000 == 0:
        fraction = f".{rest // 1000:06}"
    else:
        fraction = f".{rest:09}"
    return f"{text}{fraction}{zone}"


def builtin_options(name: str, version: str) -> dict[str, str]:
    """The queries of a built-in SQL-defined view; nothing for the others."""
    audience = version != "0.30"
    if name == "processes":
        latest = "max(last_update_time) AS last_update_time, max(last_block_end_ticks) AS last_block_end_ticks"
        latest += ", max(last_block_end_time) AS last_block_end_time"
        return {"merge_partitions_query": _first_values("process_id", _PROCESS_COLUMNS, latest, audience)}
    if name == "streams":
        latest = "max(last_update_time) AS last_update_time"
        return {"merge_partitions_query": _first_values("stream_id", _STREAM_COLUMNS, latest, audience)}
    if name == "log_stats":
        return {"merge_partitions_query": _log_stats_merge(audience)}
    return {}


def _first_values(key: str, columns: tuple[str, ...], latest: str, audience: bool) -> str:
    firsts = ", ".join(f"first_value({column}) AS {column}" for column in columns)
    last = f", {_AUDIENCE}" if audience else ""
    return f"SELECT {key}, {firsts}, {latest}{last} FROM {{source}} GROUP BY {key}"


_AUDIENCE = "arrow_cast(max(audience), 'Dictionary(Int32, Utf8)') AS audience"


def _log_stats_merge(audience: bool) -> str:
    columns = "time_bin, process_id, level, target, sum(count) AS count" + (f", {_AUDIENCE}" if audience else "")
    keys = "process_id, level, target, time_bin" + (", audience" if audience else "")
    return f"SELECT {columns} FROM {{source}} GROUP BY {keys}"
