"""The commands that read a lake: what they print is what another client gets."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc as ipc
import pytest

from conftest import PROGRAM, Lakehouse, Program

LISTING = (
    "SELECT * FROM list_partitions() ORDER BY view_set_name, view_instance_id, begin_insert_time, file_schema_hash"
)
GOLDEN = Path(__file__).resolve().parents[1] / "Golden/micromegas-0.30"
EVERY_TYPE = """
SELECT 1 AS i, arrow_cast(200, 'UInt8') AS u, 1.5 AS d, true AS b, arrow_cast(NULL, 'Utf8') AS n,
       'it''s, "so"' AS t, decode('00ff', 'hex') AS h, TIMESTAMP '2026-11-21T06:14:03.25Z' AS ts,
       arrow_cast('x', 'Dictionary(Int32, Utf8)') AS dict, [1, 2] AS list
"""


def golden_sql(name: str) -> str:
    return json.loads((GOLDEN / f"{name}.json").read_text())["call"]["sql"]


def run_bytes(*arguments: str) -> bytes:
    done = subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def read(data: bytes) -> pa.Table:
    table = ipc.open_stream(data).read_all()
    table.validate(full=True)
    return table


@pytest.mark.parametrize(
    "sql",
    [
        LISTING,
        EVERY_TYPE,
        "SELECT * FROM processes",
        "SELECT * FROM list_view_sets() ORDER BY 1",
        "SELECT * FROM list_partitions() WHERE false",
        "SELECT value FROM generate_series(1, 100000) ORDER BY value",
    ],
)
def test_an_arrow_stream_is_what_pyarrow_gets_itself(lakehouse: Lakehouse, sql: str) -> None:
    ours = read(run_bytes("query", sql, "--lake", lakehouse.uri, "--format", "arrow"))
    theirs = lakehouse.query(sql)
    assert ours.schema.equals(theirs.schema, check_metadata=True)
    assert ours.equals(theirs)


@pytest.mark.parametrize("name", ["types", "types-nested", "nulls", "no-rows", "unicode", "duplicate-column-names"])
def test_recorded_queries_are_read_back_from_arrow(lakehouse: Lakehouse, name: str) -> None:
    sql = golden_sql(name)
    theirs = lakehouse.query(sql)
    ours = read(run_bytes("query", sql, "--lake", lakehouse.uri, "--format", "arrow"))
    assert ours.equals(theirs, check_metadata=True)
    # The other formats write each of their rows, too.
    lines = run_bytes("query", sql, "--lake", lakehouse.uri, "--format", "json").decode().splitlines()
    assert len(lines) == theirs.num_rows and all(len(json.loads(line)) == theirs.num_columns for line in lines)
    text = run_bytes("query", sql, "--lake", lakehouse.uri, "--format", "csv").decode()
    records = list(csv.reader(io.StringIO(text, newline="")))
    assert records[0] == theirs.column_names
    assert len(records) == 1 + theirs.num_rows and all(len(r) == theirs.num_columns for r in records)
    table = run_bytes("query", sql, "--lake", lakehouse.uri).decode().splitlines()
    assert len(table) == 1 + theirs.num_rows


def test_each_format_holds_the_same_rows(lakehouse: Lakehouse, program: Program) -> None:
    sql = "SELECT view_set_name, view_instance_id, num_rows, file_schema_hash, file_path FROM list_partitions() " + (
        "ORDER BY view_set_name, view_instance_id, begin_insert_time, file_schema_hash"
    )
    rows = lakehouse.query(sql).to_pylist()
    assert len(rows) > 256
    lines = program.run("query", sql, "--lake", lakehouse.uri, "--format", "json").out.splitlines()
    expected = [{**row, "file_schema_hash": row["file_schema_hash"].hex()} for row in rows]
    assert [json.loads(line) for line in lines] == expected

    records = list(
        csv.reader(io.StringIO(run_bytes("query", sql, "--lake", lakehouse.uri, "--format=csv").decode(), newline=""))
    )
    assert records[0] == list(rows[0])
    assert records[1:] == [["" if value is None else str(value) for value in row.values()] for row in expected]

    table = program.run("query", sql, "--lake", lakehouse.uri).out.splitlines()
    assert table[0].split() == list(rows[0])
    assert [line.split() for line in table[1:]] == [[str(v) for v in row.values() if v is not None] for row in expected]


def test_every_type_is_written_in_json(lakehouse: Lakehouse, program: Program) -> None:
    ran = program.run("query", EVERY_TYPE, "--lake", lakehouse.uri, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    row = ran.json
    assert row.pop("ts").startswith("2026-11-21T06:14:03.25")
    assert row == {
        "i": 1, "u": 200, "d": 1.5, "b": True, "n": None, "t": 'it\'s, "so"', "h": "00ff", "dict": "x", "list": [1, 2],
    }  # fmt: skip


def test_a_range_and_a_limit_go_with_the_call(lakehouse: Lakehouse, program: Program) -> None:
    window = ("--begin", "2026-11-20", "--end", "2026-11-21T12:00:00+02:00")
    ran = program.run("query", LISTING, "--lake", lakehouse.uri, "--limit", "3", "--format", "json", *window)
    assert len(ran.out.splitlines()) == 3
    sent = lakehouse.calls()[-1]["metadata"]
    assert ["query_range_begin", "2026-11-20T00:00:00Z"] in sent
    assert ["query_range_end", "2026-11-21T10:00:00Z"] in sent
    assert ["limit", "3"] in sent


@pytest.mark.parametrize(
    "arguments",
    [
        ["query"],
        ["query", "SELECT 1", "SELECT 2"],
        ["query", "SELECT 1", "--begin", "2026-11-20"],
        ["query", "SELECT 1", "--end", "2026-11-20"],
        ["query", "SELECT 1", "--begin", "today", "--end", "2026-11-20"],
        ["query", "SELECT 1", "--limit", "-1"],
        ["query", "SELECT 1", "--format", "xml"],
        ["query", "SELECT retire_partition_by_file('x')"],
        ["query", "/* ' */ SELECT * FROM Retire_Partitions('a', 'b', 'c', 'd') -- '"],
        ["query", "DROP  MATERIALIZED\n VIEW x"],
        ["query", "-"],
        ["describe"],
        ["process"],
        ["process", "' OR 1=1 --"],
        ["incompatible", "blocks", "log_entries"],
    ],
)
def test_what_cannot_be_followed_is_not_sent(lakehouse: Lakehouse, program: Program, arguments: list[str]) -> None:
    ran = program.run(*arguments, "--lake", lakehouse.uri)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("error: ") and "usage: lakewarden " in ran.err
    assert lakehouse.calls() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["query", "SELECT nope FROM log_entries"], "nope"),
        (["query", "SELECT * FROM nowhere", "--format", "arrow"], "nowhere"),
        (["describe", "nowhere"], "nowhere"),
        (["process", "550e8400-e29b-41d4-a716-446655440000"], "550e8400"),
        (["process", "550e8400-e29b-41d4-a716-446655440000", "--format", "json"], "550e8400"),
        (["process", "550e8400-e29b-41d4-a716-446655440000", "--format", "arrow"], "550e8400"),
        (["partitions", "nowhere"], "nowhere"),
        (["partitions", "nowhere", "--format", "arrow"], "nowhere"),
        (["incompatible", "nowhere", "--format", "csv"], "nowhere"),
        (["query", ""], "No SQL statements"),
        (["query", "SELECT 1; SELECT 2"], "single SQL statement"),
    ],
)
def test_an_error_is_a_block_with_a_cure(
    lakehouse: Lakehouse, program: Program, arguments: list[str], said: str
) -> None:
    ran = program.run(*arguments, "--lake", lakehouse.uri)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: ") and said in ran.err and "\n  cure " in ran.err
    assert lakehouse.uri in ran.err
    # Nothing was printed, so that nothing is said of it.
    assert "rows that were printed" not in ran.err


def test_nobody_at_the_address_is_an_error(program: Program) -> None:
    ran = program.run("views", "--lake", "grpc://127.0.0.1:1")
    assert (ran.code, ran.out) == (1, "")
    assert "127.0.0.1:1" in ran.err and "cure" in ran.err
    # No row was printed, so nothing is said of rows.
    assert "rows that were printed" not in ran.err


@pytest.mark.parametrize("form", ["json", "arrow", "table"])
def test_a_lost_connection_is_no_whole_answer(lakehouse: Lakehouse, form: str) -> None:
    sql = "SELECT value FROM generate_series(1, 300000)"
    lakehouse.connection_fault("cut", after=500_000)
    command = [PROGRAM, "query", sql, "--lake", lakehouse.proxy_uri, "--format", form]
    ran = subprocess.run(command, capture_output=True, timeout=60)
    assert ran.returncode == 1 and ran.stderr.startswith(b"error: ")
    assert len(ran.stdout) > 1000 and b"rows that were printed before this" in ran.stderr
    if form == "arrow":
        assert not ran.stdout.endswith(b"\xff\xff\xff\xff\0\0\0\0")


def test_the_listing_commands_answer_from_the_lake(lakehouse: Lakehouse, program: Program) -> None:
    lake = ("--lake", lakehouse.uri)
    listed = [json.loads(x) for x in program.run("partitions", *lake, "--format", "json").out.splitlines()]
    assert len(listed) == len(lakehouse.partitions())
    blocks = program.run("partitions", "blocks", *lake, "--format", "json").out.splitlines()
    assert len(blocks) == len(lakehouse.partitions("view_set_name = 'blocks'")) > 0

    views = [json.loads(x) for x in program.run("views", *lake, "--format", "json").out.splitlines()]
    sets = lakehouse.query("SELECT * FROM list_view_sets() ORDER BY view_set_name").to_pylist()
    assert [(v["view_set_name"], v["current_schema_hash"]) for v in views] == [
        (s["view_set_name"], s["current_schema_hash"].hex()) for s in sets
    ]

    columns = [
        json.loads(x) for x in program.run("describe", "log_entries", *lake, "--format", "json").out.splitlines()
    ]
    schema = lakehouse.query("SELECT * FROM log_entries LIMIT 0").schema
    assert [(c["column"], c["nullable"]) for c in columns] == [(f.name, f.nullable) for f in schema]
    before = lakehouse.partitions()
    spans = program.run("describe", "thread_spans", *lake)
    assert spans.code == 0 and "depth" in spans.out
    assert lakehouse.partitions() == before


def test_old_partitions_are_counted_by_view_instance_and_hash(lakehouse: Lakehouse, program: Program) -> None:
    ran = program.run("incompatible", "--lake", lakehouse.uri, "--format", "json")
    groups = [json.loads(line) for line in ran.out.splitlines()]
    old = lakehouse.old()
    assert sum(g["partition_count"] for g in groups) == len(old) > 0
    assert sum(g["total_size_bytes"] for g in groups) == sum(p["file_size"] for p in old)
    assert sorted(f for g in groups for f in g["file_paths"]) == sorted(p["file_path"] for p in old if p["file_path"])
    keys = {(p["view_set_name"], p["view_instance_id"], p["file_schema_hash"].hex()) for p in old}
    assert {(g["view_set_name"], g["view_instance_id"], g["incompatible_schema_hash"]) for g in groups} == keys
    one = program.run("incompatible", groups[0]["view_set_name"], "--lake", lakehouse.uri).out.splitlines()
    assert one[0].split()[0] == "view_set_name" and len(one) > 1
    assert lakehouse.mutators() == []


def test_rows_that_are_made_here_are_an_arrow_stream_too(lakehouse: Lakehouse, program: Program) -> None:
    for command in (["incompatible"], ["incompatible", "async_events"], ["describe", "log_entries"]):
        lines = program.run(*command, "--lake", lakehouse.uri, "--format", "json").out.splitlines()
        table = read(run_bytes(*command, "--lake", lakehouse.uri, "--format", "arrow"))
        rows = [
            {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
            for row in table.to_pylist()
        ]
        assert rows == [json.loads(line) for line in lines] != []
    log_stats = read(run_bytes("incompatible", "otel_spans", "--lake", lakehouse.uri, "--format", "arrow"))
    assert log_stats.num_rows == 0 and log_stats.column_names[0] == "view_set_name"


def test_an_arrow_stream_does_not_go_to_a_terminal(lakehouse: Lakehouse) -> None:
    for command in (["query", "SELECT 1"], ["describe", "blocks"], ["views"]):
        ours, theirs = pty.openpty()
        ran = subprocess.run(
            [PROGRAM, *command, "--lake", lakehouse.uri, "--format", "arrow"],
            stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
        os.close(theirs)
        assert ran.returncode == 64 and "terminal" in ran.stderr
        with pytest.raises(OSError):
            os.read(ours, 1)
        os.close(ours)
    assert lakehouse.calls() == []


def test_sql_comes_from_standard_input(lakehouse: Lakehouse) -> None:
    def run(given: bytes) -> subprocess.CompletedProcess[bytes]:
        command = [PROGRAM, "query", "-", "--lake", lakehouse.uri, "--format", "json"]
        return subprocess.run(command, input=given, capture_output=True, timeout=60)

    ran = run("-- wie viele\nSELECT 'é' AS t, 2 AS n;\n".encode())
    assert (ran.returncode, ran.stderr) == (0, b"") and json.loads(ran.stdout) == {"t": "é", "n": 2}
    assert run(b"SELECT retire_partition_by_file('x')").returncode == 64
    for given in (b"SELECT '\xff'", b" " * (1 << 20) + b"SELECT 1", b""):
        ran = run(given)
        assert (ran.returncode, ran.stdout) == (64, b"") and b"standard input" in ran.stderr
    assert len(lakehouse.calls()) == 1


def test_a_view_is_looked_for_only_where_no_partition_of_it_is_listed(lakehouse: Lakehouse, program: Program) -> None:
    def asked(*arguments: str) -> list[str]:
        lakehouse.control("DELETE", "/calls")
        ran = program.run("partitions", "blocks", *arguments, "--lake", lakehouse.uri)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("" if "json" in arguments else "view_set_name")
        return [call["sql"].split("(")[0].split()[-1] for call in lakehouse.calls()]

    assert asked() == ["list_partitions"]
    for format in ("table", "csv", "json"):
        assert asked("--limit", "0", "--format", format) == ["list_partitions", "list_view_sets"]


def test_a_process_is_shown_upright(lakehouse: Lakehouse, program: Program) -> None:
    row = lakehouse.query("SELECT process_id, exe FROM processes LIMIT 1").to_pylist()[0]
    ran = program.run("process", row["process_id"], "--lake", lakehouse.uri)
    shown = dict(line.split(None, 1) for line in ran.out.splitlines() if " " in line)
    assert (shown["process_id"], shown["exe"]) == (row["process_id"], row["exe"])
    assert json.loads(shown["properties"]) == {"build": "release", "version": "1.4.2"}
    assert (
        program.run("process", row["process_id"], "--lake", lakehouse.uri, "--format", "json").json["exe"] == row["exe"]
    )


def test_the_policy_file_names_the_lake_and_its_token(program: Program) -> None:
    running = Lakehouse("--scenario", "morning-after", "--admin-token", "a-token")
    try:
        token = program.folder / "token"
        token.write_text("a-token")
        token.chmod(0o600)
        program.configure(running.uri, token_file="token")
        assert program.run("views", "--config", program.config).code == 0
        os.rename(program.config, program.folder / "lakewarden.yaml")
        inside = subprocess.run([PROGRAM, "views"], cwd=program.folder, capture_output=True, text=True, timeout=60)
        assert (inside.returncode, inside.stderr) == (0, "") and "log_entries" in inside.stdout
        # A lake that is named alone is not the file's: it gets no token.
        other = subprocess.run(
            [PROGRAM, "views", "--lake", running.uri], cwd=program.folder, capture_output=True, text=True, timeout=60
        )
        assert other.returncode == 1 and "a-token" not in other.stderr
        assert not any(name == "authorization" for name, _ in running.calls()[-1]["metadata"])
    finally:
        running.stop()


def test_a_file_that_names_a_lake_and_no_policies_is_enough_to_read(program: Program) -> None:
    running = Lakehouse("--scenario", "morning-after", "--admin-token", "a-token")
    try:
        text = f"version: 1\nlake:\n  uri: {running.uri}\n  credentials: {{ token_env: LAKE_TOKEN }}\n"
        program.config.write_text(text)
        env = {"LAKE_TOKEN": "a-token"}
        ran = program.run("views", "--config", program.config, env=env)
        assert (ran.code, ran.err) == (0, "") and "log_entries" in ran.out
        # A run of policies still needs some, and those that are there are checked for a reader, too.
        for command in (["validate"], ["apply", "--dry-run"]):
            refused = program.run(*command, "--config", program.config, env=env)
            assert refused.code == 1 and "the file has no policies" in refused.out + refused.err
        program.config.write_text(text + "policies:\n  - nam: x\n")
        assert program.run("views", "--config", program.config, env=env).code == 1
    finally:
        running.stop()


def test_a_closed_standard_output_takes_nothing_meant_for_another_file(lakehouse: Lakehouse) -> None:
    # What is opened next would have its number: rows would go to the lake's connection, progress into the audit log.
    line = f"'{PROGRAM}' views --lake {lakehouse.uri} >&-"
    ran = subprocess.run(["bash", "-c", line], stderr=subprocess.PIPE, text=True, timeout=60)
    assert ran.returncode == 1 and "Bad file descriptor" in ran.stderr
    line = f"'{PROGRAM}' query - --lake {lakehouse.uri} <&-"
    ran = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout) == (64, "") and "standard input" in ran.stderr


def test_what_cannot_be_followed_is_told_in_ascii_where_the_locale_has_no_more(program: Program) -> None:
    for command in (["process", "nop\u00e9"], ["apply", "--config", "x\u00e9.yaml", "--lake", "grpc://h\u00e9"]):
        assert program.run(*command, env={"LC_ALL": "C"}).err.isascii()
    assert "\u201cnop\u00e9\u201d" in program.run("process", "nop\u00e9", env={"LC_ALL": "C.UTF-8"}).err


def test_a_reader_that_is_slow_costs_no_time(lakehouse: Lakehouse) -> None:
    def used(process: int) -> float:
        ticks = Path(f"/proc/{process}/stat").read_text().split()[13:15]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    reading, writing = os.pipe()
    # As a terminal or a socket may be that another program has set so.
    os.set_blocking(writing, False)
    sql = "SELECT value FROM generate_series(1, 300000)"
    ran = subprocess.Popen([PROGRAM, "query", sql, "--lake", lakehouse.uri, "--format", "csv"], stdout=writing)
    os.close(writing)
    first = os.read(reading, 1)
    # What fits into the transport's windows comes first.
    time.sleep(1)
    before = used(ran.pid)
    time.sleep(1.5)
    spent = used(ran.pid) - before
    with os.fdopen(reading, "rb") as rest:
        assert (first + rest.read()).count(b"\n") == 300_001
    assert ran.wait(60) == 0 and spent < 0.3


def test_a_reader_that_goes_away_ends_the_query(lakehouse: Lakehouse) -> None:
    sql = "SELECT value FROM generate_series(1, 3000000)"
    line = f"set -o pipefail; '{PROGRAM}' query '{sql}' --lake {lakehouse.uri} --format csv | head -n 3"
    ran = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "") and ran.stdout.startswith("value")


def test_a_full_disk_is_an_error(lakehouse: Lakehouse) -> None:
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(
            [PROGRAM, "views", "--lake", lakehouse.uri], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert ran.returncode == 1 and "No space left" in ran.stderr
