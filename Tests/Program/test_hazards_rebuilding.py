"""Hazards of making views anew (contract §7: 1, 7, 8): what is made, when, in which order and how long.

Each is judged from outside: by what was sent, the exit code, the audit log, and the rows that are listed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from conftest import Program
from hazard_lakes import (
    DAY,
    GLOBALS,
    HOUR,
    OLD_DAY,
    READS,
    VERSIONS,
    edit,
    exactly,
    materializations,
    midnight,
    serving,
    set_clock,
    versions,
)
from policies import evolution, retention
from runs import apply, at_work, holds, state

# Hazard 1: a view made from what is not whole, or while it fails, replaces its rows by nothing.


@pytest.fixture(scope="module", params=VERSIONS)
def rebuilt(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A run that rebuilt an old day whole: the lake, its rows before and after, the program and what it reported."""
    with serving("--scenario", OLD_DAY, "--version", request.param) as lakehouse:
        program = Program(tmp_path_factory.mktemp("rebuilt"))
        program.configure(lakehouse.uri, evolution(*GLOBALS))
        before = lakehouse.partitions()
        ran = program.apply("--yes", "--format", "json")
        yield {
            "lakehouse": lakehouse,
            "ran": ran,
            "before": before,
            "after": lakehouse.partitions(),
            "calls": materializations(lakehouse),
        }


def test_each_view_is_made_after_what_it_reads(rebuilt: dict[str, Any]) -> None:
    """In the wrong order `log_entries` would be made from no block, and 24 rows would become none."""
    calls = rebuilt["calls"]
    assert {call.view_set for call in calls} == set(GLOBALS)
    for view_set, reads in READS.items():
        first = min(n for n, call in enumerate(calls) if call.view_set == view_set)
        for read in reads:
            assert first > min(n for n, call in enumerate(calls) if call.view_set == read), (view_set, read)
        if "blocks" in reads:
            # Its final rows, too: old and new ones side by side double what queries of an instance write.
            assert first > max(n for n, call in enumerate(calls) if call.view_set == "blocks")


def test_no_row_is_lost_where_everything_is_there(rebuilt: dict[str, Any]) -> None:
    assert rebuilt["ran"].code == 0, rebuilt["ran"].err
    assert [outcome["state"] for outcome in rebuilt["ran"].json["rebuilds"]] == ["proved"] * len(GLOBALS)
    end = midnight(rebuilt["lakehouse"], -4)

    def counts(rows: list[dict[str, Any]], view_set: str) -> dict[bytes, int]:
        """Rows of D-5 by hash: what stands there in two hashes is two copies."""
        found: dict[bytes, int] = {}
        for row in rows:
            if (row["view_set_name"], row["view_instance_id"]) == (view_set, "global") and row[
                "end_insert_time"
            ] <= end:
                found[row["file_schema_hash"]] = found.get(row["file_schema_hash"], 0) + row["num_rows"]
        return found

    for view_set in ("blocks", "log_entries", "measures", "log_stats"):
        before, after = counts(rebuilt["before"], view_set), counts(rebuilt["after"], view_set)
        assert [*after.values()] == [max(before.values())] and min(after.values()) > 0
        assert before.keys().isdisjoint(after)


def test_nothing_with_data_lies_in_the_buckets_of_a_first_call(rebuilt: dict[str, Any]) -> None:
    """Proof before loss: the first call of a view and range makes shadows, which contain no old row with data."""
    seen: set[str] = set()
    for call in rebuilt["calls"]:
        if call.view_set in seen:
            continue
        seen.add(call.view_set)
        bucket = timedelta(seconds=call.delta)
        for row in rebuilt["before"]:
            if row["view_set_name"] != call.view_set or row["view_instance_id"] != "global" or not row["num_rows"]:
                continue
            begin, end = row["begin_insert_time"], row["end_insert_time"]
            if call.begin <= begin and end <= call.end:
                assert (begin - call.begin) // bucket != (end - call.begin - timedelta(microseconds=1)) // bucket


