"""The contract's hazards to data (§7, 1 to 4 and 6 to 9): the program on lakes where one step too far loses rows.

Each is judged from outside: by what was sent, the exit code, the audit log, and the rows that are listed afterwards.
"""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import RETENTION, Lakehouse, Program

VERSIONS = ("0.30", "0.33")
#: D-5 is old in every view, D-4…D-1 are current; its `log_entries` stand there in two old hashes.
OLD_DAY = "two-old-hashes"
#: What each global view is made from (contract §2).
READS = {
    "blocks": (),
    "processes": ("blocks",),
    "streams": ("blocks",),
    "log_entries": ("blocks",),
    "measures": ("blocks",),
    "log_stats": ("blocks", "log_entries"),
}
GLOBALS = tuple(READS)
DAY, HOUR = 86_400, 3600

versions = pytest.mark.parametrize("version", VERSIONS)


def evolution(*view_sets: str, soak: str = "24h") -> str:
    return f"""\
  - name: evolution
    schema_evolution: {{ last_copies: hold, soak: {soak} }}
    match: {{ view_sets: [{", ".join(view_sets)}] }}
"""


def retention(newer_than: str, *view_sets: str) -> str:
    return f"""\
  - name: by-age
    retention: {{ keep: {{ newer_than: {newer_than} }} }}
    match: {{ view_sets: [{", ".join(view_sets)}] }}
"""


@contextmanager
def serving(*arguments: str | Path) -> Iterator[Lakehouse]:
    lakehouse = Lakehouse(*arguments)
    try:
        yield lakehouse
    finally:
        lakehouse.stop()


@dataclass(frozen=True)
class Call:
    """A materialization as it was sent."""

    view_set: str
    begin: datetime
    end: datetime
    delta: int


SENT = re.compile(r"(?:materialize|regenerate)_partitions\('(\w+)',\s*'([^']+)',\s*'([^']+)',\s*(-?\d+)\)")


def materializations(lakehouse: Lakehouse) -> list[Call]:
    found = []
    for sql in lakehouse.mutators():
        if "materialize_partitions(" in sql or "regenerate_partitions(" in sql:
            view_set, begin, end, delta = SENT.search(sql).groups()
            found.append(Call(view_set, datetime.fromisoformat(begin), datetime.fromisoformat(end), int(delta)))
    return found


def retirements(lakehouse: Lakehouse) -> list[str]:
    return [sql for sql in lakehouse.mutators() if "retire_partition" in sql]


def midnight(lakehouse: Lakehouse, day: int = 0) -> datetime:
    """The UTC midnight that begins the server's today, or a day so many days from it."""
    now = datetime.fromtimestamp(lakehouse.control("GET", "/state")["now"] / 1e9, UTC)
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=day)


def set_clock(lakehouse: Lakehouse, now: datetime) -> None:
    lakehouse.control("POST", "/clock", {"now": now.strftime("%Y-%m-%dT%H:%M:%SZ")})


def of_day(lakehouse: Lakehouse, day: int) -> str:
    begin, end = midnight(lakehouse, day).isoformat(), midnight(lakehouse, day + 1).isoformat()
    return f"begin_insert_time >= TIMESTAMP '{begin}' AND begin_insert_time < TIMESTAMP '{end}'"


def exactly(rows: list[dict[str, Any]]) -> list[str]:
    """Rows with all their columns, so that two listings can be held against each other."""
    return sorted(repr(sorted(row.items())) for row in rows)


def state(found: list[dict[str, Any]], view_set: str) -> str:
    (outcome,) = [outcome for outcome in found if outcome["view_set"] == view_set]
    return outcome["state"]


def holds(plan: dict[str, Any], kind: str) -> dict[str, int]:
    """How many partitions of each view are held for a reason."""
    found: dict[str, int] = {}
    for hold in plan["holds"]:
        if hold["reason"]["kind"] == kind:
            found[hold["view_set"]] = found.get(hold["view_set"], 0) + len(hold["partitions"])
    return found


