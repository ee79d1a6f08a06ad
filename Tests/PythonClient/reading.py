"""Calls that read: statements, and those that write their statement themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import micromegas
import pandas as pd
import pyarrow as pa

from call import Call, Differing
from comparing import frame_differences, schema_differences, stream_differences
from processes import ROOT

#: The lakes' now is 2026-11-21 08:00; D-2 is whole.
BEGIN, END = datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
DAY = {"begin": BEGIN.isoformat(), "end": END.isoformat()}
ALL = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC))
ALL_TEXT = {"begin": ALL[0].isoformat(), "end": ALL[1].isoformat()}

VIEWS = ("blocks", "log_entries", "log_stats", "measures", "processes", "streams")

#: Statements whose answers are tables.
STATEMENTS = {
    **{f"all of {view}": f"SELECT * FROM {view}" for view in VIEWS},
    **{f"columns of {view}": f"DESCRIBE {view}" for view in VIEWS},
    "one number": "SELECT 1 AS one",
    "no row": "SELECT * FROM list_partitions() WHERE view_set_name = 'no such view set'",
    "no row of no column's": "SELECT count(*) AS n FROM list_view_sets() WHERE false GROUP BY view_set_name",
    "partitions": "SELECT * FROM list_partitions()",
    "view sets": "SELECT * FROM list_view_sets() ORDER BY view_set_name",
    "definitions": "SELECT * FROM list_view_set_definitions() ORDER BY view_set_name",
    "an aggregate": "SELECT level, count(*) AS n, max(time) AS last FROM log_entries GROUP BY level ORDER BY level",
    "several batches": "SELECT value, value * 0.5 AS half FROM generate_series(1, 30000) AS t(value)",
    "the server's time": "SELECT now() AS now",
}

#: Statements that fail: the server's codes and words.
ERRORS = {
    "an unknown table": "SELECT * FROM nothing",
    "an unknown column": "SELECT nothing FROM blocks",
    "no SQL": "SELEC 1",
    "an unknown function": "SELECT nothing(1)",
    "an unknown table function": "SELECT * FROM nothing(1)",
    "a division by zero": "SELECT 1 / 0",
    "an error after rows": "SELECT value, 10/(value-20000) AS x FROM generate_series(1,30000) AS t(value)",
    "a time that is none": "SELECT * FROM materialize_partitions('blocks', 'x', 'y', 3600)",
    "too few arguments": "SELECT retire_partition_by_file()",
}

#: Those of them that can be planned.
FAIL_RUNNING = ("a division by zero", "an error after rows")

#: Golden statements that show types.
TYPES = ("types", "types-nested", "nulls", "unicode", "duplicate-column-names")


def golden(name: str) -> str:
    return json.loads((ROOT / f"Tests/Golden/micromegas-0.30/{name}.json").read_text())["call"]["sql"]


def statements(folder: Path, version: str) -> Iterator[Call]:
    """query, query_stream, query_arrow and prepare_statement, of every statement."""
    failing = {*ERRORS} | ({"definitions"} if version == "0.30" else set())
    for name, call in _statements(folder):
        call.fails = name in failing and not (name in FAIL_RUNNING and call.ours["call"] == "prepare_statement")
        yield call


def _statements(folder: Path) -> Iterator[tuple[str, Call]]:
    sql = STATEMENTS | ERRORS | {f"golden {name}": golden(name) for name in TYPES}
    for name, text in sql.items():
        # pandas cannot show every type; the Python client then fails by itself.
        if name not in ("golden types", "golden types-nested"):
            yield name, query(name, text)
        yield name, arrow(name, text)
        yield name, stream(name, text)
        yield name, prepare(name, text)
        yield name, prepared(name, text)
        for call in kept(name, text, folder) if name not in ERRORS else ():
            yield name, call
    name = "golden types-nested-dictionary"
    yield name, arrow(name, golden("types-nested-dictionary"), preserve=True)


def query(name: str, sql: str) -> Call:
    return Call(f"query: {name}", lambda c: c.query(sql), {"call": "query", "sql": sql}, frame_differences)


def arrow(name: str, sql: str, preserve: bool = False) -> Call:
    ours = {"call": "query", "sql": sql, "preserve_dictionary": preserve}
    connect = keeping if preserve else micromegas.connect
    return Call(f"query_arrow: {name}", lambda c: c.query_arrow(sql), ours, connect=connect)


def stream(name: str, sql: str) -> Call:
    ours = {"call": "query_stream", "sql": sql}
    return Call(f"query_stream: {name}", lambda c: list(c.query_stream(sql)), ours, stream_differences)


def prepare(name: str, sql: str) -> Call:
    ours = {"call": "prepare_statement", "sql": sql}
    return Call(f"prepare_statement: {name}", lambda c: c.prepare_statement(sql), ours, schema_differences)


def prepared(name: str, sql: str) -> Call:
    return Call(
        f"prepared_statement_stream: {name}",
        lambda c: list(c.prepared_statement_stream(c.prepare_statement(sql))),
        {"call": "prepared_statement_stream", "sql": sql},
        stream_differences,
    )


def keeping(uri: str) -> Any:
    return micromegas.connect(uri, preserve_dictionary=True)


def kept(name: str, sql: str, folder: Path) -> Iterator[Call]:
    """connect(preserve_dictionary=True): the values, then the bytes of our Arrow stream as pyarrow reads them."""
    call = arrow(name, sql, preserve=True)
    call.name = f"connect(preserve_dictionary).query_arrow: {name}"
    yield call
    for preserve in (False, True):
        file = folder / "answer.arrows"
        ours = {"call": "query_ipc", "sql": sql, "preserve_dictionary": preserve, "file": str(file)}

        def compare(theirs: pa.Table, _: Any, file: Path = file) -> list[str]:
            mine = pa.ipc.open_stream(file.read_bytes()).read_all()
            if theirs.equals(mine, check_metadata=True):
                return []
            return [f"stream: theirs {theirs.schema} {theirs.slice(0, 5)}, ours {mine.schema} {mine.slice(0, 5)}"]

        yield Call(
            f"query_arrow as an Arrow stream{', dictionaries kept' if preserve else ''}: {name}",
            lambda c: c.query_arrow(sql),
            ours,
            compare,
            connect=keeping if preserve else micromegas.connect,
        )


def ranges() -> Iterator[Call]:
    """Begin and end: datetimes, pandas' timestamps and texts, each with an offset."""
    sql = "SELECT time, msg FROM log_entries"
    paris = timezone(timedelta(hours=1))
    given = {
        "datetimes": ((BEGIN, END), DAY),
        "datetimes of another zone": (
            (BEGIN.astimezone(paris), END.astimezone(paris)),
            {"begin": "2026-11-19T01:00:00+01:00", "end": "2026-11-20T01:00:00+01:00"},
        ),
        "pandas' timestamps": ((pd.Timestamp(BEGIN), pd.Timestamp(END)), DAY),
        "texts": (("2026-11-19T00:00:00Z", "2026-11-20T00:00:00.000000Z"),) * 2,
        "microseconds": (("2026-11-19T05:15:00.000001Z", "2026-11-19T09:15:00.999999Z"),) * 2,
        "a moment": ((BEGIN, BEGIN), {"begin": DAY["begin"], "end": DAY["begin"]}),
        "before everything": (("2001-01-01T00:00:00Z", "2001-01-02T00:00:00Z"),) * 2,
        "no time": (("garbage", "2026-11-20T00:00:00Z"),) * 2,
        "times without a zone": (("2026-11-19T00:00:00", "2026-11-20T00:00:00"),) * 2,
    }
    for name, (theirs, ours) in given.items():
        texts = ours if isinstance(ours, dict) else {"begin": ours[0], "end": ours[1]}
        fails = name in ("no time", "times without a zone")
        yield Call(
            f"query(begin, end): {name}",
            lambda c, t=theirs: c.query(sql, *t),
            {"call": "query", "sql": sql, **texts},
            frame_differences,
            fails=fails,
        )
        yield Call(
            f"query_stream(begin, end): {name}",
            lambda c, t=theirs: list(c.query_stream(sql, *t)),
            {"call": "query_stream", "sql": sql, **texts},
            stream_differences,
            fails=fails,
        )
        yield Call(
            f"query_arrow(begin, end): {name}",
            lambda c, t=theirs: c.query_arrow(sql, *t),
            {"call": "query", "sql": sql, **texts},
            fails=fails,
        )
    for name, alone in (("begin", {"begin": DAY["begin"]}), ("end", {"end": DAY["end"]})):
        yield Differing(
            f"query: {name} alone",
            lambda c, name=name: c.query(sql, **{name: BEGIN}),
            {"call": "query", "sql": sql, **alone},
            frame_differences,
            reason="servers ignore one end of a range silently",
        )
    yield Differing(
        "query(begin, end): the end before the beginning",
        lambda c: c.query(sql, END, BEGIN),
        {"call": "query", "sql": sql, "begin": DAY["end"], "end": DAY["begin"]},
        frame_differences,
        reason="an inverted range answers nothing and looks like an empty lake",
    )
    yield Differing(
        "query(begin, end): dates",
        lambda c: c.query(sql, "2026-11-19", "2026-11-20"),
        {"call": "query", "sql": sql, "begin": "2026-11-19", "end": "2026-11-20"},
        frame_differences,
        fails=True,
        answer=lambda ours: len(ours["values"][0]) == 24,
        reason="a date is its midnight in UTC; Python refuses dates",
    )


