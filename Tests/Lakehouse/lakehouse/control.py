"""The control port: small HTTP requests with JSON that tests send beside their calls.

GET    /state          version, now, faults that struck, connections
GET    /calls          every call: method, sql, metadata, code, count of messages
DELETE /calls
POST   /faults         an object or a list; see faults.py
POST   /connection     an object or a list; see proxy.py. They strike on the `proxy` port
DELETE /faults         both kinds, and what one of them delays goes on
POST   /clock          {"now": "2026-11-21T08:16:05Z" or "+36h", "frozen": false}
POST   /replicas       {"versions": ["0.33", "0.30"]}: connections take turns; the first is the lake's own
POST   /identities     {"TOKEN": {"admin": true, "sees": "all"}}: replaces all; {} ends authentication
POST   /anonymous      {"admin": true, "sees": "nothing"}: who calls while there is no authentication
POST   /file           {"remove": PATH} or {"restore": PATH}: a Parquet file of the store
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .faults import Fault
from .proxy import ConnectionFault, Proxy
from .service import Server
from .types import Lake
from .views import Identity


class Control:
    """What the requests do."""

    def __init__(self, server: Server, proxy: Proxy) -> None:
        self._server, self._proxy = server, proxy
        self.routes: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "/state"): self.state,
            ("GET", "/calls"): lambda _: [asdict(call) for call in server.calls],
            ("DELETE", "/calls"): lambda _: server.calls.clear(),
            ("POST", "/faults"): lambda wish: [server.faults.add(Fault.read(w)) for w in _list(wish)],
            ("POST", "/connection"): lambda wish: [proxy.add(ConnectionFault.read(w)) for w in _list(wish)],
            ("DELETE", "/faults"): self.clear,
            ("POST", "/clock"): lambda wish: self._lake.clock.set(wish["now"], wish.get("frozen", False)),
            ("POST", "/replicas"): self.replicas,
            ("POST", "/identities"): self.identities,
            ("POST", "/anonymous"): self.anonymous,
            ("POST", "/file"): self.file,
        }

    @property
    def _lake(self) -> Lake:
        return self._server.lakes[0]

    def state(self, _: Any) -> dict[str, Any]:
        return {
            "version": self._lake.version,
            "now": self._lake.clock(),
            "struck": self._server.faults.struck,
            "connections": self._proxy.connections,
            "directory": str(self._lake.directory),
        }

    def clear(self, _: Any) -> None:
        self._server.faults.clear()
        self._proxy.clear()

    def replicas(self, wish: dict[str, Any]) -> None:
        own, *others = wish["versions"]
        if own != self._lake.version:
            raise ValueError(f"the first version must be {self._lake.version}, the lake's own")
        self._server.lakes[1:] = [self._lake.replica(version) for version in others]

    def identities(self, wish: dict[str, Any]) -> None:
        self._server.identities = {token: Identity(token, **rights) for token, rights in wish.items()}

    def anonymous(self, wish: dict[str, Any]) -> None:
        self._server.anonymous = Identity("everyone", **wish)

    def file(self, wish: dict[str, str]) -> None:
        (action, path), *_ = wish.items()
        file = self._lake.store / path
        aside = file.with_name(file.name + ".removed")
        if action == "remove":
            file.rename(aside)
        elif action == "restore":
            aside.rename(file)
        else:
            raise ValueError("remove or restore")


def _list(wish: Any) -> list[Any]:
    return wish if isinstance(wish, list) else [wish]


def start(control: Control, port: int = 0) -> ThreadingHTTPServer:
    class Requests(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            route = control.routes.get((self.command, self.path))
            try:
                length = int(self.headers.get("Content-Length") or 0)
                wish = json.loads(self.rfile.read(length)) if length else {}
                code, answer = (200, route(wish)) if route else (404, "no such request")
            except (ValueError, KeyError, TypeError, OSError) as error:
                code, answer = 400, str(error)
            body = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = _answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Requests)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), name="control", daemon=True).start()
    return server
