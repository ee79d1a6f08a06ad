"""Serves as many development lakehouses as are asked for, each a fresh copy of a scenario, in one process.

Requests and answers are lines of JSON on the standard streams; it ends with its standard input.

    {"open": "morning-after", "version": "0.33"}                   → {"lake": 1, "port": …}
        "identities": {"TOKEN": {"admin": true, "sees": "all"}}    callers need a token
        "tls": "FOLDER"                                            with server.pem and server.key
    {"headers": 1}   → {"headers": [{…}, …]}   the headers of each call so far, which are then forgotten
    {"close": 1}     → {}

Clocks stand still, so two lakes that get the same calls hold the same times.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Lakehouse"))

from lakehouse import scenarios
from lakehouse.clock import Clock, parse_rfc3339
from lakehouse.faults import Faults
from lakehouse.main import credentials
from lakehouse.service import Server
from lakehouse.types import Lake
from lakehouse.views import Identity

NOW = "2026-11-21T08:00:00Z"


@dataclass
class Served:
    server: Server
    running: grpc.Server
    lake: Lake
    port: int

    def close(self) -> None:
        self.running.stop(None).wait()
        self.lake.close()
        shutil.rmtree(self.lake.directory)


def link_or_copy(source: str, target: str) -> None:
    """Files of partitions are never written again; the catalog is."""
    if source.endswith(".parquet"):
        os.link(source, target)
    else:
        shutil.copy2(source, target)


class Lakes:
    """The lakes of a folder, and the scenarios that they are copies of."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[int, Served] = {}
        self._count = 0

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if "open" in request:
            return self._start(request)
        if "headers" in request:
            calls = self._open[request["headers"]].server.calls
            told = [dict(call.metadata) for call in calls]
            calls.clear()
            return {"headers": told}
        self._open.pop(request["close"]).close()
        return {}

    def _start(self, request: dict[str, Any]) -> dict[str, Any]:
        scenario, version = request["open"], request["version"]
        built = self._folder / f"{scenario}-{version}"
        if not built.exists():
            scenarios.build(scenario, built, version, parse_rfc3339(NOW))
        self._count += 1
        directory = self._folder / f"lake-{self._count}"
        shutil.copytree(built, directory, copy_function=link_or_copy)
        clock = Clock()
        clock.set(NOW, frozen=True)
        faults = Faults()
        lake = Lake(directory, version, clock, faults)
        identities = {token: Identity(token, **rights) for token, rights in request.get("identities", {}).items()}
        server = Server([lake], faults, identities)
        tls = request.get("tls")
        running, port = server.start(tls=credentials(Path(tls)) if tls else None)
        self._open[self._count] = Served(server, running, lake, port)
        return {"lake": self._count, "port": port}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="lakes-") as folder:
        lakes = Lakes(Path(folder))
        for line in sys.stdin:
            print(json.dumps(lakes.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