def apply(program: Program, code: int) -> dict[str, Any]:
    ran = program.apply("--yes", "--format", "json")
    assert ran.code == code, ran.out[-3000:] + ran.err
    return ran.json


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


# Hazard 2: blocks are never retired, but for this agent's own shadows beside every old row.


@contextmanager
def block_lost(folder: Path, version: str) -> Iterator[Lakehouse]:
    """A lake whose telemetry lacks one block of D-5, which the old rows still hold."""
    data = folder / "lake"
    with serving("--scenario", OLD_DAY, "--version", version, "--data", data) as lakehouse:
        begin = int(midnight(lakehouse, -5).timestamp() * 1e9)
    with sqlite3.connect(data / "telemetry.sqlite") as telemetry:
        (block,) = telemetry.execute(
            "SELECT block_id FROM blocks WHERE insert_time >= ? ORDER BY insert_time LIMIT 1", (begin,)
        ).fetchone()
        telemetry.execute("DELETE FROM blocks WHERE block_id = ?", (block,))
    telemetry.close()
    with serving("--data", data, "--version", version) as lakehouse:
        yield lakehouse


@versions
def test_after_a_failed_comparison_of_blocks_only_the_shadows_go(
    program: Program, tmp_path: Path, version: str
) -> None:
    with block_lost(tmp_path, version) as lakehouse:
        program.configure(lakehouse.uri, evolution("blocks", "measures"))
        before = lakehouse.partitions()
        report = apply(program, 4)
        assert state(report["rebuilds"], "blocks") == "failed"
        assert state(report["rebuilds"], "measures") == "skipped"
        assert exactly(lakehouse.partitions()) == exactly(before)
        assert {(call.view_set, call.delta) for call in materializations(lakehouse)} == {("blocks", 1800)}
        paths = [row["file_path"] for row in before if row["file_path"]]
        assert retirements(lakehouse) != []
        assert not any(path in sql for sql in retirements(lakehouse) for path in paths)
        assert [record["kind"] for record in program.records()].count("proof_failed") == 1
        # A second run says so, and does not try again.
        lakehouse.control("DELETE", "/calls")
        plan = apply(program, 0)["plan"]
        assert holds(plan, "earlier_proof_failed") == {"blocks": 24}
        assert lakehouse.mutators() == []


@versions
def test_blocks_that_somebody_else_made_stay_after_a_failed_comparison(
    program: Program, tmp_path: Path, version: str
) -> None:
    """Half-hours that look like shadows are this agent's only where its audit log says so."""
    with block_lost(tmp_path, version) as lakehouse:
        begin = midnight(lakehouse, -5)
        # A whole hour, and half of another one.
        for first, last in ((180, 240), (1200, 1230)):
            text = ", ".join(f"'{(begin + timedelta(minutes=minute)).isoformat()}'" for minute in (first, last))
            lakehouse.query(f"SELECT * FROM materialize_partitions('blocks', {text}, 1800)")
        before = lakehouse.partitions()
        program.configure(lakehouse.uri, evolution("blocks"))
        report = apply(program, 4)
        assert state(report["rebuilds"], "blocks") == "failed"
        assert exactly(lakehouse.partitions()) == exactly(before)


def test_shadows_that_could_not_be_retired_are_retired_by_the_next_run(program: Program, tmp_path: Path) -> None:
    """Left behind, shadows of `blocks` would double what queries of an instance write."""
    with block_lost(tmp_path, "0.33") as lakehouse:
        program.configure(lakehouse.uri, evolution("blocks"))
        before = lakehouse.partitions()
        lakehouse.fault("retire_row", n=0)
        report = apply(program, 4)
        assert "shadows are left" in report["rebuilds"][0]["finding"]
        assert len(lakehouse.partitions()) == len(before) + 48
        apply(program, 4)
        assert exactly(lakehouse.partitions()) == exactly(before)
        assert holds(apply(program, 0)["plan"], "earlier_proof_failed") == {"blocks": 24}


