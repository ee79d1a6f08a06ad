"""A name with several addresses, through the system's own resolution: the lake listens at one of them, or at none."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import PROGRAM, Lakehouse, Ran
from namespaces import inside, leave_out

# Each listens once as the one that is tried first and once as the other, whichever order the system gives them in.
PAIRS = [("127.0.0.1", "127.0.0.2"), ("127.0.0.2", "127.0.0.1"), ("127.0.0.1", "::1"), ("::1", "127.0.0.1")]


@pytest.fixture(scope="module")
def lake() -> Iterator[Lakehouse]:
    running = Lakehouse("--scenario", "morning-after")
    yield running
    running.stop()


@pytest.fixture
def names(tmp_path: Path) -> Path:
    return tmp_path / "hosts"


def give(names: Path, *addresses: str) -> None:
    """Gives `lake.test` these addresses, or leaves the test out where this machine cannot."""
    for address in addresses:
        try:
            socket.create_server((address, 0), family=family(address)).close()
        except OSError as error:
            leave_out(f"this machine has no {address}: {error}")
    names.write_text("".join(f"{address} lake.test\n" for address in addresses))
    found = inside(names, "getent", "--no-addrconfig", "ahosts", "lake.test")
    if missing := set(addresses) - {line.split()[0] for line in found.out.splitlines()}:
        leave_out(f"a name cannot be given {', '.join(sorted(missing))} here: {found.err.strip()}")


def ask(names: Path, port: int, network: str | None = None) -> Ran:
    lake = f"grpc://lake.test:{port}"
    return inside(names, str(PROGRAM), "query", "SELECT 1 AS one", "--lake", lake, network=network)


def family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Relay(socketserver.ThreadingTCPServer):
    """Hands what comes at one address on to a port of 127.0.0.1."""

    daemon_threads = True

    def __init__(self, address: str, port: int) -> None:
        self.address_family = family(address)
        self.target = ("127.0.0.1", port)
        super().__init__((address, 0), Handing)


class Handing(socketserver.BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        with socket.create_connection(self.server.target) as target:
            back = threading.Thread(target=pump, args=(target, self.request))
            back.start()
            pump(self.request, target)
            back.join()


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def listening(address: str, lake: Lakehouse) -> Iterator[int]:
    """The lake at one address and no other; the port."""
    with Relay(address, int(lake.uri.rpartition(":")[2])) as relay:
        threading.Thread(target=relay.serve_forever).start()
        yield relay.server_address[1]
        relay.shutdown()


@pytest.mark.parametrize(("address", "silent"), PAIRS)
def test_the_one_address_of_a_name_where_the_lake_listens_is_found(
    lake: Lakehouse, names: Path, address: str, silent: str
) -> None:
    give(names, address, silent)
    with listening(address, lake) as port:
        ran = ask(names, port)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.split() == ["one", "1"]


# The last as most containers have it: the network is of IPv4 alone, and ::1 is there all the same.
@pytest.mark.parametrize(
    ("addresses", "network"), [(PAIRS[0], None), (PAIRS[2], None), (PAIRS[2], "192.0.2.1")], ids=str
)
def test_where_the_lake_listens_at_none_of_them_each_is_named(
    names: Path, addresses: tuple[str, str], network: str | None
) -> None:
    give(names, *addresses)
    if network and (made := inside(names, "true", network=network)).code != 0:
        leave_out(f"a network of its own cannot be made here: {made.err.strip()}")
    # Port 1 (tcpmux) listens nowhere that tests run.
    ran = ask(names, 1, network)
    assert ran.code == 1
    assert "nothing answers at lake.test:1" in " ".join(ran.err.split())
    for address in addresses:
        place = f"[{address}]:1" if ":" in address else f"{address}:1"
        assert f"{place}: connect: Connection refused" in " ".join(ran.err.split())
