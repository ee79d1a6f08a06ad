"""A client of a few lines, and a lake in a directory served for the length of a test."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pyarrow as pa

from lakehouse import wire
from lakehouse.clock import Clock
from lakehouse.faults import Faults
from lakehouse.proxy import Proxy
from lakehouse.service import FLIGHT, Server
from lakehouse.types import Lake

NOW = "2026-11-21T08:00:00Z"


@dataclass
class Answer:
    code: str
    details: str
    messages: list[bytes]
    initial: dict[str, str]
    trailing: dict[str, str]

    @property
    def table(self) -> pa.Table:
        assert self.messages, self.details
        schema, batches = wire.decode_stream(self.messages)
        return pa.Table.from_batches(batches, schema)

    def column(self, name: str) -> list:
        assert self.code == "OK", self.details
        return self.table.column(name).to_pylist()

    @property
    def log(self) -> list[str]:
        return self.column("msg")


class Client:
    def __init__(self, port: int) -> None:
        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{port}", [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
        )

    def call(self, method: str, request: bytes, **metadata: str) -> Answer:
        stream = self.channel.unary_stream(FLIGHT + method)(request, metadata=list(metadata.items()), timeout=120)
        messages: list[bytes] = []
        with contextlib.suppress(grpc.RpcError):
            messages.extend(stream)
        heads = [{k: v for k, v in found or ()} for found in (stream.initial_metadata(), stream.trailing_metadata())]
        return Answer(stream.code().name, stream.details() or "", messages, *heads)

    def query(self, text: str, **metadata: str) -> Answer:
        return self.call("DoGet", ticket(text), **metadata)

    def prepare(self, text: str, **metadata: str) -> Answer:
        query = wire.any_message("ActionCreatePreparedStatementRequest", wire.field(1, text.encode()))
        return self.call("DoAction", wire.field(1, b"CreatePreparedStatement") + wire.field(2, query), **metadata)


def ticket(text: str) -> bytes:
    return wire.field(1, wire.any_message("TicketStatementQuery", wire.field(1, text.encode())))


@dataclass
class Served:
    lake: Lake
    server: Server
    proxy: Proxy
    port: int
    client: Client


@contextlib.contextmanager
def served(directory: Path, version: str = "0.33") -> Iterator[Served]:
    faults = Faults()
    lake = Lake(directory, version, Clock(NOW), faults)
    server = Server([lake], faults)
    running, port = server.start()
    proxy = Proxy(port)
    proxy.start()
    client = Client(port)
    try:
        yield Served(lake, server, proxy, port, client)
    finally:
        client.channel.close()
        proxy.stop()
        running.stop(None).wait()
        lake.close()
