"""The two programs beside the Python client: the one that serves lakes, and ours that makes calls."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class LineProcess:
    """A program that answers each line of JSON with one."""

    def __init__(self, *command: str | Path) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the program ended with code {self._process.wait()} at {json.dumps(request)[:500]}")
        return json.loads(line)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@dataclass
class Lake:
    """A lakehouse that runs."""

    server: LineProcess
    number: int
    port: int
    version: str

    @property
    def uri(self) -> str:
        return f"grpc://127.0.0.1:{self.port}"

    def headers(self) -> list[dict[str, str]]:
        """Those of each call since the last time this was asked."""
        return self.server.ask({"headers": self.number})["headers"]


class Lakes:
    """Opens lakes; each is a fresh copy of its scenario."""

    def __init__(self, python: Path) -> None:
        self._process = LineProcess(python, ROOT / "Tests/PythonClient/lakes.py")

    @contextmanager
    def open(self, version: str, scenario: str = "morning-after", **settings: Any) -> Iterator[Lake]:
        opened = self._process.ask({"open": scenario, "version": version, **settings})
        try:
            yield Lake(self._process, opened["lake"], opened["port"], version)
        finally:
            self._process.ask({"close": opened["lake"]})

    def close(self) -> None:
        self._process.close()