def discovery(ids: dict[str, str]) -> Iterator[Call]:
    """find_process, query_streams, query_blocks and query_spans. `ids` names what they ask for."""
    nobody = "550e8400-e29b-41d4-a716-446655440000"
    for name, process in (("a process", ids["process"]), ("nobody's id", nobody)):
        yield Call(
            f"find_process: {name}",
            lambda c, p=process: c.find_process(p),
            {"call": "find_process", "process_id": process},
            frame_differences,
        )
    for name, more in {
        "all": {},
        "of a process": {"process_id": ids["process"]},
        "of nobody": {"process_id": nobody},
        "of a tag": {"tag_filter": "log"},
        "of another tag": {"tag_filter": "cpu"},
        "of an unknown tag": {"tag_filter": "nothing"},
        "of a process and a tag": {"process_id": ids["process"], "tag_filter": "metrics"},
    }.items():
        for limit in (0, 1, 1000):
            yield Call(
                f"query_streams(limit={limit}): {name}",
                lambda c, limit=limit, more=more: c.query_streams(*ALL, limit, **more),
                {"call": "query_streams", "limit": limit, **ALL_TEXT, **more},
                frame_differences,
            )
    for name, stream_id in {"a stream": ids["stream"], "nobody's id": nobody}.items():
        for limit in (0, 1, 1000):
            yield Call(
                f"query_blocks(limit={limit}): {name}",
                lambda c, limit=limit, s=stream_id: c.query_blocks(*ALL, limit, s),
                {"call": "query_blocks", "limit": limit, "stream_id": stream_id, **ALL_TEXT},
                frame_differences,
            )
    for name, thread in {"a thread": ids["thread"], "nobody's id": nobody}.items():
        for limit in (0, 1, 1000):
            # The server writes the partitions of the instance that it lacks.
            yield Call(
                f"query_spans(limit={limit}): {name}",
                lambda c, limit=limit, t=thread: c.query_spans(BEGIN, END, limit, t),
                {"call": "query_spans", "limit": limit, "stream_id": thread, **DAY},
                frame_differences,
                changes=True,
                # Without rows to give the server looks for nothing.
                idle=limit == 0,
                fails=limit > 0 and thread == nobody,
            )
    yield from refused_ids(ids)


