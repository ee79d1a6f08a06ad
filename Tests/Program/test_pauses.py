"""The minutes of the maintenance service (contract §5): what is decided before them is looked at anew after."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta

import pytest

from conftest import PATIENCE, Lakehouse, Program
from hazard_lakes import aged, catalog, edit, identity, midnight, of_day, small
from policies import evolution, retention
from runs import at_work, wait_for

pytestmark = small
MERGE = "3600)"


def clock(lakehouse: Lakehouse, minutes: float, frozen: bool = False) -> None:
    """So many minutes after noon."""
    now = midnight(lakehouse) + timedelta(hours=12, minutes=minutes)
    lakehouse.control("POST", "/clock", {"now": f"{now:%Y-%m-%dT%H:%M:%SZ}", "frozen": frozen})


@contextlib.contextmanager
def waiting(lakehouse: Lakehouse, program: Program, policy: str, during: str | None) -> Iterator[subprocess.Popen[str]]:
    """A run that has come to a pause, which lasts until the clock is set.

    The pause begins with the run, or while the call is answered that a pattern names.
    """
    clock(lakehouse, 40)
    if during:
        lakehouse.fault("call", sql=during, delay=PATIENCE)
    else:
        clock(lakehouse, 29.95, frozen=True)
    program.configure(lakehouse.uri, policy, maintenance="present")
    with at_work(program, "--yes") as run:
        if during:
            wait_for(lambda: lakehouse.control("GET", "/state")["struck"] != {})
            clock(lakehouse, 89.95, frozen=True)
            lakehouse.go_on()
        for line in run.stderr:
            if "the maintenance service works until" in line:
                break
        yield run


def merges(lakehouse: Lakehouse) -> list[str]:
    return [sql for sql in lakehouse.mutators() if "materialize" in sql and sql.endswith(MERGE)]


def ended(run: subprocess.Popen[str], code: int) -> str:
    out, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == code, out + err
    return " ".join(out.split())


def test_what_was_proved_before_a_pause_is_proved_again_before_its_merge(lakehouse: Lakehouse, program: Program):
    old = catalog(lakehouse)
    with waiting(lakehouse, program, evolution("blocks"), during="materialize_partitions.'blocks'.*,1800") as run:
        shadow = f"view_set_name = 'blocks' AND {of_day(lakehouse, -5)} AND num_rows > 0"
        made = {identity(row) for row in lakehouse.partitions(shadow)} - old
        path = min(file for *_, file in made if file)
        edit(lakehouse, "DELETE FROM partitions WHERE file_path = ?", path)
        clock(lakehouse, 100)
        out = ended(run, 4)
    assert merges(lakehouse) == []
    assert old <= catalog(lakehouse), out


@pytest.mark.parametrize("rewritten", [True, False])
def test_a_row_written_anew_in_a_pause_is_not_retired(lakehouse: Lakehouse, program: Program, rewritten: bool):
    (row,) = aged(lakehouse, "log_stats")[0]
    with waiting(lakehouse, program, retention("4d", "log_stats"), during=None) as run:
        if rewritten:
            edit(lakehouse, "UPDATE partitions SET updated = updated + 1000 WHERE file_path = ?", row[-1])
        clock(lakehouse, 40)
        ended(run, 4 if rewritten else 0)
    assert len(lakehouse.mutators()) == (0 if rewritten else 1)
    assert (row in catalog(lakehouse)) == rewritten


@pytest.mark.parametrize(
    ("policy", "during", "calls"),
    [
        (retention("4d", "log_stats"), None, 0),
        (evolution("blocks"), None, 0),
        (evolution("blocks"), "materialize_partitions.'blocks'.*,1800", 1),
    ],
    ids=["before a retirement", "before a rebuild", "before a merge"],
)
def test_a_run_that_is_asked_to_stop_in_a_pause_sends_nothing_more(
    lakehouse: Lakehouse, program: Program, policy: str, during: str | None, calls: int
):
    before = catalog(lakehouse)
    with waiting(lakehouse, program, policy, during) as run:
        run.send_signal(signal.SIGTERM)
        assert "the run was asked to stop" in ended(run, 4)
    assert len(lakehouse.mutators()) == calls and before <= catalog(lakehouse)
    clock(lakehouse, 100)
    assert program.apply("--yes").code == 0
