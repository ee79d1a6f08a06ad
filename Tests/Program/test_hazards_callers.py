"""Hazards of who asks and who answers (contract §7: 3, 12, 18): a part of a lake, or an old server, stops a run.

Each is judged from outside: by what was sent, the exit code, the audit log, and the rows that are listed afterwards.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conftest import EVOLUTION, RETENTION, Lakehouse, Program
from hazard_lakes import DAY, GLOBALS, HOUR, OLD_DAY, VERSIONS, catalog, edit, exactly, serving, small, versions
from policies import evolution
from runs import apply, holds, stops

# Hazard 3: an old or mixed replica makes newer rows look incompatible.


@versions
def test_a_server_older_than_the_lakes_writer_stops_the_run(program: Program, version: str) -> None:
    with serving("--scenario", "newer-rows", "--version", version) as lakehouse:
        program.configure(lakehouse.uri, evolution() + RETENTION)
        before = lakehouse.partitions()
        report = apply(program, 3)
        assert report["conclusion"] == "refused"
        assert {"newer_rows", "mixed_versions"} <= {stop["kind"] for stop in report["stops"]}
        assert lakehouse.mutators() == []
        assert exactly(lakehouse.partitions()) == exactly(before)


@versions
def test_replicas_of_different_versions_stop_the_run(program: Program, version: str) -> None:
    with serving("--scenario", OLD_DAY, "--version", version) as lakehouse:
        other = VERSIONS[1 - VERSIONS.index(version)]
        # Two in three are of the first version.
        lakehouse.control("POST", "/replicas", {"versions": [version, version, other]})
        program.configure(lakehouse.uri, evolution("blocks"))
        report = apply(program, 3)
        assert "replicas_disagree" in {stop["kind"] for stop in report["stops"]}
        assert lakehouse.mutators() == []


@versions
def test_nothing_is_done_before_the_soak_is_over(program: Program, version: str) -> None:
    with serving("--scenario", "not-soaked", "--version", version) as lakehouse:
        program.configure(lakehouse.uri)
        before = lakehouse.partitions()
        plan = apply(program, 0)["plan"]
        assert plan["is_empty"]
        assert holds(plan, "soaking").keys() == set(GLOBALS)
        assert lakehouse.mutators() == []
        assert exactly(lakehouse.partitions()) == exactly(before)


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
        *(old, at, at + HOUR * 10**9),
    )
    program.configure(lakehouse.uri, evolution("log_entries"))
    assert program.apply("--dry-run").code == 0
    edit(
        lakehouse,
        f"UPDATE partitions SET num_rows = num_rows + 1 WHERE view_set_name = 'blocks' AND {of_day}",
        *(at, at + DAY * 10**9),
    )
    ran = program.apply("--yes", "--format", "json")
    assert (ran.code, stops(ran)) == (3, ["hidden_rows"])
    assert lakehouse.mutators() == []


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
