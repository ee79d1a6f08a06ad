"""The program as a process against the development lakehouse as another one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as flight
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("LAKEWARDEN_PROGRAM") or ROOT / ".build/debug/lakewarden")

# What the program writes depends on the locale, and proxies are not for servers on 127.0.0.1: what is set is no matter.
os.environ["LC_ALL"] = "C.UTF-8"
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]

#: Seconds after which something hangs, also on a machine that is slow and busy.
PATIENCE = 120

POLICIES = """\
version: 1
lake:
  uri: {uri}{credentials}
  server_retention: {{ default: 90d }}
  maintenance_service: {maintenance}
guard_rails:
  lost: {{ partitions: {lost}, bytes: 100GiB }}
policies:
{policies}"""

EVOLUTION = """\
  - name: evolution
    schema_evolution: { last_copies: hold, soak: 24h }
    match: { view_sets: all }
"""

RETENTION = """\
  - name: spans-two-weeks
    retention: { keep: { newer_than: 14d } }
    match: { view_sets: [thread_spans, async_events] }
"""


@dataclass
class Ran:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Lakehouse:
    """A running lakehouse, its control port, and its catalog as a plain client sees it.

    Its clock begins in the morning: a test that midnight came upon would see another day half-way.
    """

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, ROOT / "Tests/Lakehouse/run.py", "--clock", "2026-11-21T08:00:00Z", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the lakehouse ended with code {self._process.wait()}")
        ports = json.loads(line)
        self.uri = f"grpc://127.0.0.1:{ports['port']}"
        self.proxy_uri = f"grpc://127.0.0.1:{ports['proxy']}"
        self._control = f"http://127.0.0.1:{ports['control']}"

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._process.stdout.close()

    def control(self, method: str, path: str, wish: Any = None) -> Any:
        body = None if wish is None else json.dumps(wish).encode()
        request = urllib.request.Request(self._control + path, body, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def fault(self, point: str, **wish: Any) -> None:
        self.control("POST", "/faults", {"point": point, **wish})

    def go_on(self) -> None:
        """Lets go what a fault holds up."""
        self.control("DELETE", "/faults")

    def connection_fault(self, kind: str, **wish: Any) -> None:
        self.control("POST", "/connection", {"kind": kind, **wish})

    def calls(self) -> list[dict[str, Any]]:
        return self.control("GET", "/calls")

    def mutators(self) -> list[str]:
        """Statements that could have changed something."""
        words = ("materialize_partitions(", "regenerate_partitions(", "retire_partition", "MATERIALIZED VIEW")
        return [c["sql"] for c in self.calls() if c["method"] == "DoGet" and any(w in c["sql"] for w in words)]

    def query(self, sql: str, token: str | None = None) -> pa.Table:
        options = flight.FlightCallOptions(headers=[(b"authorization", f"Bearer {token}".encode())] if token else [])
        with flight.connect(self.uri) as client:
            return client.do_get(flight.Ticket(statement(sql)), options).read_all()

    def partitions(self, where: str = "true", token: str | None = None) -> list[dict[str, Any]]:
        return self.query(f"SELECT * FROM list_partitions() WHERE {where}", token).to_pylist()

    def old(self, where: str = "true") -> list[dict[str, Any]]:
        """Rows that the server's queries ignore."""
        current = {
            row["view_set_name"]: row["current_schema_hash"]
            for row in self.query("SELECT * FROM list_view_sets()").to_pylist()
        }
        return [p for p in self.partitions(where) if p["file_schema_hash"] != current.get(p["view_set_name"])]


def statement(sql: str) -> bytes:
    """Any(TicketStatementQuery{statement_handle}), as the server takes it."""
    handle = sql.encode()
    inner = b"\x0a" + _varint(len(handle)) + handle
    name = b"type.googleapis.com/arrow.flight.protocol.sql.TicketStatementQuery"
    return b"\x0a" + _varint(len(name)) + name + b"\x12" + _varint(len(inner)) + inner


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


class Program:
    """Runs lakewarden in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.audit = folder / "audit"
        self.config = folder / "policies.yaml"

    def configure(
        self,
        uri: str,
        policies: str = EVOLUTION,
        token_file: str | None = None,
        maintenance: str = "none",
        lost: int = 1000,
    ) -> None:
        credentials = f"\n  credentials: {{ token_file: {token_file} }}" if token_file else ""
        self.config.write_text(
            POLICIES.format(uri=uri, credentials=credentials, maintenance=maintenance, lost=lost, policies=policies)
        )

    def run(self, *arguments: str | Path, timeout: float = 2 * PATIENCE, env: dict[str, str] | None = None) -> Ran:
        """Runs it, with what `env` adds to the environment."""
        done = subprocess.run(
            [PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=os.environ | (env or {}),
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def apply(self, *arguments: str, timeout: float = 2 * PATIENCE, env: dict[str, str] | None = None) -> Ran:
        return self.run("apply", "--config", self.config, "--audit", self.audit, *arguments, timeout=timeout, env=env)

    def records(self) -> list[dict[str, Any]]:
        return [
            json.loads(line) for file in sorted(self.audit.glob("*.jsonl")) for line in file.read_text().splitlines()
        ]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
def lakehouse(request: pytest.FixtureRequest) -> Iterator[Lakehouse]:
    """A lakehouse in the state of the morning after an upgrade, unless a test asks for other arguments."""
    marker = request.node.get_closest_marker("lake")
    running = Lakehouse(*(marker.args if marker else ("--scenario", "morning-after")))
    yield running
    running.stop()
