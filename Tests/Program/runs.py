"""Runs of the program, and what their JSON and their audit log say."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

from conftest import PATIENCE, PROGRAM, Lakehouse, Program, Ran


def apply(program: Program, code: int) -> dict[str, Any]:
    ran = program.apply("--yes", "--format", "json")
    assert ran.code == code, ran.out[-3000:] + ran.err
    return ran.json


@contextlib.contextmanager
def at_work(program: Program, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A run that goes on beside the test."""
    command = [PROGRAM, "apply", "--config", program.config, "--audit", program.audit, *arguments]
    pipe = subprocess.PIPE
    started = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)
    try:
        yield started
    finally:
        started.kill()
        started.communicate(timeout=PATIENCE)


def wait_for(what: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Looks until it is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def stopped_during_its_call(lakehouse: Lakehouse, program: Program, code: int) -> str:
    """What a run says that is asked to stop while a fault holds its call up."""
    with at_work(program, "--yes") as run:
        wait_for(lambda: lakehouse.control("GET", "/state")["struck"] != {})
        run.send_signal(signal.SIGTERM)
        assert any("stopping after the call that is under way" in line for line in run.stderr)
        lakehouse.go_on()
        out, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == code, out
    return " ".join(out.split())


def stops(ran: Ran) -> list[str]:
    return [stop["kind"] for stop in ran.json["stops"]]


def outcomes(program: Program) -> list[str]:
    return [record["answer"]["status"] for record in program.records() if record["kind"] == "outcome"]


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