def test_blocks_of_a_day_are_merged_before_another_view_is_made(program: Program) -> None:
    """Old and new blocks side by side double what queries of an instance write: they do not wait for others."""
    with serving("--scenario", OLD_DAY) as lakehouse:
        begin, end = (int(midnight(lakehouse, day).timestamp()) * 10**9 for day in (-5, -4))
        row = lakehouse.old("view_set_name = 'blocks' AND num_rows > 0")[0]["file_path"]
        others = "view_set_name = 'blocks' AND begin_insert_time >= ? AND begin_insert_time < ? AND file_path IS NOT ?"
        edit(lakehouse, f"DELETE FROM partitions WHERE {others}", begin, end, row)
        longer = "UPDATE partitions SET begin_insert_time = ?, end_insert_time = ? WHERE file_path = ?"
        edit(lakehouse, longer, begin, end, row)
        program.configure(lakehouse.uri, evolution("blocks", "processes"))
        apply(program, 0)
        sent = [(call.view_set, call.delta) for call in materializations(lakehouse)]
        assert sent[:3] == [("blocks", 1800), ("blocks", DAY), ("processes", 1800)]


@versions
def test_a_view_whose_input_is_old_is_held(program: Program, version: str) -> None:
    with serving("--scenario", OLD_DAY, "--version", version) as lakehouse:
        program.configure(lakehouse.uri, evolution("log_entries", "log_stats"))
        before = lakehouse.partitions()
        plan = apply(program, 0)["plan"]
        assert plan["days"] == []
        assert holds(plan, "input_missing") | holds(plan, "input_held") == {"log_entries": 50, "log_stats": 1}
        assert lakehouse.mutators() == []
        assert exactly(lakehouse.partitions()) == exactly(before)


@versions
def test_a_view_that_fails_while_its_shadows_are_made_keeps_every_old_row(program: Program, version: str) -> None:
    """The failure commits an empty partition with the full source count: it replaces nothing, and it goes again."""
    with serving("--scenario", OLD_DAY, "--version", version) as lakehouse:
        program.configure(lakehouse.uri, evolution("blocks", "log_entries", "log_stats"))
        before = lakehouse.partitions("view_set_name = 'log_stats'")
        lakehouse.fault("bucket", view_set="log_stats", n=10)
        report = apply(program, 4)
        assert state(report["rebuilds"], "log_stats") == "failed"
        assert exactly(lakehouse.partitions("view_set_name = 'log_stats'")) == exactly(before)
        assert [call for call in materializations(lakehouse) if (call.view_set, call.delta) == ("log_stats", DAY)] == []
        # It was an accident, not a comparison: the next run makes the view.
        assert state(apply(program, 0)["rebuilds"], "log_stats") == "proved"
        assert lakehouse.old("view_set_name = 'log_stats'") == []


@versions
def test_a_view_whose_payloads_are_gone_keeps_every_old_row(program: Program, version: str) -> None:
    with serving("--scenario", "no-payloads", "--version", version) as lakehouse:
        program.configure(lakehouse.uri, evolution("blocks", "log_entries", "log_stats"))
        where = "view_set_name in ('log_entries', 'log_stats')"
        before = lakehouse.partitions(where)
        report = apply(program, 4)
        assert state(report["rebuilds"], "blocks") == "proved"
        assert state(report["rebuilds"], "log_entries") == "failed"
        # What it made and took away again is no damage to repair.
        (finding,) = [o["finding"] for o in report["rebuilds"] if o["view_set"] == "log_entries"]
        assert "fetching payload" in finding and "regenerate" not in finding
        assert exactly(lakehouse.partitions(where)) == exactly(before)
        assert [
            call for call in materializations(lakehouse) if (call.view_set, call.delta) == ("log_entries", HOUR)
        ] == []


