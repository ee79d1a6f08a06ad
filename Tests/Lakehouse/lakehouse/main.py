"""Serving a lake from the command line.

When it is ready it prints one line, `{"port": …, "proxy": …, "control": …}`: Flight, Flight behind the faulty proxy,
and the control port, all on 127.0.0.1. It ends on SIGTERM or SIGINT, when its parent dies, and when a pipe that is its
standard input is closed.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import signal
import stat
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import grpc

from . import control, scenarios
from .clock import SECOND, Clock
from .faults import Faults
from .proxy import Proxy
from .service import EVERYONE, Server
from .types import VERSIONS, Lake
from .views import Identity

BUILT_AT = "built_at"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lakewarden-lakehouse"


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="lakehouse", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--port", type=int, default=0, help="of Flight; 0 takes a free one (default)")
    options.add_argument("--scenario", choices=scenarios.NAMES, help="the state of the lake; none: an empty lake")
    options.add_argument("--version", choices=VERSIONS, default="0.33", help="of the server (default: %(default)s)")
    options.add_argument("--clock", help="2026-11-21T08:00:00Z, or how far from now: +36h, -10d")
    options.add_argument("--data", type=Path, help="the lake's directory, kept; a scenario is built if it is empty")
    options.add_argument(
        "--cache", type=Path, default=CACHE, help="where built scenarios are kept (default: %(default)s)"
    )
    options.add_argument(
        "--tls",
        type=Path,
        metavar="FOLDER",
        help="speaks TLS with its server.pem and server.key; clients need certificates of clients.pem, if it is there",
    )
    options.add_argument("--no-cache", action="store_true", help="build the scenario anew")
    for right, help_text in (
        ("admin", "a token with the admin right that sees all"),
        ("user", "a token without it that sees all (0.30) or no global partition (0.33)"),
        ("hidden-admin", "a token with the admin right that sees nothing"),
    ):
        options.add_argument(f"--{right}-token", action="append", default=[], metavar="TOKEN", help=help_text)
    options.add_argument("--anonymous", choices=("admin", "user", "hidden-admin"), default="admin")
    return options


def serve(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    clock = Clock(options.clock)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=_watch, args=(os.getppid(), stop), daemon=True).start()
    with contextlib.ExitStack() as opened:
        directory = options.data or Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="lakehouse-")))
        if not (directory.is_dir() and any(directory.iterdir())):
            # In whole seconds: of two that start at a time they were given, either can use what the other built.
            now = clock() // SECOND * SECOND
            fill(directory, options.scenario, options.version, now, None if options.no_cache else options.cache)
        faults = Faults()
        lake = Lake(directory, options.version, clock, faults)
        opened.callback(lake.close)
        server = Server([lake], faults, identities(options), rights(options.anonymous, options.version))
        running, port = server.start(options.port, tls=credentials(options.tls) if options.tls else None)
        opened.callback(lambda: running.stop(None).wait())
        proxy = Proxy(port)
        proxy.start()
        opened.callback(proxy.stop)
        controlled = control.start(control.Control(server, proxy))
        opened.callback(controlled.shutdown)
        # What they delay would hold up the end.
        opened.callback(faults.clear)
        print(json.dumps({"port": port, "proxy": proxy.port, "control": controlled.server_port}), flush=True)
        stop.wait()
    return 0


def credentials(folder: Path) -> grpc.ServerCredentials:
    pair = ((folder / "server.key").read_bytes(), (folder / "server.pem").read_bytes())
    clients = folder / "clients.pem"
    authorities = clients.read_bytes() if clients.exists() else None
    return grpc.ssl_server_credentials([pair], authorities, require_client_auth=authorities is not None)


def rights(kind: str, version: str, name: str = EVERYONE.name) -> Identity:
    if kind == "user":
        return Identity(name, admin=False, sees="all" if version == "0.30" else "instances")
    return Identity(name, admin=True, sees="nothing" if kind == "hidden-admin" else "all")


def identities(options: argparse.Namespace) -> dict[str, Identity]:
    return {
        token: rights(kind, options.version, f"{kind}@example.com")
        for kind in ("admin", "user", "hidden-admin")
        for token in getattr(options, f"{kind.replace('-', '_')}_token")
    }


def fill(directory: Path, scenario: str | None, version: str, now: int, cache: Path | None) -> None:
    """Puts a scenario's lake there: a copy of the cached one, which is of this day, this code and not of the future."""
    if scenario is None:
        directory.mkdir(parents=True, exist_ok=True)
        return
    if cache is not None:
        day = datetime.fromtimestamp(now // SECOND, UTC).date().isoformat()
        cached = cache / f"{scenario}-{version}-{day}-{_code_hash()}"
        # It may be swept away at this moment, and nothing can be kept where the home folder is nobody's or read-only.
        with contextlib.suppress(OSError):
            if not cached.exists():
                _cache(cached, scenario, version, now)
            if int((cached / BUILT_AT).read_text()) <= now:
                shutil.copytree(cached, directory, dirs_exist_ok=True, copy_function=_link_or_copy)
                return
    directory.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(directory, ignore_errors=True)
    scenarios.build(scenario, directory, version, now)


def _cache(cached: Path, scenario: str, version: str, now: int) -> None:
    """Builds a lake beside its place and moves it there; those of other days and codes go after a day."""
    for other in cached.parent.glob(f"{scenario}-{version}-*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - other.stat().st_mtime > 86400:
                shutil.rmtree(other, ignore_errors=True)
    cached.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=cached.parent))
    try:
        scenarios.build(scenario, building / "lake", version, now)
        (building / "lake" / BUILT_AT).write_text(str(now))
        with contextlib.suppress(OSError):  # another process may have been faster
            (building / "lake").rename(cached)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _link_or_copy(source: str, target: str) -> None:
    """Parquet files are written once and never changed, so links do."""
    if source.endswith(".parquet"):
        with contextlib.suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)


def _code_hash() -> str:
    code = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        code.update(file.read_bytes())
    return code.hexdigest()[:12]


def _watch(parent: int, stop: threading.Event) -> None:
    """Ends the server with whoever started it."""
    mode = os.fstat(0).st_mode if sys.stdin is not None else 0
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        threading.Thread(target=_until_closed, args=(stop,), daemon=True).start()
    while not stop.wait(0.25):
        if os.getppid() != parent:
            stop.set()


def _until_closed(stop: threading.Event) -> None:
    while os.read(0, 4096):
        pass
    stop.set()
