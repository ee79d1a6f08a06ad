"""An OIDC issuer over HTTPS, in the tests' own process. What it is to do wrong can be asked for."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DESCRIPTION = "/realms/lake/.well-known/openid-configuration"
TOKEN = "/realms/lake/token"


@dataclass
class Asked:
    """A request for a token."""

    authorization: str
    form: dict[str, str]


@dataclass
class Answer:
    """What is answered in place of what is right."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    #: Whether the body's length is announced; else it ends with the connection.
    has_length: bool = True
    #: Seconds that pass first.
    delay: float = 0


class Issuer:
    """Gives tokens to one client; `server.pem` and `server.key` in a folder are for 127.0.0.1."""

    def __init__(self, folder: Path, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> None:
        self.client_id, self.secret = "lake warden", "s3cr&t hunter2"
        self.claims: dict[str, Any] = {"email": "warden@example.com"}
        self.expires_in: float | None = 600
        self.methods = ["client_secret_basic"]
        self.issued: list[str] = []
        self.asked: list[Asked] = []
        self.paths: list[str] = []
        #: By path: what is answered in place of what is right.
        self.wrong: dict[str, Answer] = {}
        #: Told each token before it is given out.
        self.on_issue: Callable[[str], None] = lambda token: None
        self.opaque = False
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if newest < ssl.TLSVersion.TLSv1_2:
            context.minimum_version = context.maximum_version = newest
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        # The handshake is the request's own thread's: one that fails or hangs stops no other.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_address[1]
        self.name = f"https://127.0.0.1:{self.port}/realms/lake"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def secrets(self) -> list[str]:
        """Everything that is to be seen nowhere."""
        return [self.secret, urllib.parse.quote(self.secret), self._basic, *self.issued]

    @property
    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.name,
            "token_endpoint": f"https://127.0.0.1:{self.port}{TOKEN}",
            "token_endpoint_auth_methods_supported": self.methods,
        }

    @property
    def _basic(self) -> str:
        pair = f"{urllib.parse.quote(self.client_id)}:{urllib.parse.quote(self.secret)}"
        return base64.b64encode(pair.encode()).decode()

    def token(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        posted = (asked.form.get("client_id"), asked.form.get("client_secret"))
        known = {
            "client_secret_basic": asked.authorization == f"Basic {self._basic}" and posted == (None, None),
            "client_secret_post": posted == (self.client_id, self.secret) and not asked.authorization,
        }[self.methods[0]]
        if not known or asked.form.get("grant_type") != "client_credentials":
            return _json({"error": "invalid_client", "error_description": f"no such client: {asked}"}, 401)
        claims = self.claims | {"jti": len(self.issued), "iat": int(time.time())}
        token = f"opaque-{len(self.issued)}-5f2b9c" if self.opaque else _jwt(claims)
        self.issued.append(token)
        self.on_issue(token)
        told = {} if self.expires_in is None else {"expires_in": self.expires_in}
        return _json({"access_token": token, "token_type": "Bearer"} | told)


def _jwt(claims: dict[str, Any]) -> str:
    """A token that nobody checks the signature of."""
    parts = [json.dumps({"alg": "RS256"}).encode(), json.dumps(claims).encode(), b"no signature"]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def _json(document: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(document).encode(), {"Content-Type": "application/json"})


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust the certificate ends the handshake: nothing to tell."""


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(lambda: _json(issuer.description) if self.path == DESCRIPTION else Answer(404))

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
            asked = Asked(self.headers.get("Authorization", ""), form)
            self._answer(lambda: issuer.token(asked) if self.path == TOKEN else Answer(404))

        def _answer(self, right: Callable[[], Answer]) -> None:
            issuer.paths.append(self.path)
            answer = issuer.wrong.get(self.path) or right()
            time.sleep(answer.delay)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.has_length:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
