"""Hazards of calls, callers and names (contract §7: 10, 11, 12, 15, 16, 17, 18).

Each test puts the hazard into a small lake or between the program and it, and looks at what is left afterwards.
"""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from conftest import EVOLUTION, PROGRAM, Lakehouse, Program, Ran

#: Five days back is of old schemas in every view; the four days since are whole at the current ones.
small = pytest.mark.lake("--scenario", "doubled-instances")
HOUR, DAY = 3600 * 10**9, 86400 * 10**9


def evolution(*view_sets: str) -> str:
    return EVOLUTION.replace("view_sets: all", f"view_sets: [{', '.join(view_sets)}]")


def retention(view_set: str, newer_than: str = "4d") -> str:
    return (
        "  - name: ages\n"
        f"    retention: {{ keep: {{ newer_than: {newer_than} }} }}\n"
        f"    match: {{ view_sets: [{view_set}] }}\n"
    )


def identity(row: dict[str, Any]) -> tuple[Any, ...]:
    """What names a listed row, or one of the audit log, exactly."""
    if "view_set" in row:
        times = [datetime.fromisoformat(row[name]) for name in ("begin", "end")]
        return (row["view_set"], row["instance"], *times, row["schema_hash"], row["file_path"])
    times = [row["begin_insert_time"], row["end_insert_time"]]
    hash_text = row["file_schema_hash"].hex()
    return (row["view_set_name"], row["view_instance_id"], *times, hash_text, row["file_path"])


def catalog(lake: Lakehouse, where: str = "true") -> set[tuple[Any, ...]]:
    return {identity(row) for row in lake.partitions(where)}


def edit(lake: Lakehouse, sql: str, *values: object) -> None:
    """Changes the catalog behind the server's back."""
    directory = Path(lake.control("GET", "/state")["directory"])
    with contextlib.closing(sqlite3.connect(directory / "catalog.sqlite", timeout=5)) as database, database:
        assert database.execute(sql, values).rowcount > 0


def stops(ran: Ran) -> list[str]:
    return [stop["kind"] for stop in ran.json["stops"]]


