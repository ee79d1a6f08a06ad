"""bulk_ingest into the four tables. What the lakes' views hold afterwards is compared, too."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import micromegas
import pyarrow as pa
from micromegas.flightsql.client import FlightSQLClient

from call import Call, Differing
from comparing import value_differences
from connecting import Token
from processes import Lake
from reading import ALL

#: An hour that no partition of the lake holds yet.
HOUR = datetime(2026, 11, 21, 6, tzinfo=UTC)
INSERTED = HOUR + timedelta(minutes=15)

_TIME = pa.timestamp("ns", "+00:00")
_PROPERTIES = pa.list_(pa.struct([("key", pa.utf8()), ("value", pa.utf8())]))
COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "processes": {
        "process_id": pa.utf8(),
        "exe": pa.utf8(),
        "username": pa.utf8(),
        "realname": pa.utf8(),
        "computer": pa.utf8(),
        "distro": pa.utf8(),
        "cpu_brand": pa.utf8(),
        "tsc_frequency": pa.int64(),
        "start_time": _TIME,
        "start_ticks": pa.int64(),
        "insert_time": _TIME,
        "parent_process_id": pa.utf8(),
        "properties": _PROPERTIES,
    },
    "streams": {
        "stream_id": pa.utf8(),
        "process_id": pa.utf8(),
        "dependencies_metadata": pa.binary(),
        "objects_metadata": pa.binary(),
        "tags": pa.list_(pa.utf8()),
        "properties": _PROPERTIES,
        "insert_time": _TIME,
        "format": pa.utf8(),
    },
    "blocks": {
        "block_id": pa.utf8(),
        "stream_id": pa.utf8(),
        "process_id": pa.utf8(),
        "begin_time": _TIME,
        "begin_ticks": pa.int64(),
        "end_time": _TIME,
        "end_ticks": pa.int64(),
        "nb_objects": pa.int32(),
        "object_offset": pa.int64(),
        "payload_size": pa.int64(),
        "insert_time": _TIME,
    },
    "payloads": {"process_id": pa.utf8(), "stream_id": pa.utf8(), "block_id": pa.utf8(), "payload": pa.binary()},
}


def tables(lake: Lake) -> dict[str, pa.Table]:
    """Two programs that log: copies of one that the lake holds, with ids of their own."""
    client = micromegas.connect(lake.uri)
    sql = """SELECT *, get_payload(process_id, stream_id, block_id) AS payload FROM blocks
             WHERE array_has("streams.tags", 'log') AND nb_objects > 0 ORDER BY block_id LIMIT 1"""
    (block,) = client.query_arrow(sql, *ALL).to_pylist()
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    for number in range(2):
        process, stream, block_id = (str(uuid.UUID(int=0xA << 120 | number << 8 | n)) for n in range(3))
        told = {k.removeprefix("processes."): v for k, v in block.items() if k.startswith("processes.")}
        told |= {k.removeprefix("streams."): v for k, v in block.items() if k.startswith("streams.")}
        told |= {k: v for k, v in block.items() if "." not in k} | {
            "process_id": process,
            "stream_id": stream,
            "block_id": block_id,
            "exe": f"/usr/bin/it's ☃ {number}",
            "parent_process_id": "" if number else process,
            "properties": [{"key": "a", "value": "1"}, {"key": "é", "value": ""}][number:],
            "tags": ["log", "other"],
            "format": "micromegas-transit",
            "insert_time": INSERTED,
        }
        for name, columns in COLUMNS.items():
            rows[name].append({column: told[column] for column in columns})
    return {name: pa.Table.from_pylist(rows[name], pa.schema(list(COLUMNS[name].items()))) for name in COLUMNS}


def ingest(client: FlightSQLClient, table: str, rows: pa.Table) -> int:
    return client.bulk_ingest(table, rows).record_count


def view_differences(first: Lake, second: Lake) -> list[str]:
    """Makes partitions of the hour on both lakes, and compares every row that they answer for it."""
    found = []
    clients = [micromegas.connect(lake.uri) for lake in (first, second)]
    for view in ("blocks", "processes", "streams", "log_entries"):
        answers = []
        for client in clients:
            end = HOUR + timedelta(hours=1)
            list(client.query_stream(f"SELECT * FROM materialize_partitions('{view}', '{HOUR}', '{end}', 3600)"))
            order = "time, msg, process_id" if view == "log_entries" else "1"
            answers.append(client.query_arrow(f"SELECT * FROM {view} ORDER BY {order}"))
        if not answers[0].equals(answers[1]):
            found.append(f"{view} afterwards: theirs {answers[0].to_pylist()}, ours {answers[1].to_pylist()}")
    return found


def calls(lake: Lake, folder: Path) -> Iterator[Call]:
    given = tables(lake)

    def of(name: str, table: str, rows: pa.Table, **more: Any) -> Call:
        file = folder / f"{table}-{len(list(folder.iterdir()))}.arrows"
        with pa.ipc.new_stream(file, rows.schema) as writer:
            writer.write_table(rows)
        make = Differing if "reason" in more else Call
        return make(
            f"bulk_ingest: {name}",
            lambda c: ingest(c, table, rows),
            {"call": "bulk_ingest", "table_name": table, "file": str(file)},
            value_differences,
            changes=True,
            **{"afterwards": [view_differences], **more},
        )

    def others(table: str) -> Callable[[FlightSQLClient], None]:
        def prepare(client: FlightSQLClient) -> None:
            for name, rows in given.items():
                if name != table:
                    client.bulk_ingest(name, rows)

        return prepare

    for table, rows in given.items():
        yield of(f"{table}, the others before them", table, rows, prepare=others(table))
        yield of(f"{table} alone", table, rows, idle=True)
        first = rows.slice(0, 1)
        yield of(
            f"{table} of which one is there",
            table,
            rows,
            prepare=lambda c, table=table, first=first: c.bulk_ingest(table, first) and others(table)(c),
        )
        yield of(f"{table} in two batches", table, pa.concat_tables([first, rows.slice(1)]), prepare=others(table))
        yield of(
            f"{table}, columns in another order", table, rows.select(rows.column_names[::-1]), prepare=others(table)
        )
        encoded = pa.table({n: dictionaries(c) for n, c in zip(rows.column_names, rows.columns, strict=True)})
        yield of(f"{table}, texts dictionary-encoded", table, encoded, prepare=others(table))
        yield of(f"no row of {table}", table, rows.slice(0, 0), idle=True)
        lake_settings = {"identities": {"user": {"admin": False, "sees": "all"}}}
        token = folder / "ingesting-token"
        token.write_text("user")
        token.chmod(0o600)
        denied = of(f"{table} without the admin right", table, rows)
        denied.connect = lambda uri: FlightSQLClient(uri, auth_provider=Token("user"))
        denied.ours["token_file"] = str(token)
        denied.lake, denied.changes, denied.afterwards, denied.fails = lake_settings, False, [], True
        yield denied
        more = {"reason": "the server refuses it after it was sent", "fails": True}
        yield of(f"{table}, a column missing", table, rows.drop_columns([rows.column_names[-1]]), **more)
        wrong = rows.set_column(0, rows.column_names[0], pa.array([1, 2]))
        yield of(f"{table}, a column of another type", table, wrong, **more)
        bad = rows.set_column(0, rows.column_names[0], pa.array(["x", "y"]))
        yield of(f"{table}, ids that are no UUIDs", table, bad, **more)
        surplus = rows.append_column("surplus", pa.array([1, 2]))
        yield of(f"{table}, a column too many", table, surplus, reason="the server would leave it out, silently")
    reason = "a server would refuse it after it was sent"
    yield of("an unknown table", "nothing", given["payloads"], reason=reason, fails=True)


def dictionaries(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.dictionary_encode() if pa.types.is_string(column.type) else column
