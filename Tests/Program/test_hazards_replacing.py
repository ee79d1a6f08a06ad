"""Hazards of calls that take more than they say (contract §7: 16, 17).

Each is judged from outside: by what was sent, the exit code, the audit log, and the rows that are listed afterwards.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

from conftest import EVOLUTION, PATIENCE, Lakehouse, Program
from hazard_lakes import add_row, aged, assert_sent_once, catalog, identity, small
from policies import evolution, retention
from runs import at_work, wait_for

# 16: a materializing call retires too


def instance_queries(lake: Lakehouse) -> list[str]:
    return [call["sql"] for call in lake.calls() if "view_instance(" in (call["sql"] or "")]


@small
def test_16_a_dry_run_changes_nothing_and_queries_no_instance(lakehouse: Lakehouse, program: Program):
    before = catalog(lakehouse)
    program.configure(lakehouse.uri, EVOLUTION + retention("14d", "async_events"))
    ran = program.apply("--dry-run", "--detailed-exitcode")
    assert ran.code == 2
    assert "~ rebuild" in ran.out and "- retire" in ran.out
    assert lakehouse.mutators() == []
    assert instance_queries(lakehouse) == []
    assert {call["method"] for call in lakehouse.calls()} == {"DoGet", "DoAction"}
    assert catalog(lakehouse) == before
    assert not program.audit.exists()


@small
def test_16_without_a_yes_nothing_is_sent(lakehouse: Lakehouse, program: Program):
    before = catalog(lakehouse)
    program.configure(lakehouse.uri, EVOLUTION)
    ran = program.apply()
    assert ran.code == 1
    assert "this plan needs a yes" in ran.err
    assert lakehouse.mutators() == []
    assert catalog(lakehouse) == before
    assert [record["kind"] for record in program.records()] == ["run_started", "run_finished"]


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
    lakehouse.fault("before_commit", delay=PATIENCE)
    program.configure(lakehouse.uri, retention("4d", "log_stats"))
    with at_work(program, "--yes") as run:
        wait_for(lambda: lakehouse.control("GET", "/state")["struck"] != {})
        last = program.records()[-1]
        assert row in catalog(lakehouse)
        lakehouse.go_on()
        assert run.wait(PATIENCE) == 0
    assert (last["kind"], [identity(r) for r in last["subject"]["partitions"]]) == ("intent", [row])
    assert last["call"] == lakehouse.mutators()[0]
    assert row not in catalog(lakehouse)


@small
def test_16_a_row_that_came_after_the_plan_stops_the_merge_that_would_take_it(lakehouse: Lakehouse, program: Program):
    """While the shadows are made somebody writes another old row of the day: no intent names it."""
    lakehouse.fault("after_commit", view_set="blocks", delay=PATIENCE)
    program.configure(lakehouse.uri, evolution("blocks"))
    older = {"file_schema_hash": b"\x01", "file_path": "views/blocks/late.parquet"}
    with at_work(program, "--yes", "--format", "json") as run:
        wait_for(lambda: lakehouse.control("GET", "/state")["struck"] != {})
        add_row(lakehouse, "blocks", **older)
        lakehouse.go_on()
        out, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 4
    assert "would be removed and is not in the plan" in out
    assert_sent_once(lakehouse, 1)
    assert len(lakehouse.partitions("file_path = 'views/blocks/late.parquet'")) == 1


@small
def test_16_a_row_that_came_while_the_plan_was_made_stops_the_run(lakehouse: Lakehouse, program: Program):
    lakehouse.fault("call", sql="JOIN blocks AS b", delay=PATIENCE)
    program.configure(lakehouse.uri, evolution("blocks"))
    with at_work(program, "--yes") as run:
        wait_for(lambda: lakehouse.control("GET", "/state")["struck"] != {})
        add_row(lakehouse, "blocks", file_schema_hash=b"\x01", file_path="views/blocks/late.parquet")
        lakehouse.go_on()
        _, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 1
    assert "the plan is not followed" in err
    assert "would remove a row that it does not name" in " ".join(err.split())
    assert lakehouse.mutators() == []


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
    lakehouse.fault("call", sql="materialize_partitions.'blocks'.*,3600", delay=PATIENCE)
    program.configure(lakehouse.uri)
    with at_work(program, "--yes") as run:
        wait_for(lambda: lakehouse.control("GET", "/state")["struck"] != {})
        assert instance_rows(lakehouse, process) == 2 * rows
        lakehouse.go_on()
        assert run.wait(PATIENCE) == 4  # the old row that it was to retire is another one by now
    doubled = f"view_instance_id = '{process}' AND num_rows = {2 * rows} AND view_set_name = 'log_entries'"
    assert len(lakehouse.partitions(doubled)) == 1
    again = program.apply("--yes")
    assert again.code == 0, again.out
    assert "holds its objects twice" in " ".join(again.out.split())
    assert lakehouse.partitions(doubled) == []
    assert instance_rows(lakehouse, process) == rows
