"""How clients reach a lake and say who they are, and what the server is told with a call."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import certifi
import micromegas
from micromegas.flightsql.client import FlightSQLClient

from call import Call
from comparing import frame_differences
from processes import Lake
from reading import BEGIN, DAY, END, keeping

SQL = "SELECT view_set_name FROM list_view_sets() ORDER BY view_set_name"
MUTATOR = "SELECT * FROM materialize_partitions('blocks', '2026-11-16T00:00:00Z', '2026-11-17T00:00:00Z', 86400)"
SCALAR = "SELECT retire_partition_by_file(NULL)"
IDENTITIES = {
    "admin": {"admin": True, "sees": "all"},
    "user": {"admin": False, "sees": "all"},
    "blind": {"admin": True, "sees": "nothing"},
}


class Token:
    """An auth_provider as the Python client takes one."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self) -> str:
        return self._token


def with_headers(headers: dict[str, str]) -> Callable[[str], FlightSQLClient]:
    def connect(uri: str) -> FlightSQLClient:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return FlightSQLClient(uri, headers=headers)

    return connect


def with_scheme(scheme: str) -> Callable[[str], FlightSQLClient]:
    return lambda uri: micromegas.connect(uri.replace("grpc://", f"{scheme}://"))


def named(name: str, sql: str, ours: dict[str, Any], **more: Any) -> Call:
    return Call(name, lambda c: c.query(sql), {"call": "query", "sql": sql, **ours}, frame_differences, **more)


def addresses() -> Iterator[Call]:
    for scheme in ("grpc", "grpc+tcp", "http"):
        place = {"lake": f"{scheme}://127.0.0.1:{{port}}"}
        yield named(f"connect: {scheme}://", SQL, place, connect=with_scheme(scheme), lake={"scenario": "empty"})
    # Whether something answers at the default address or not, it does for both.
    local = {"lake": "grpc://localhost:50051"}
    nowhere = {"lake": "grpc://127.0.0.1:1"}
    yield named(
        "connect: the default address",
        "SELECT 1 AS one",
        local,
        words=False,
        fails=None,
        connect=lambda _: micromegas.connect(),
    )
    yield named(
        "connect: nobody there",
        SQL,
        nowhere,
        words=False,
        fails=True,
        connect=lambda _: micromegas.connect(nowhere["lake"]),
    )


def secure(folder: Path) -> Iterator[Call]:
    """TLS with an authority of the test's own, in place of those that the Python client takes from certifi."""
    certificates(folder)
    lake = {"scenario": "empty", "tls": str(folder)}
    trusted = {"authority_file": str(folder / "ca.pem")}

    def connect(scheme: str, authorities: Path) -> Callable[[str], FlightSQLClient]:
        def made(uri: str) -> FlightSQLClient:
            where, certifi.where = certifi.where, lambda: str(authorities)
            try:
                return with_scheme(scheme)(uri.replace("127.0.0.1", "localhost"))
            finally:
                certifi.where = where

        return made

    for scheme in ("grpc+tls", "https"):
        ours = {"lake": f"{scheme}://localhost:{{port}}", **trusted}
        yield named(f"connect: {scheme}://", SQL, ours, lake=lake, connect=connect(scheme, folder / "ca.pem"))
    other = folder / "other.pem"
    unknown = {"lake": "https://localhost:{port}", "authority_file": str(other)}
    distrusting = connect("https", other)
    yield named("connect: an unknown authority", SQL, unknown, words=False, fails=True, lake=lake, connect=distrusting)


def certificates(folder: Path) -> None:
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1")

    def make(name: str, *more: str | Path) -> None:
        files = ("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
        subprocess.run(
            ["openssl", "req", "-x509", *kind, "-subj", f"/CN={name}", *files, *more], check=True, capture_output=True
        )

    make("ca")
    make("other")
    signed = ("-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-addext", "basicConstraints=CA:FALSE")
    make("server", *signed, "-addext", "subjectAltName=DNS:localhost")


def credentials(folder: Path) -> Iterator[Call]:
    """Tokens by auth_provider and by headers, of callers with different rights."""
    lake = {"identities": IDENTITIES}
    for token in (*IDENTITIES, "unknown"):
        file = folder / f"token-{token}"
        file.write_text(token)
        file.chmod(0o600)
        # The admin's is one that changes nothing.
        change = SCALAR if token == "admin" else MUTATOR
        for what, sql in (("a query", SQL), ("partitions", "SELECT * FROM list_partitions()"), ("a change", change)):
            yield named(
                f"auth_provider: {what}, {token}",
                sql,
                {"token_file": str(file)},
                lake=lake,
                fails=token == "unknown" or (token == "user" and what == "a change"),
                connect=lambda uri, token=token: FlightSQLClient(uri, auth_provider=Token(token)),
            )
    yield named("no token where one is needed", SQL, {}, lake=lake, fails=True)


#: Headers that each client sends of itself, in its own manner.
_OWN = ("x-client-", "user-agent", "grpc-", "te", "content-type", "accept-encoding")


def told_differences(first: Lake, second: Lake) -> list[str]:
    """The headers of each side's calls, times as instants."""
    theirs, ours = ([_told(headers) for headers in lake.headers()] for lake in (first, second))
    return [] if theirs == ours else [f"headers: theirs {theirs}, ours {ours}"]


def _told(headers: dict[str, str]) -> dict[str, Any]:
    told = {k: v for k, v in headers.items() if not k.startswith(_OWN)}
    return {k: datetime.fromisoformat(v) if k.startswith("query_range") else v for k, v in told.items()}


def headers() -> Iterator[Call]:
    """What the server is told, compared as well as the answer."""
    told: dict[str, Any] = {"lake": {"scenario": "empty"}, "afterwards": [told_differences]}
    several = {"x-api-key": "mm_test_1", "x-tenant-id": "production", "x-request-id": "trace-12345"}
    pairs = [[name, value] for name, value in several.items()]
    yield named("headers: several", SQL, {"headers": pairs}, connect=with_headers(several), **told)
    yield named("headers: none", SQL, {}, **told)
    yield named("headers: preserve_dictionary", SQL, {"preserve_dictionary": True}, connect=keeping, **told)
    yield Call(
        "headers: a range",
        lambda c: c.query(SQL, BEGIN, END),
        {"call": "query", "sql": SQL, **DAY},
        frame_differences,
        **told,
    )


def calls(folder: Path) -> Iterator[Call]:
    yield from addresses()
    yield from secure(folder)
    yield from credentials(folder)
    yield from headers()
