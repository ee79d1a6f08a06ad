"""Hazard 2 (contract §7): what all views are made from is never retired, but for this agent's own shadows.

Each is judged from outside: by what was sent, the exit code, the audit log, and the rows that are listed afterwards.
"""

from __future__ import annotations

import contextlib
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from conftest import Lakehouse, Program
from hazard_lakes import OLD_DAY, exactly, materializations, midnight, of_day, retirements, serving, versions
from policies import evolution, retention
from runs import apply, holds, state

# Hazard 2: blocks are never retired, but for this agent's own shadows beside every old row.


@contextlib.contextmanager
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
        program.configure(lakehouse.uri, retention("9d"))
        before = lakehouse.partitions("view_set_name = 'blocks'")
        report = apply(program, 0)
        assert {"log_entries", "measures"} <= {r["view_set"] for r in report["retirements"] if r["gone"]}
        assert exactly(lakehouse.partitions("view_set_name = 'blocks'")) == exactly(before)
