"""A run that is asked to stop before it has done anything."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess

from conftest import PATIENCE, PROGRAM, Lakehouse, Program


def test_a_signal_at_the_question_ends_the_run(lakehouse: Lakehouse, program: Program) -> None:
    program.configure(lakehouse.uri)
    ours, theirs = pty.openpty()
    command = [PROGRAM, "apply", "--config", program.config, "--audit", program.audit]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as run:
        os.close(theirs)
        said = b""
        while b"Type yes" not in said:
            said += os.read(ours, 1 << 16)
        run.send_signal(signal.SIGINT)
        try:
            code = run.wait(PATIENCE)
        finally:
            run.kill()
        with contextlib.suppress(OSError):
            while more := os.read(ours, 1 << 16):
                said += more
    os.close(ours)
    assert code == 1
    assert b"the run was interrupted" in said and b"nothing was changed" in said
    assert lakehouse.mutators() == []
    assert [record["kind"] for record in program.records()] == ["run_started", "run_finished"]
