"""Hazards of retiring (contract §7: 4, 5, 6): rows that share a range, ranges, and last copies.

Each is judged from outside: by what was sent, the exit code, the audit log, and the rows that are listed afterwards.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from conftest import PATIENCE, Lakehouse, Program
from hazard_lakes import (
    OLD_DAY,
    add_row,
    edit,
    exactly,
    materializations,
    midnight,
    of_day,
    retirements,
    serving,
    set_clock,
    versions,
)
from policies import evolution, retention
from runs import apply, at_work, holds, wait_for

# Hazard 4: retiring by metadata with four arguments is blind to the hash.


#: At six o'clock this keeps D-4 and takes D-5, whole hours and all.
FOUR_DAYS = "4d 5h 30m"


def six_o_clock(lakehouse: Lakehouse) -> None:
    set_clock(lakehouse, midnight(lakehouse) + timedelta(hours=6))


def test_empty_rows_of_two_hashes_on_one_range_are_held_where_the_call_is_blind(program: Program) -> None:
    with serving("--scenario", OLD_DAY, "--version", "0.30") as lakehouse:
        six_o_clock(lakehouse)
        program.configure(lakehouse.uri, retention(FOUR_DAYS, "log_entries"))
        day = f"view_set_name = 'log_entries' AND view_instance_id = 'global' AND {of_day(lakehouse, -5)}"
        empty = lakehouse.partitions(f"{day} AND num_rows = 0")
        assert len(empty) == 2 * 21
        plan = apply(program, 0)["plan"]
        assert holds(plan, "not_exactly_removable") == {"log_entries": len(empty)}
        assert exactly(lakehouse.partitions(day)) == exactly(empty)
        assert not any("by_metadata" in sql for sql in retirements(lakehouse))


def test_empty_rows_of_two_hashes_on_one_range_go_where_the_call_names_the_hash(program: Program) -> None:
    with serving("--scenario", OLD_DAY, "--version", "0.33") as lakehouse:
        six_o_clock(lakehouse)
        program.configure(lakehouse.uri, retention(FOUR_DAYS, "log_entries"))
        day = f"view_set_name = 'log_entries' AND {of_day(lakehouse, -5)}"
        others = lakehouse.partitions(f"NOT ({day})")
        apply(program, 0)
        assert exactly(lakehouse.partitions()) == exactly(others)
        (by_metadata,) = [sql for sql in retirements(lakehouse) if "by_metadata" in sql]
        assert len(re.findall("'global'", by_metadata)) == len(re.findall("'(?:01|06)'", by_metadata)) == 2 * 21


def test_a_row_that_stands_alone_on_its_range_is_retired_where_the_call_is_blind(program: Program) -> None:
    with serving("--scenario", OLD_DAY, "--version", "0.30") as lakehouse:
        six_o_clock(lakehouse)
        program.configure(lakehouse.uri, retention(FOUR_DAYS, "measures"))
        day = f"view_set_name = 'measures' AND {of_day(lakehouse, -5)}"
        others = lakehouse.partitions(f"NOT ({day})")
        apply(program, 0)
        assert exactly(lakehouse.partitions()) == exactly(others)
        assert sum("by_metadata" in sql for sql in retirements(lakehouse)) == 1


@versions
def test_rows_with_data_are_named_by_their_file_alone(program: Program, version: str) -> None:
    with serving("--scenario", OLD_DAY, "--version", version) as lakehouse:
        six_o_clock(lakehouse)
        program.configure(lakehouse.uri, retention(FOUR_DAYS, "measures"))
        day = f"view_set_name = 'measures' AND view_instance_id = 'global' AND {of_day(lakehouse, -5)}"
        full = lakehouse.partitions(f"{day} AND num_rows > 0")
        assert len(full) == 3
        apply(program, 0)
        sent = retirements(lakehouse)
        assert all(sum(row["file_path"] in sql for sql in sent if "by_file" in sql) == 1 for row in full)
        for row in full:
            begin = row["begin_insert_time"].strftime("'global', ?'%Y-%m-%dT%H:%M:%S")
            assert not any(re.search(begin, sql) for sql in sent if "by_metadata" in sql)
        assert lakehouse.partitions(day) == []


@pytest.mark.parametrize("takes_its_place", [False, True], ids=["beside it", "in its place"])
def test_a_row_that_comes_where_an_empty_one_was_is_left_where_the_call_is_blind(
    program: Program, takes_its_place: bool
) -> None:
    """It comes while the rows with a file are retired: the call by metadata would take it, too, or alone."""
    with serving("--scenario", OLD_DAY, "--version", "0.30") as lakehouse:
        six_o_clock(lakehouse)
        program.configure(lakehouse.uri, retention(FOUR_DAYS, "measures"))
        day = f"view_set_name = 'measures' AND view_instance_id = 'global' AND {of_day(lakehouse, -5)}"
        empty = lakehouse.partitions(f"{day} AND num_rows = 0")
        begin, end = (int(empty[0][name].timestamp()) * 10**9 for name in ("begin_insert_time", "end_insert_time"))
        lakehouse.fault("before_commit", delay=PATIENCE)
        with at_work(program, "--yes", "--format", "json") as run:
            wait_for(lambda: lakehouse.control("GET", "/state")["struck"] != {})
            if takes_its_place:
                where = "view_set_name = 'measures' AND begin_insert_time = ? AND end_insert_time = ?"
                edit(lakehouse, f"UPDATE partitions SET file_schema_hash = ? WHERE {where}", b"\x63", begin, end)
            else:
                late = {"file_path": "views/measures/late.parquet", "file_schema_hash": b"\x63"}
                add_row(lakehouse, "measures", begin_insert_time=begin, end_insert_time=end, **late)
            lakehouse.go_on()
            out, _ = run.communicate(timeout=PATIENCE)
        assert run.returncode == 4, out
        (outcome,) = [r for r in json.loads(out)["retirements"] if r["view_set"] == "measures"]
        assert outcome["held"] == len(empty)
        assert "others of the same range came, meanwhile" in outcome["finding"]
        assert not any("by_metadata" in sql for sql in retirements(lakehouse))
        assert len(lakehouse.partitions(f"{day} AND file_schema_hash = decode('63', 'hex')")) == 1
        assert len(lakehouse.partitions(day)) == len(empty) + (not takes_its_place)


def test_rows_without_a_file_are_listed_right_before_a_blind_call(program: Program) -> None:
    """Nothing was retired since the run began; a row comes to the range of one while the run waits for its turn."""
    with serving("--scenario", OLD_DAY, "--version", "0.30") as lakehouse:
        six_o_clock(lakehouse)
        program.configure(lakehouse.uri, retention(FOUR_DAYS, "measures"), maintenance="present")
        day = f"view_set_name = 'measures' AND view_instance_id = 'global' AND {of_day(lakehouse, -5)}"
        edit(lakehouse, "DELETE FROM partitions WHERE view_set_name = 'measures' AND num_rows > 0")
        row = lakehouse.partitions(day)[0]
        begin, end = (int(row[name].timestamp()) * 10**9 for name in ("begin_insert_time", "end_insert_time"))
        lakehouse.fault("call", sql=r"now\(\)", delay=PATIENCE)
        with at_work(program, "--yes") as run:
            wait_for(lambda: lakehouse.control("GET", "/state")["struck"] != {})
            late = {"file_path": "views/measures/late.parquet", "file_schema_hash": b"\x63"}
            add_row(lakehouse, "blocks", view_set_name="measures", begin_insert_time=begin, end_insert_time=end, **late)
            lakehouse.go_on()
            assert run.wait(PATIENCE) == 4
        assert retirements(lakehouse) == []
        assert len(lakehouse.partitions("file_path = 'views/measures/late.parquet'")) == 1


# Hazard 5: retiring a range is blind, takes what came since, and ends well when it fails.


@versions
def test_what_is_retired_is_named_row_by_row(program: Program, version: str) -> None:
    with serving("--scenario", OLD_DAY, "--version", version) as lakehouse:
        six_o_clock(lakehouse)
        program.configure(lakehouse.uri, retention(FOUR_DAYS, "log_entries", "measures", "streams"))
        apply(program, 0)
        assert len(retirements(lakehouse)) > 1
        assert all(re.search(r"\bretire_partition_by_(file|metadata)\(", sql) for sql in retirements(lakehouse))


# Hazard 6: the last copy of something.


@versions
def test_last_copies_are_still_listed_exactly_after_a_run(program: Program, version: str) -> None:
    """The current blocks of D-11 hold nothing: every view over them is held, while the run does its other work."""
    with serving("--scenario", "morning-after", "--version", version) as lakehouse:
        views = ("processes", "streams", "log_entries", "measures", "log_stats")
        program.configure(lakehouse.uri, evolution(*views) + retention("9d", "async_events", "thread_spans"))
        where = "view_set_name not in ('async_events', 'thread_spans')"
        before = lakehouse.partitions(where)
        lost = [row for row in before if row["begin_insert_time"] < midnight(lakehouse, -10) and row["num_rows"]]
        assert sum(row["num_rows"] for row in lost if row["view_set_name"] == "log_entries") == 24
        report = apply(program, 0)
        assert holds(report["plan"], "last_copy") == {
            "processes": 1,
            "streams": 1,
            "log_entries": 24,
            "measures": 24,
            "log_stats": 1,
        }
        assert {r["view_set"] for r in report["retirements"] if r["gone"]} == {"async_events", "thread_spans"}
        assert materializations(lakehouse) == []
        assert exactly(lakehouse.partitions(where)) == exactly(before)


def test_just_in_time_rows_whose_payloads_are_gone_are_still_listed_after_a_run(program: Program) -> None:
    with serving("--scenario", "no-payloads") as lakehouse:
        program.configure(lakehouse.uri, evolution("blocks", "processes", "streams", "async_events", "thread_spans"))
        where = "view_set_name in ('async_events', 'thread_spans')"
        before = lakehouse.partitions(where)
        assert len(before) == 8
        report = apply(program, 4)
        assert {(r["view_set"], r["gone"], r["held"]) for r in report["retirements"]} == {
            ("async_events", 0, 2),
            ("thread_spans", 0, 6),
        }
        assert exactly(lakehouse.partitions(where)) == exactly(before)
        assert retirements(lakehouse) == []
