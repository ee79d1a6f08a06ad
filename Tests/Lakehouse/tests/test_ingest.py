"""bulk_ingest, and what becomes of ingested telemetry."""

from __future__ import annotations

import pyarrow as pa
import pytest
from lakes import DAY, GOLDEN_NOW, HOUR, open_lake, rows_of, sources_of

from lakehouse import engine, payloads, telemetry
from lakehouse.types import EngineError

HOUR_BEGIN = GOLDEN_NOW // DAY * DAY - 2 * DAY
UTC = pa.timestamp("ns", "+00:00")
PROPERTIES = pa.list_(pa.struct([("key", pa.utf8()), ("value", pa.utf8())]))
PROCESS, STREAM, BLOCK = (f"{n}0000000-0000-4000-8000-000000000000" for n in (1, 2, 3))


def processes() -> pa.Table:
    text = {name: [name] for name in ("exe", "username", "realname", "computer", "distro", "cpu_brand")}
    return pa.table(
        {
            "process_id": [PROCESS],
            **text,
            "tsc_frequency": [1],
            "start_time": pa.array([HOUR_BEGIN], UTC),
            "start_ticks": [0],
            "insert_time": pa.array([HOUR_BEGIN], UTC),
            "parent_process_id": [""],
            "properties": pa.array([[{"key": "build", "value": "debug"}]], PROPERTIES),
        }
    )


def streams() -> pa.Table:
    return pa.table(
        {
            "stream_id": [STREAM],
            "process_id": [PROCESS],
            "dependencies_metadata": pa.array([b""], pa.binary()),
            "objects_metadata": pa.array([b""], pa.binary()),
            "tags": pa.array([["log"]], pa.list_(pa.utf8())),
            "properties": pa.array([[]], PROPERTIES),
            "insert_time": pa.array([HOUR_BEGIN], UTC),
            "format": pa.array(["micromegas-transit"]).dictionary_encode(),
        }
    )


def blocks() -> pa.Table:
    times = {name: pa.array([HOUR_BEGIN + 1], UTC) for name in ("begin_time", "end_time", "insert_time")}
    numbers = {name: [0] for name in ("begin_ticks", "end_ticks", "object_offset", "payload_size")}
    ids = {"block_id": [BLOCK], "stream_id": [STREAM], "process_id": [PROCESS]}
    return pa.table({**ids, **times, **numbers, "nb_objects": pa.array([2], pa.int32())})


def logs() -> bytes:
    return payloads.encode(
        "log", {"time": [HOUR_BEGIN, HOUR_BEGIN + 1], "target": ["t", "t"], "level": [4, 4], "msg": ["one", "two"]}
    )


def payload(data: bytes) -> pa.Table:
    ids = {"process_id": [PROCESS], "stream_id": [STREAM], "block_id": [BLOCK]}
    return pa.table({**ids, "payload": pa.array([data], pa.binary())})


@pytest.fixture
def lake(tmp_path):
    return open_lake("empty", "0.33", tmp_path / "lake")


def ingest(lake, data: bytes) -> None:
    tables = {"processes": processes(), "streams": streams(), "blocks": blocks(), "payloads": payload(data)}
    for name, table in tables.items():
        assert engine.bulk_ingest(lake, name, table) == 1


def made(lake, view: str) -> tuple[int, int]:
    """Rows and source of a view's first hour, once what it reads is there."""
    for name in ("blocks", view):
        list(engine.materialize(lake, name, HOUR_BEGIN, HOUR_BEGIN + HOUR, 3600))
    rows = lake.catalog.rows(view, "global")
    return rows_of(rows), sources_of(rows)


def test_ingested_telemetry_is_materialized(lake):
    ingest(lake, logs())

    assert made(lake, "log_entries") == (2, 2)
    assert engine.get_payload(lake, PROCESS, STREAM, BLOCK) == logs()


def test_a_payload_that_holds_something_else_is_skipped(lake):
    ingest(lake, b"not ours")

    assert made(lake, "log_entries") == (0, 2)


def test_rows_already_there_are_counted_but_not_written_again(lake):
    ingest(lake, logs())
    changed = processes().set_column(1, "exe", [["another"]])

    assert engine.bulk_ingest(lake, "processes", changed) == 1
    assert lake.telemetry.processes[PROCESS].exe == "exe"


def test_telemetry_is_there_again_when_the_lake_is_opened_again(lake):
    ingest(lake, logs())

    reopened = telemetry.open(lake)

    assert reopened.blocks() == lake.telemetry.blocks()
    assert (reopened.processes, reopened.streams) == (lake.telemetry.processes, lake.telemetry.streams)


@pytest.mark.parametrize(
    ("table", "rows", "told"),
    [
        ("images", processes(), "unsupported bulk ingest table: images"),
        ("processes", processes().drop_columns(["exe"]), "column exe not found"),
        ("processes", processes().set_column(0, "process_id", [["nobody"]]), "invalid uuid 'nobody'"),
        ("processes", processes().set_column(11, "parent_process_id", [["nobody"]]), "invalid uuid 'nobody'"),
        ("streams", streams().set_column(4, "tags", [["log"]]), "column tags: expected type list<.*>, got string"),
        ("streams", streams().set_column(6, "insert_time", [[0]]), "column insert_time: expected type timestamp"),
        ("payloads", payload(b"").set_column(3, "payload", [["text"]]), "column payload: expected type binary"),
        ("blocks", blocks().set_column(blocks().num_columns - 1, "nb_objects", [[2]]), "expected type int32"),
    ],
)
def test_wrong_rows_are_refused_in_words(lake, table, rows, told):
    with pytest.raises(EngineError, match=told):
        engine.bulk_ingest(lake, table, rows)