def test_shadows_of_a_failure_that_could_not_be_retired_are_retired_by_the_next_run(program: Program) -> None:
    with serving("--scenario", "no-payloads") as lakehouse:
        program.configure(lakehouse.uri, evolution("blocks", "log_entries"))
        before = lakehouse.partitions("view_set_name = 'log_entries'")
        lakehouse.fault("retire_row", n=0)
        apply(program, 4)
        assert len(lakehouse.partitions("view_set_name = 'log_entries'")) == len(before) + 48
        apply(program, 4)
        assert exactly(lakehouse.partitions("view_set_name = 'log_entries'")) == exactly(before)


# Hazard 7: open, future or misaligned buckets block the maintenance service.


@pytest.mark.parametrize(("version", "maintenance", "border"), [("0.30", "none", 0), ("0.33", "present", -2)])
def test_nothing_younger_than_the_border_is_touched(
    program: Program, version: str, maintenance: str, border: int
) -> None:
    """Every day is old and no soak asked for: only the border keeps the last ones from being rebuilt."""
    with serving("--scenario", "not-soaked", "--version", version) as lakehouse:
        # Not in the pauses of the service. Without one the day that is open is old, too.
        day = 1 if maintenance == "present" else -1
        set_clock(lakehouse, midnight(lakehouse, day) + timedelta(hours=12, minutes=40))
        program.configure(lakehouse.uri, evolution("blocks", soak="0h"), maintenance=maintenance)
        young = f"end_insert_time > TIMESTAMP '{midnight(lakehouse, border).isoformat()}'"
        before = lakehouse.partitions(young)
        report = apply(program, 0)
        assert report["plan"]["days"][0]["day"] == str(midnight(lakehouse, border - 1).date())
        assert holds(report["plan"], "too_recent") == {"blocks": 24}
        assert exactly(lakehouse.partitions(young)) == exactly(before)
        assert exactly(lakehouse.old("view_set_name = 'blocks'")) == exactly(
            [row for row in lakehouse.old(young) if row["view_set_name"] == "blocks"]
        )
        assert max(call.end for call in materializations(lakehouse)) == midnight(lakehouse, border)


@pytest.mark.parametrize("policies", [evolution("blocks"), retention("4d 5h 30m", "measures")], ids=["make", "retire"])
def test_nothing_is_sent_in_the_minutes_of_the_maintenance_service(program: Program, policies: str) -> None:
    with serving("--scenario", OLD_DAY) as lakehouse:
        set_clock(lakehouse, midnight(lakehouse) + timedelta(hours=12, minutes=6))
        program.configure(lakehouse.uri, policies, maintenance="present")
        with at_work(program, "--yes") as run:
            assert any("the maintenance service works until" in line for line in run.stderr)
            assert lakehouse.mutators() == []


@versions
@pytest.mark.parametrize("scenario", ["misaligned", "fine-rows"])
def test_misaligned_rows_are_held(program: Program, version: str, scenario: str) -> None:
    with serving("--scenario", scenario, "--version", version) as lakehouse:
        program.configure(lakehouse.uri, evolution("blocks", "log_entries", "log_stats"))
        where = "view_set_name in ('log_entries', 'log_stats')"
        before = lakehouse.partitions(where)
        report = apply(program, 0)
        assert holds(report["plan"], "misaligned").keys() == {"log_entries"}
        assert holds(report["plan"], "input_held") == {"log_stats": 1}
        assert {call.view_set for call in materializations(lakehouse)} == {"blocks"}
        assert exactly(lakehouse.partitions(where)) == exactly(before)


# Hazard 8: a length that never ends, or silently does nothing.


def test_every_length_is_positive_tiles_its_range_and_stays_on_the_grid(rebuilt: dict[str, Any]) -> None:
    calls = rebuilt["calls"]
    assert calls
    for call in calls:
        length = int((call.end - call.begin).total_seconds())
        assert call.delta > 0 and 0 < length <= DAY and length % call.delta == 0, call
        assert call.delta in (HOUR, DAY) or (call.delta >= 30 and HOUR % call.delta == 0), call
        assert int(call.begin.timestamp()) % call.delta == 0, call
        assert call.end <= midnight(rebuilt["lakehouse"]), call
