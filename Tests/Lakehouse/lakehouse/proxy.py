"""A proxy in front of the server for what grpcio cannot do: cut a connection, end a call without trailers, GOAWAY.

It reads HTTP/2 frame heads (RFC 9113, section 4.1) from the server and passes bytes on as they are. A connection is
given at most one fault, and a fault that drops frames is its last: headers that are not passed on would leave the two
ends with different HPACK states.

A fault is an object: `kind`, `after` and `times` (1 if not said, -1 for ever), for the next connections; with `asked`
for the connection on which the client sends that text, a part of its statement, and from then on; bytes are counted
from the answer's first.

    cut            after that many bytes from the server, and `delay` seconds, by FIN, or by RST if `reset` is true
    lose_answer    the connection ends where the answer of the call would begin, once the call is over
    no_trailers    the answer's last header frame is left out; its last data ends the stream
    reset_stream   RST_STREAM with `code` (INTERNAL_ERROR: 2) after that many data frames
    goaway         GOAWAY with `code` after that many data frames, then FIN; `last_stream` 0: nothing was processed
    stall          after that many bytes nothing more comes, and nothing ends
    refuse         the connection is closed at once; with `asked` the request does not reach the server
    http1          an HTTP/1.1 server answers
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Any

DATA, HEADERS, RST_STREAM, GOAWAY, CONTINUATION = 0, 1, 3, 7, 9
END_STREAM = 0x1
KINDS = ("cut", "lose_answer", "no_trailers", "reset_stream", "goaway", "stall", "refuse", "http1")
HTTP1 = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class ConnectionFault:
    kind: str
    after: int = 0
    reset: bool = False
    code: int = 2
    last_stream: int = 0
    times: int = 1
    asked: str | None = None
    delay: float = 0.0

    @classmethod
    def read(cls, wish: dict[str, Any]) -> ConnectionFault:
        if wish.get("kind") not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        if wish.get("asked") is not None and wish["kind"] == "http1":
            raise ValueError("http1 strikes before anything is asked")
        return cls(**wish)


class Ended(Exception):
    """The fault has struck; the connection ends."""


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + struct.pack(">BBI", kind, flags, stream) + payload


class Proxy:
    """Listens on 127.0.0.1 on a thread of its own."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._faults: list[ConnectionFault] = []
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self.connections = 0
        self.port = 0

    def start(self, port: int = 0) -> int:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", port), self._loop
        ).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    def stop(self) -> None:
        async def close() -> None:
            self._server.close()
            for writer in list(self._writers):
                writer.transport.abort()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def add(self, fault: ConnectionFault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def _take(self, sent: bytes | None = None) -> ConnectionFault | None:
        """The fault of a new connection, or of one on which the client has just sent these bytes."""
        with self._lock:
            for fault in self._faults:
                strikes = fault.asked is None if sent is None else fault.asked and fault.asked.encode() in sent
                if fault.times != 0 and strikes:
                    fault.times -= fault.times > 0
                    return fault
            return None

    async def _serve(self, client_in: asyncio.StreamReader, client_out: asyncio.StreamWriter) -> None:
        self.connections += 1
        fault = self._take()
        writers = {client_out}
        self._writers.add(client_out)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            if fault is not None and fault.kind in ("refuse", "http1"):
                if fault.kind == "http1":
                    await client_in.read(1)
                    client_out.write(HTTP1)
            else:
                server_in, server_out = await asyncio.open_connection("127.0.0.1", self._target)
                writers.add(server_out)
                self._writers.add(server_out)
                downward = Downward(fault, server_in, client_out)
                upward = asyncio.ensure_future(self._pass_on(client_in, server_out, downward))
                try:
                    await downward.run()
                finally:
                    upward.cancel()
        for writer in writers:
            self._writers.discard(writer)
            writer.close()

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, downward: Downward) -> None:
        end = b""  # of what was sent before: a text may come in two parts
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65536):
                if downward.fault is None:
                    downward.fault = self._take(end + data)
                    end = data[-1000:]
                    if downward.fault is not None and downward.fault.kind == "refuse":
                        break
                sink.write(data)
                await sink.drain()
        sink.close()


class Downward:
    """From the server to the client, until the connection ends or the fault has struck."""

    def __init__(self, fault: ConnectionFault | None, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        self.fault, self._source, self._sink = fault, source, sink
        self._bytes = self._data_frames = 0

    async def run(self) -> None:
        with contextlib.suppress(Ended):
            while True:
                head = await self._source.readexactly(9)
                payload = await self._source.readexactly(int.from_bytes(head[:3], "big"))
                # What concerns the connection, or the request, is no part of an answer that was asked for.
                if self.fault is None or (self.fault.asked and head[3] not in (DATA, HEADERS, CONTINUATION)):
                    await self._send(head + payload)
                elif self.fault.kind in ("cut", "stall"):
                    await self._count_bytes(self.fault, head + payload)
                else:
                    await self._frame(self.fault, head, payload)

    async def _send(self, data: bytes) -> None:
        self._sink.write(data)
        await self._sink.drain()

    async def _count_bytes(self, fault: ConnectionFault, data: bytes) -> None:
        await self._send(data[: fault.after - self._bytes])
        self._bytes += len(data)
        if self._bytes >= fault.after:
            if fault.kind == "stall":
                await asyncio.Event().wait()
            await asyncio.sleep(fault.delay)
            self._close(fault.reset)

    async def _frame(self, fault: ConnectionFault, head: bytes, payload: bytes) -> None:
        kind, flags = head[3], head[4]
        stream = int.from_bytes(head[5:9], "big") & 0x7FFFFFFF
        ends = kind in (DATA, HEADERS) and flags & END_STREAM
        if fault.kind == "lose_answer" and stream:
            if ends:
                self._close(fault.reset)
            return
        if fault.kind == "no_trailers" and kind == HEADERS and ends:
            await self._send(frame(DATA, END_STREAM, stream, b""))
            return
        if kind == DATA and stream and fault.kind in ("reset_stream", "goaway"):
            if self._data_frames == fault.after:
                if fault.kind == "reset_stream":
                    await self._send(frame(RST_STREAM, 0, stream, struct.pack(">I", fault.code)))
                else:
                    await self._send(frame(GOAWAY, 0, 0, struct.pack(">II", fault.last_stream, fault.code)))
                    self._close(False)
            self._data_frames += 1
            if fault.kind == "reset_stream" and self._data_frames > fault.after:
                return
        await self._send(head + payload)

    def _close(self, reset: bool) -> None:
        if reset:
            # No lingering: what is in the buffers is thrown away and the peer gets RST.
            self._sink.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            self._sink.transport.abort()
        raise Ended