def refused_ids(ids: dict[str, str]) -> Iterator[Call]:
    """What the Python client writes into its statements as it is."""
    limited = {"limit": 10, **ALL_TEXT}
    yield Differing(
        "find_process: SQL for an id",
        lambda c: c.find_process("x' OR 'a'='a"),
        {"call": "find_process", "process_id": "x' OR 'a'='a"},
        frame_differences,
        reason="unquoted, it answers every process",
    )
    yield Differing(
        "find_process: no UUID",
        lambda c: c.find_process("my-process"),
        {"call": "find_process", "process_id": "my-process"},
        frame_differences,
        reason="an id that cannot be is a mistake, not an empty answer",
    )
    yield Differing(
        "find_process: an id in capitals",
        lambda c: c.find_process(ids["process"].upper()),
        {"call": "find_process", "process_id": ids["process"].upper()},
        frame_differences,
        answer=lambda ours: ours["values"][0] == [ids["process"]],
        reason="a UUID's letters have no case; a lake keeps small ones",
    )
    yield Differing(
        "query_streams: a tag with a quote",
        lambda c: c.query_streams(*ALL, 10, tag_filter="it's"),
        {"call": "query_streams", "tag_filter": "it's", **limited},
        frame_differences,
        fails=True,
        answer=lambda ours: ours["values"][0] == [],
        reason="quoted, it is a tag like any other",
    )
    for name, call, id_name in (
        ("query_streams", lambda c: c.query_streams(*ALL, 10, process_id="x' OR 'a'='a"), "process_id"),
        ("query_blocks", lambda c: c.query_blocks(*ALL, 10, "x' OR 'a'='a"), "stream_id"),
        ("query_spans", lambda c: c.query_spans(*ALL, 10, "x'), ('y"), "stream_id"),
    ):
        sql = "x'), ('y" if name == "query_spans" else "x' OR 'a'='a"
        yield Differing(
            f"{name}: SQL for an id",
            call,
            {"call": name, id_name: sql, **limited},
            frame_differences,
            # The statement it becomes part of names a table that is not there.
            fails=name == "query_spans",
            reason="unquoted, it becomes part of the statement",
        )
    yield Differing(
        "query_streams: a negative limit",
        lambda c: c.query_streams(*ALL, -1),
        {"call": "query_streams", **ALL_TEXT, "limit": -1},
        frame_differences,
        fails=True,
        reason="it is refused before it is sent",
    )