def test_a_later_run_leaves_what_stood_beside_an_earlier_runs_shadows(program: Program, tmp_path: Path) -> None:
    """The first run makes shadows beside half-hours that stood already and breaks off; the second one's proof fails."""
    data = tmp_path / "lake"
    with serving("--scenario", OLD_DAY, "--data", data) as lakehouse:
        begin = midnight(lakehouse, -5)
        third = f"begin_insert_time >= TIMESTAMP '{(begin + timedelta(hours=3)).isoformat()}' AND " + (
            f"end_insert_time <= TIMESTAMP '{(begin + timedelta(hours=4)).isoformat()}'"
        )
        text = f"'{(begin + timedelta(hours=3)).isoformat()}', '{(begin + timedelta(hours=4)).isoformat()}'"
        lakehouse.query(f"SELECT * FROM materialize_partitions('measures', {text}, 1800)")
        program.configure(lakehouse.uri, evolution("blocks", "measures"))
        lakehouse.fault("call", sql=r"SELECT sum\(nb_objects\) AS n", code="INTERNAL", text="no answer today")
        assert "no answer today" in program.apply("--yes").err
        stood = lakehouse.partitions(f"view_set_name = 'measures' AND {third}")
        assert len(stood) == 3
    _add_metrics_block(data, begin)
    with serving("--data", data) as lakehouse:
        hour = f"'{(begin + timedelta(hours=5)).isoformat()}', '{(begin + timedelta(hours=6)).isoformat()}'"
        lakehouse.query(f"SELECT * FROM regenerate_partitions('blocks', {hour}, 3600)")
        program.configure(lakehouse.uri, evolution("blocks", "measures"))
        report = apply(program, 4)
        assert state(report["rebuilds"], "measures") == "failed"
        assert exactly(lakehouse.partitions(f"view_set_name = 'measures' AND {third}")) == exactly(stood)
        day = "view_set_name = 'measures' AND view_instance_id = 'global' AND " + of_day(lakehouse, -5)
        assert len(lakehouse.partitions(day)) == 24 + 2


def _add_metrics_block(data: Path, begin: datetime) -> None:
    """A block that came late: the day's blocks hold more objects than shadows that were made before."""
    with sqlite3.connect(data / "telemetry.sqlite") as telemetry:
        telemetry.row_factory = sqlite3.Row
        block = dict(
            telemetry.execute(
                "SELECT blocks.* FROM blocks JOIN streams USING (stream_id) WHERE streams.tags LIKE '%metrics%' "
                "AND blocks.insert_time >= ? ORDER BY blocks.insert_time LIMIT 1",
                (int(begin.timestamp() * 1e9),),
            ).fetchone()
        )
        block["block_id"] = str(uuid.UUID(int=5))
        places = ", ".join("?" * len(block))
        telemetry.execute(f"INSERT INTO blocks ({', '.join(block)}) VALUES ({places})", [*block.values()])
    telemetry.close()


@versions
def test_retention_never_retires_blocks(program: Program, version: str) -> None:
    with serving("--scenario", "morning-after", "--version", version) as lakehouse:
        program.configure(lakehouse.uri, retention("3d", "blocks", "measures"))
        named = program.apply("--yes")
        assert named.code == 1
        assert "error: retention of blocks is refused" in named.err
        assert lakehouse.calls() == []
        # A policy for all view sets means all that can be retired.
        program.configure(lakehouse.uri, retention("9d").replace("[]", "all"))
        before = lakehouse.partitions("view_set_name = 'blocks'")
        report = apply(program, 0)
        assert {"log_entries", "measures"} <= {r["view_set"] for r in report["retirements"] if r["gone"]}
        assert exactly(lakehouse.partitions("view_set_name = 'blocks'")) == exactly(before)


# Hazard 3: an old or mixed replica makes newer rows look incompatible.


@versions
def test_a_server_older_than_the_lakes_writer_stops_the_run(program: Program, version: str) -> None:
    with serving("--scenario", "newer-rows", "--version", version) as lakehouse:
        program.configure(lakehouse.uri, evolution().replace("[]", "all") + RETENTION)
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
