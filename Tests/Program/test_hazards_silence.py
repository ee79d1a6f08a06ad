"""Hazard 9 (contract §7): silent truncation, silent no-op, damage that says `up to date`.

Each is judged from outside: by what was sent, the exit code, the audit log, and the rows that are listed afterwards.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from conftest import Program
from hazard_lakes import HOUR, OLD_DAY, exactly, materializations, midnight, of_day, serving, versions
from policies import evolution
from runs import apply, holds, state

# Hazard 9: silent truncation, silent no-op, damage that says `up to date`.


@pytest.mark.parametrize(("version", "point"), [("0.30", "before_commit"), ("0.33", "after_commit")])
def test_a_failure_row_stops_the_day(program: Program, version: str, point: str) -> None:
    """The failure comes under gRPC's OK, in the last hour of `measures`: what follows on that day is not touched."""
    with serving("--scenario", OLD_DAY, "--version", version) as lakehouse:
        program.configure(lakehouse.uri, evolution("blocks", "measures", "processes", "streams"))
        begin = int((midnight(lakehouse, -5) + timedelta(hours=23, minutes=30)).timestamp() * 1e9)
        lakehouse.fault(point, view_set="measures", begin=begin, text="the moon is in the wrong house")
        where = "view_set_name in ('measures', 'processes', 'streams')"
        before = lakehouse.partitions(where)
        report = apply(program, 4)
        assert {o["view_set"]: o["state"] for o in report["rebuilds"]} == {
            "blocks": "proved",
            "measures": "failed",
            "processes": "skipped",
            "streams": "skipped",
        }
        assert exactly(lakehouse.partitions(where)) == exactly(before)
        assert {call.view_set for call in materializations(lakehouse)} == {"blocks", "measures"}
        answers = [record["answer"] for record in program.records() if record["kind"] == "outcome"]
        assert any("the moon is in the wrong house" in row for answer in answers for row in answer.get("rows", []))


def test_a_failure_row_during_a_merge_makes_the_day_unknown(program: Program) -> None:
    with serving("--scenario", OLD_DAY) as lakehouse:
        program.configure(lakehouse.uri, evolution("blocks", "measures", "processes", "streams"))
        day = midnight(lakehouse, -5)
        at = {
            "begin": int((day + timedelta(hours=5)).timestamp() * 1e9),
            "end": int((day + timedelta(hours=6)).timestamp() * 1e9),
        }
        lakehouse.fault("before_commit", view_set="measures", text="the moon is in the wrong house", **at)
        report = apply(program, 4)
        assert {o["view_set"]: o["state"] for o in report["rebuilds"]} == {
            "blocks": "proved",
            "measures": "unknown",
            "processes": "skipped",
            "streams": "skipped",
        }
        assert {call.view_set for call in materializations(lakehouse)} == {"blocks", "measures"}
        # The hours that were merged before are merged, the others are as they were: no row is lost either way.
        hours = "view_set_name = 'measures' AND view_instance_id = 'global' AND " + of_day(lakehouse, -5)
        old = lakehouse.old(hours)
        assert len(old) == 19
        assert sum(row["num_rows"] for row in old) == 24


def test_an_answer_that_ends_early_under_ok_is_not_taken_for_done(program: Program) -> None:
    """The stream of the shadows of `measures` ends after a few rows, with grpc-status 0."""
    with serving("--scenario", OLD_DAY) as lakehouse:
        program.configure(lakehouse.uri, evolution("blocks", "measures", "processes"))
        where = "view_set_name in ('measures', 'processes')"
        before = lakehouse.partitions(where)
        lakehouse.fault("message", sql=r"materialize_partitions\('measures'", n=9, code="OK")
        report = apply(program, 4)
        assert state(report["rebuilds"], "measures") in ("failed", "unknown")
        assert state(report["rebuilds"], "processes") == "skipped"
        assert exactly(lakehouse.partitions(where)) == exactly(before)
        assert [call for call in materializations(lakehouse) if (call.view_set, call.delta) == ("measures", HOUR)] == []


@versions
def test_a_view_over_damaged_rows_that_say_up_to_date_is_held(program: Program, version: str) -> None:
    """Another agent replaced the day's `log_entries` by rows that are empty and record their full source."""
    with serving("--scenario", "no-payloads", "--version", version) as lakehouse:
        day = f"'{midnight(lakehouse, -5).isoformat()}', '{midnight(lakehouse, -4).isoformat()}'"
        for view_set in ("blocks", "log_entries"):
            lakehouse.query(f"SELECT * FROM materialize_partitions('{view_set}', {day}, 3600)")
        damaged = lakehouse.partitions(
            f"view_set_name = 'log_entries' AND view_instance_id = 'global' AND {of_day(lakehouse, -5)}"
        )
        assert sum(row["num_rows"] for row in damaged) == 0
        assert sum(int.from_bytes(row["source_data_hash"], "little") for row in damaged) == 24
        before = lakehouse.partitions("view_set_name = 'log_stats'")
        lakehouse.control("DELETE", "/calls")
        program.configure(lakehouse.uri, evolution("log_stats"))
        plan = apply(program, 0)["plan"]
        assert holds(plan, "input_damaged") == {"log_stats": 1}
        assert lakehouse.mutators() == []
        assert exactly(lakehouse.partitions("view_set_name = 'log_stats'")) == exactly(before)