def aged(lake: Lakehouse, view_set: str) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """The rows of a view that its retention takes, those with a file and those without; the lake's clock stops."""
    now = datetime.fromtimestamp(lake.control("GET", "/state")["now"] // 10**9, UTC)
    lake.control("POST", "/clock", {"now": now.isoformat().replace("+00:00", "Z"), "frozen": True})
    listed = lake.partitions(f"view_set_name = '{view_set}'")
    rows = {identity(row) for row in listed if now - row["end_insert_time"] > timedelta(days=4)}
    return {row for row in rows if row[-1]}, {row for row in rows if not row[-1]}


def outcomes(program: Program) -> list[str]:
    return [record["answer"]["status"] for record in program.records() if record["kind"] == "outcome"]


def assert_sent_once(lake: Lakehouse, count: int) -> None:
    sent = lake.mutators()
    assert len(sent) == len(set(sent)) == count, sent


@contextlib.contextmanager
def at_work(program: Program, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A run that goes on beside the test."""
    command = [PROGRAM, "apply", "--config", program.config, "--audit", program.audit, *arguments]
    started = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield started
    finally:
        started.kill()
        started.communicate(timeout=10)


def wait_for(what: Callable[[], bool], seconds: float = 20) -> None:
    """Looks until it is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


# 10: false SUCCESS in a batch by file


@small
def test_10_an_error_row_voids_its_batch_whatever_the_others_say(lakehouse: Lakehouse, program: Program):
    files, empty = aged(lakehouse, "log_entries")
    before = catalog(lakehouse)
    lakehouse.fault("retire_row", n=1, text="Partition not found: of the fault")
    program.configure(lakehouse.uri, retention("log_entries"))
    ran = program.apply("--yes", "--format", "json")
    assert ran.code == 4
    (outcome,) = ran.json["retirements"]
    assert (outcome["gone"], outcome["still_there"], outcome["unknown"]) == (0, len(files), 0)
    assert f"1 of {len(files)} rows are no success" in outcome["finding"]
    # Nothing further was sent, the rows without a file are held, and every row is listed.
    assert_sent_once(lakehouse, 1)
    assert outcome["held"] == len(empty) > 0
    assert catalog(lakehouse) == before
    (told,) = [record for record in program.records() if record["kind"] == "outcome"]
    assert told["answer"]["status"] == "trouble"
    assert sum("SUCCESS" in row for row in told["answer"]["rows"]) == len(files) - 1
    listed = [record for record in program.records() if record["kind"] == "verified"][-1]
    assert {identity(row) for row in listed["subject"]["partitions"]} == files

    again = program.apply("--yes")
    assert again.code == 0, again.out
    assert before - catalog(lakehouse) == files | empty


# 11: the connection, and what became of a call


@small
def test_11_a_retire_call_whose_answer_is_lost_is_decided_by_listing(lakehouse: Lakehouse, program: Program):
    files, empty = aged(lakehouse, "measures")
    before = catalog(lakehouse)
    lakehouse.connection_fault("lose_answer", asked="retire_partition_by_file(p)")
    program.configure(lakehouse.proxy_uri, retention("measures"))
    ran = program.apply("--yes")
    assert ran.code == 0, ran.out
    assert before - catalog(lakehouse) == files | empty
    assert_sent_once(lakehouse, 2)
    assert outcomes(program) == ["lost", "ok"]
    assert "what a call did is read from the catalog" in ran.err


@small
def test_11_a_retire_call_that_did_not_arrive_is_not_sent_again(lakehouse: Lakehouse, program: Program):
    files, empty = aged(lakehouse, "streams")
    before = catalog(lakehouse)
    lakehouse.connection_fault("refuse", asked="retire_partition_by_file(p)")
    program.configure(lakehouse.proxy_uri, retention("streams"))
    ran = program.apply("--yes", "--format", "json")
    assert ran.code == 4
    (outcome,) = ran.json["retirements"]
    assert (outcome["gone"], outcome["still_there"], outcome["held"]) == (0, len(files), len(empty))
    assert "the answer was lost" in outcome["finding"]
    assert_sent_once(lakehouse, 0)
    assert catalog(lakehouse) == before


@small
def test_11_a_commit_that_comes_late_is_waited_for(lakehouse: Lakehouse, program: Program):
    files, empty = aged(lakehouse, "processes")
    before = catalog(lakehouse)
    lakehouse.fault("before_commit", delay=3.0)
    lakehouse.connection_fault("cut", delay=1.0, asked="retire_partition_by_file(p)")
    program.configure(lakehouse.proxy_uri, retention("processes"))
    ran = program.apply("--yes")
    assert ran.code == 0, ran.out
    assert before - catalog(lakehouse) == files | empty
    assert_sent_once(lakehouse, 2)
    assert outcomes(program) == ["lost", "ok"]


@small
def test_11_a_materialization_that_ends_without_a_status_goes_on_when_it_is_listed(
    lakehouse: Lakehouse, program: Program
):
    lakehouse.connection_fault("no_trailers", asked="materialize_partitions('blocks'")
    program.configure(lakehouse.proxy_uri, evolution("blocks"))
    ran = program.apply("--yes")
    assert ran.code == 0, ran.out
    assert lakehouse.old("view_set_name = 'blocks'") == []
    assert_sent_once(lakehouse, 2)
    assert outcomes(program) == ["lost", "ok"]


@small
def test_11_a_materialization_cut_in_its_middle_leaves_every_old_row(lakehouse: Lakehouse, program: Program):
    before = catalog(lakehouse)
    # A bucket that commits takes its time, so that the server notices the cut between two of them.
    lakehouse.fault("after_commit", view_set="blocks", delay=0.05, times=-1)
    lakehouse.connection_fault("cut", after=6000, asked="materialize_partitions('blocks'")
    program.configure(lakehouse.proxy_uri, evolution("blocks", "streams"))
    ran = program.apply("--yes", "--format", "json")
    assert ran.code == 4
    assert [r["state"] for r in ran.json["rebuilds"]] == ["unknown", "skipped"]
    after = catalog(lakehouse)
    made = after - before
    assert before <= after and 0 < len(made) < 48
    assert_sent_once(lakehouse, 1)
    assert outcomes(program) == ["lost"]

    # The next run lists what there is, makes what is missing, and merges.
    lakehouse.control("DELETE", "/faults")
    lakehouse.control("DELETE", "/calls")
    again = program.apply("--yes")
    assert again.code == 0, again.out
    assert lakehouse.old("view_set_name IN ('blocks', 'streams')") == []
    assert program.run("audit", "verify", "--audit", program.audit).code == 0


@small
def test_11_a_stream_that_stalls_is_waited_for_and_a_killed_run_is_taken_up(lakehouse: Lakehouse, program: Program):
    before = catalog(lakehouse)
    lakehouse.connection_fault("stall", after=2000, asked="materialize_partitions('blocks'")
    program.configure(lakehouse.proxy_uri, evolution("blocks"))
    with at_work(program, "--yes") as run:
        wait_for(lambda: [c["code"] for c in lakehouse.calls() if c["sql"] in lakehouse.mutators()] == ["OK"])
        run.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(0.5)
        run.send_signal(signal.SIGTERM)
        assert run.wait(10) == -signal.SIGTERM
    assert_sent_once(lakehouse, 1)
    assert before < catalog(lakehouse)
    # What the call was about to make stands in the log, synced, without an outcome.
    last = program.records()[-1]
    assert (last["kind"], last["call"], len(last["subject"]["makes"])) == ("intent", lakehouse.mutators()[0], 48)
    assert "1" in program.run("audit", "verify", "--audit", program.audit).out

    again = program.apply("--yes")
    assert again.code == 0, again.out
    assert lakehouse.old("view_set_name = 'blocks'") == []
    assert_sent_once(lakehouse, 2)  # the shadows that stand are not made again


# 12: a filtered listing, a caller without the right


@pytest.mark.parametrize(
    ("version", "caller", "kinds"),
    [
        ("0.33", {"admin": True, "sees": "nothing"}, ["hidden_listing"]),
        ("0.33", {"admin": True, "sees": "instances"}, ["hidden_listing"]),
        ("0.33", {"admin": False, "sees": "instances"}, ["hidden_listing", "functions_missing"]),
        ("0.30", {"admin": True, "sees": "nothing"}, ["hidden_listing"]),
        ("0.30", {"admin": False, "sees": "all"}, ["functions_missing"]),
    ],
)
def test_12_a_caller_who_is_shown_a_part_or_may_change_nothing_is_stopped(
    program: Program, version: str, caller: dict[str, Any], kinds: list[str]
):
    lake = Lakehouse("--scenario", "doubled-instances", "--version", version)
    try:
        before = catalog(lake)
        lake.control("POST", "/anonymous", caller)
        program.configure(lake.uri)
        for arguments in (["--yes"], ["--dry-run"]):
            ran = program.apply("--format", "json", *arguments)
            assert (ran.code, stops(ran)) == (3, kinds)
        assert lake.mutators() == []
        lake.control("POST", "/anonymous", {"admin": True, "sees": "all"})
        assert catalog(lake) == before
    finally:
        lake.stop()


@small
def test_12_a_query_that_sees_fewer_blocks_than_are_listed_is_a_filter(lakehouse: Lakehouse, program: Program):
    """A day that current blocks cover and over which an old row lies; its blocks are listed with one row too many."""
    days = lakehouse.partitions("view_set_name = 'blocks' AND num_rows > 0")
    days = [r["begin_insert_time"] for r in days if r["end_insert_time"] - r["begin_insert_time"] == timedelta(days=1)]
    at = int(max(days).timestamp()) * 10**9
    old = lakehouse.old("view_set_name = 'log_entries'")[0]["file_schema_hash"]
    of_day = "view_instance_id = 'global' AND begin_insert_time >= ? AND begin_insert_time < ?"
    edit(
        lakehouse,
        f"UPDATE partitions SET file_schema_hash = ? WHERE view_set_name = 'log_entries' AND {of_day}",
        *(old, at, at + HOUR),
    )
    program.configure(lakehouse.uri, evolution("log_entries"))
    assert program.apply("--dry-run").code == 0
    edit(
        lakehouse,
        f"UPDATE partitions SET num_rows = num_rows + 1 WHERE view_set_name = 'blocks' AND {of_day}",
        *(at, at + DAY),
    )
    ran = program.apply("--yes", "--format", "json")
    assert (ran.code, stops(ran)) == (3, ["hidden_rows"])
    assert lakehouse.mutators() == []


# 15: names that try to be SQL


def add_row(lake: Lakehouse, view_set: str, **changes: object) -> None:
    """A copy of an old row of a view with a file; times are moved by `days`."""
    days = int(changes.pop("days", 0)) * DAY
    columns = ["view_set_name", "view_instance_id", "begin_insert_time", "end_insert_time", "min_event_time",
               "max_event_time", "updated", "file_path", "file_size", "file_schema_hash", "source_data_hash",
               "num_rows", "partition_format_version", "sort_order", "max_sort_key_time"]  # fmt: skip
    moved = {name: f"{name} + {days}" for name in columns if name.endswith("_time") or name == "updated"}
    values = ["?" if name in changes else moved.get(name, name) for name in columns]
    edit(
        lake,
        f"INSERT INTO partitions ({', '.join(columns)}) SELECT {', '.join(values)} FROM partitions "
        "WHERE view_set_name = ? AND file_path IS NOT NULL ORDER BY begin_insert_time LIMIT 1",
        *(changes[name] for name in columns if name in changes),
        view_set,
    )


@small
def test_15_names_that_close_a_quote_retire_themselves_and_nothing_else(lakehouse: Lakehouse, program: Program):
    victim = lakehouse.old("view_set_name = 'log_entries' AND file_path IS NOT NULL")[0]
    young = "views/thread_spans/young/file.parquet"
    add_row(lakehouse, "thread_spans", view_instance_id="young", file_path=young, days=2)
    evil = [
        # Written between two bare quotes these name the young row and the victim.
        {"view_instance_id": "it's", "file_path": f"{young}'),('{victim['file_path']}"},
        {"view_instance_id": "e\u0301'\u0301\\'--;", "file_path": "views/a''b\\'); DROP TABLE partitions; --"},
        {
            "view_instance_id": "x','1970-01-01T00:00:00Z','1970-01-01T00:00:00Z','00'),('log_entries','global",
            "file_path": None,
            "file_size": 0,
            "num_rows": 0,
        },
        {"view_instance_id": "$$||'\"`{begin}%s[", "file_path": None, "file_size": 0, "num_rows": 0},
    ]
    for changes in evil:
        add_row(lakehouse, "thread_spans", **changes)
    before = catalog(lakehouse)
    wanted = {identity(r) for r in lakehouse.old("view_set_name = 'thread_spans' AND view_instance_id != 'young'")}
    program.configure(lakehouse.uri, retention("thread_spans"))
    ran = program.apply("--yes")
    assert ran.code == 0, ran.out
    assert len(wanted) == 10
    assert before - catalog(lakehouse) == wanted
    assert program.run("audit", "verify", "--audit", program.audit).code == 0


@small
def test_15_an_instance_whose_name_is_a_condition_counts_no_block_of_others(lakehouse: Lakehouse, program: Program):
    """Its telemetry is gone; a condition that is always true would find that of others in its place."""
    add_row(lakehouse, "thread_spans", view_instance_id="x'OR''='", file_path="views/or.parquet", days=1)
    before = catalog(lakehouse)
    program.configure(lakehouse.uri, evolution("thread_spans"))
    ran = program.apply("--yes", "--format", "json")
    assert ran.code == 4, ran.out
    (outcome,) = ran.json["retirements"]
    assert (outcome["asked"], outcome["held"]) == (0, 1)
    assert "no block of its time is left: it is the last copy" in outcome["finding"]
    assert lakehouse.mutators() == []
    assert catalog(lakehouse) == before


@small
def test_15_a_listed_name_that_is_none_stops_the_run(lakehouse: Lakehouse, program: Program):
    add_row(lakehouse, "thread_spans", view_instance_id="x' OR ''='", file_path="views/or.parquet", days=1)
    program.configure(lakehouse.uri)
    ran = program.apply("--yes")
    assert ran.code == 1
    assert "its view_instance_id): “x' OR ''='” is no name" in " ".join(ran.err.split())
    assert lakehouse.mutators() == []


def test_15_a_policy_that_names_a_condition_is_no_view_set(lakehouse: Lakehouse, program: Program):
    program.configure(lakehouse.uri, retention("\"thread_spans' OR '1'='1\""))
    ran = program.apply("--yes")
    assert ran.code == 3
    assert "names the view set thread_spans' OR '1'='1, which does not exist" in " ".join(ran.out.split())
    assert all("OR '1'" not in (call["sql"] or "") for call in lakehouse.calls())


# 16: a materializing call retires too


def instance_queries(lake: Lakehouse) -> list[str]:
    return [call["sql"] for call in lake.calls() if "view_instance(" in (call["sql"] or "")]


@small
def test_16_a_dry_run_changes_nothing_and_queries_no_instance(lakehouse: Lakehouse, program: Program):
    before = catalog(lakehouse)
    program.configure(lakehouse.uri, EVOLUTION + retention("async_events", "14d"))
    ran = program.apply("--dry-run", "--detailed-exitcode")
    assert ran.code == 2
    assert "~ rebuild" in ran.out and "- retire" in ran.out
    assert lakehouse.mutators() == []
    assert instance_queries(lakehouse) == []
    assert {call["method"] for call in lakehouse.calls()} == {"DoGet", "DoAction"}
    assert catalog(lakehouse) == before
    assert not program.audit.exists()


@small
def test_16_each_row_that_went_is_named_by_an_intent(lakehouse: Lakehouse, program: Program):
    before = catalog(lakehouse)
    program.configure(lakehouse.uri, EVOLUTION)
    ran = program.apply("--yes")
    assert ran.code == 0, ran.out
    gone = before - catalog(lakehouse)
    assert len(gone) > 100
    records = program.records()
    named: set[tuple[Any, ...]] = set()
    for record, following in pairwise(records):
        if record["kind"] == "intent":
            named |= {identity(row) for row in record["subject"]["partitions"]}
            assert following["kind"] == "outcome"
    assert gone <= named
    assert [r["call"] for r in records if r["kind"] == "intent"] == lakehouse.mutators()
    assert instance_queries(lakehouse) == []


@small
def test_16_the_intent_is_on_the_disk_before_the_call_acts(lakehouse: Lakehouse, program: Program):
    (row,) = aged(lakehouse, "log_stats")[0]
    lakehouse.fault("before_commit", delay=1.0)
    program.configure(lakehouse.uri, retention("log_stats"))
    with at_work(program, "--yes") as run:
        wait_for(lambda: lakehouse.control("GET", "/state")["struck"] != {})
        last = program.records()[-1]
        assert row in catalog(lakehouse)
        assert run.wait(20) == 0
    assert (last["kind"], [identity(r) for r in last["subject"]["partitions"]]) == ("intent", [row])
    assert last["call"] == lakehouse.mutators()[0]
    assert row not in catalog(lakehouse)


@small
def test_16_a_row_that_came_after_the_plan_stops_the_merge_that_would_take_it(lakehouse: Lakehouse, program: Program):
    """While the shadows are made somebody writes another old row of the day: no intent names it."""
    lakehouse.fault("after_commit", view_set="blocks", delay=1.0)
    program.configure(lakehouse.uri, evolution("blocks"))
    older = {"file_schema_hash": b"\x01", "file_path": "views/blocks/late.parquet"}
    with at_work(program, "--yes", "--format", "json") as run:
        wait_for(lambda: lakehouse.control("GET", "/state")["struck"] != {})
        add_row(lakehouse, "blocks", **older)
        out, _ = run.communicate(timeout=20)
    assert run.returncode == 4
    assert b"would be removed and is not in the plan" in out
    assert_sent_once(lakehouse, 1)
    assert len(lakehouse.partitions("file_path = 'views/blocks/late.parquet'")) == 1


# 17: just-in-time rows doubled by overlapping blocks rows


def instance_rows(lake: Lakehouse, process: str) -> int:
    """What a query of an instance counts; it writes the row anew where there is none."""
    return lake.query(f"SELECT count(*) AS n FROM view_instance('log_entries', '{process}')").to_pylist()[0]["n"]


@small
def test_17_a_row_that_holds_its_objects_twice_is_found_and_retired(lakehouse: Lakehouse, program: Program):
    current = "view_set_name = 'log_entries' AND view_instance_id != 'global' AND begin_insert_time >= "
    first = min(row["begin_insert_time"] for row in lakehouse.partitions("num_rows > 0")) + timedelta(days=1)
    (row,) = lakehouse.partitions(f"{current}'{first.date()}'")
    process, objects = row["view_instance_id"], int.from_bytes(row["source_data_hash"], "little")
    before = catalog(lakehouse)
    program.configure(lakehouse.uri, evolution("log_entries"))
    planned = program.apply("--dry-run", "--format", "json")
    (retirement,) = planned.json["plan"]["retirements"]
    assert retirement["reason"] == {"kind": "doubled"}
    assert [identity(r) for r in retirement["partitions"]] == [identity(row)]
    assert instance_queries(lakehouse) == []

    ran = program.apply("--yes")
    assert ran.code == 0, ran.out
    assert before - catalog(lakehouse) == {identity(row)}
    assert instance_queries(lakehouse) == []
    assert instance_rows(lakehouse, process) * 2 == objects == row["num_rows"]
    # What a query wrote since is sound: there is nothing more to retire.
    assert program.apply("--dry-run", "--format", "json").json["plan"]["retirements"] == []


@small
def test_17_what_a_query_doubled_while_blocks_overlapped_is_found_by_the_next_run(
    lakehouse: Lakehouse, program: Program
):
    """The query strikes between the shadows of blocks and their merge: the merge is held up until it was answered."""
    old = lakehouse.old("view_set_name = 'log_entries' AND view_instance_id != 'global'")
    process, rows = old[0]["view_instance_id"], old[0]["num_rows"]
    lakehouse.fault("call", sql="materialize_partitions.'blocks'.*,3600", delay=2.0)
    program.configure(lakehouse.uri)
    with at_work(program, "--yes") as run:
        wait_for(lambda: lakehouse.control("GET", "/state")["struck"] != {})
        assert instance_rows(lakehouse, process) == 2 * rows
        assert run.wait(30) == 4  # the old row that it was to retire is another one by now
    doubled = f"view_instance_id = '{process}' AND num_rows = {2 * rows} AND view_set_name = 'log_entries'"
    assert len(lakehouse.partitions(doubled)) == 1
    again = program.apply("--yes")
    assert again.code == 0, again.out
    assert "holds its objects twice" in " ".join(again.out.split())
    assert lakehouse.partitions(doubled) == []
    assert instance_rows(lakehouse, process) == rows


# 18: a server of mixed versions


@small
@pytest.mark.parametrize("maintenance", ["none", "present"])
def test_18_a_view_whose_newest_row_is_of_another_hash_stops_the_run(
    lakehouse: Lakehouse, program: Program, maintenance: str
):
    old = lakehouse.old("view_set_name = 'log_entries'")[0]["file_schema_hash"]
    program.configure(lakehouse.uri, EVOLUTION, maintenance=maintenance)
    assert program.apply("--dry-run").code == 0
    edit(
        lakehouse,
        "UPDATE partitions SET file_schema_hash = ? WHERE rowid = (SELECT rowid FROM partitions WHERE "
        "view_set_name = 'log_entries' AND view_instance_id = 'global' ORDER BY end_insert_time DESC LIMIT 1)",
        old,
    )
    before = catalog(lakehouse)
    for arguments in (["--yes"], ["--dry-run"]):
        ran = program.apply("--format", "json", *arguments)
        assert (ran.code, stops(ran)) == (3, ["mixed_versions"])
        assert ran.json["stops"][0]["why"].count(old.hex()) >= 1
    assert lakehouse.mutators() == []
    assert catalog(lakehouse) == before
