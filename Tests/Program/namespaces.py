"""Commands that see another system than the one that is there, in namespaces of their own (unshare(1)).

They are the one sure way to give a name two addresses, and the system other authorities: what `localhost` has is the
machine's affair, often one.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from conftest import Ran


def inside(file: Path, *command: str, over: str = "/etc/hosts", network: str | None = None) -> Ran:
    """Runs a command that sees a file or a folder in the place of another one, and nobody else does; on a network of
    its own that has but this address where there is one."""
    script = f'mount --bind "$0" {over} && exec "$@"'
    apart = ["unshare", "--map-root-user", "--mount"]
    if network:
        script = f"ip link set lo up && ip address add {network}/32 dev lo && {script}"
        apart.append("--net")
    apart += ["sh", "-c", script, str(file)]
    done = subprocess.run([*apart, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    return Ran(done.returncode, done.stdout, done.stderr)


def leave_out(reason: str) -> NoReturn:
    """Ends a test that this machine cannot run."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"cannot be run, and CI leaves nothing out: {reason}")
    pytest.skip(f"left out: {reason}")
