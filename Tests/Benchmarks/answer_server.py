"""Answers every call with the same messages, for benchmarks in which a gRPC library's server would be the slower side.

    python Tests/Benchmarks/answer_server.py small-query | log-rows | blocks

    small-query  a schema and one row
    log-rows     a schema and 100,000 rows as a materialization reports them, one a message and a frame
    blocks       40 messages of 256 KiB, 10 MiB together

It prints a line `PORT COUNT CHECKSUM BYTES` when it answers: the rows of one answer, or the bytes of `blocks`, the sum
that `lakewarden-benchmarks` reckons of the values, and the bytes of all messages. It ends when its standard input does.

HTTP/2 by hand, as far as gRPC clients need it (RFC 9113, RFC 7541): flow control is kept, settings and pings are
answered, requests are not read. What is sent is laid out beforehand. One connection at a time.
"""

import contextlib
import functools
import os
import socket
import sys
import threading
from bisect import bisect_right

import pyarrow as pa

from flight_server import checksum_of, golden_rows, rows_from

DATA, HEADERS, RST_STREAM, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 3, 4, 6, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
FRAME = 16384
PREFACE = 24
# As much of one stream is sent before the next one has its turn.
TURN = 64 << 10


def frame_head(length: int, kind: int, flags: int, stream: int) -> bytes:
    return length.to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big")


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return frame_head(len(payload), kind, flags, stream) + payload


def literal(name: bytes, value: bytes) -> bytes:
    """A header that enters no table: an answer's bytes do not depend on those before it."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


BEGIN = b"\x88" + literal(b"content-type", b"application/grpc")  # :status 200 is number 8 of the static table
END = literal(b"grpc-status", b"0")


class Answer:
    """Groups of messages, cut into frames beforehand, each group sent so many times."""

    def __init__(self, groups: list[tuple[list[bytes], int]]):
        self.order = [index for index, (_, times) in enumerate(groups) for _ in range(times)]
        self.bytes = sum(times * sum(map(len, messages)) for messages, times in groups)
        self.payloads = [self._payloads(messages) for messages, _ in groups]
        self.frames = functools.lru_cache(maxsize=256)(self._frames)

    @staticmethod
    def _payloads(messages: list[bytes]) -> list[memoryview]:
        bodies = [memoryview(b"\0" + len(message).to_bytes(4, "big") + message) for message in messages]
        return [body[start : start + FRAME] for body in bodies for start in range(0, len(body), FRAME)]

    def _frames(self, group: int, stream: int) -> tuple[list[bytes | memoryview], list[int]]:
        """A head and a payload for each frame, and the window that the frames up to it take."""
        parts, taken = [], [0]
        for payload in self.payloads[group]:
            parts += [frame_head(len(payload), DATA, 0, stream), payload]
            taken.append(taken[-1] + len(payload))
        return parts, taken


class Stream:
    """What was sent of one answer."""

    def __init__(self, window: int):
        self.window = window
        self.asked = False
        self.group = 0
        self.frame = 0


class Connection:
    def __init__(self, answer: Answer, wire: socket.socket):
        self.answer = answer
        self.wire = wire
        self.window = self.initial = 65535
        self.streams: dict[int, Stream] = {}
        self.asked: list[int] = []

    def serve(self) -> None:
        # Requests are small, and all of them together fit the largest window.
        self.wire.sendall(frame(SETTINGS, 0, 0) + frame(WINDOW_UPDATE, 0, 0, (0x7FFFFFFF - 65535).to_bytes(4, "big")))
        received = bytearray()
        position, moves = PREFACE, False
        while True:
            try:
                more = self.wire.recv(1 << 16, socket.MSG_DONTWAIT if moves else 0)
            except BlockingIOError:
                more = None
            if more == b"":
                return
            if more:
                received += more
            out: list[bytes | memoryview] = []
            while len(received) >= position + 9:
                length = int.from_bytes(received[position : position + 3], "big")
                if len(received) < position + 9 + length:
                    break
                kind, flags = received[position + 3], received[position + 4]
                stream = int.from_bytes(received[position + 5 : position + 9], "big")
                self.receive(kind, flags, stream, bytes(received[position + 9 : position + 9 + length]), out)
                position += 9 + length
            if position > PREFACE:
                del received[:position]
                position = 0
            moves = self.take(out)
            self.write(out)

    def write(self, parts: list[bytes | memoryview]) -> None:
        for start in range(0, len(parts), os.sysconf("SC_IOV_MAX")):
            some = parts[start : start + os.sysconf("SC_IOV_MAX")]
            sent = self.wire.sendmsg(some)
            if sent < sum(map(len, some)):
                self.wire.sendall(b"".join(some)[sent:])

    def receive(self, kind: int, flags: int, number: int, payload: bytes, out: list[bytes | memoryview]) -> None:
        if kind == HEADERS:
            self.streams[number] = Stream(self.initial)
        if kind in (HEADERS, DATA) and flags & END_STREAM and not self.streams[number].asked:
            self.streams[number].asked = True
            self.asked.append(number)
            out.append(frame(HEADERS, END_HEADERS, number, BEGIN))
        elif kind == RST_STREAM and number in self.streams:
            if self.streams.pop(number).asked:
                self.asked.remove(number)
        elif kind == SETTINGS and not flags & ACK:
            for start in range(0, len(payload), 6):
                if int.from_bytes(payload[start : start + 2], "big") == 4:  # SETTINGS_INITIAL_WINDOW_SIZE
                    initial = int.from_bytes(payload[start + 2 : start + 6], "big")
                    for stream in self.streams.values():
                        stream.window += initial - self.initial
                    self.initial = initial
            out.append(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            out.append(frame(PING, ACK, 0, payload))
        elif kind == WINDOW_UPDATE:
            credit = int.from_bytes(payload, "big")
            if number == 0:
                self.window += credit
            elif number in self.streams:
                self.streams[number].window += credit

    def take(self, out: list[bytes | memoryview]) -> bool:
        """Each stream's next frames, as far as the windows let them; whether there may be more to send."""
        moves = False
        for number in list(self.asked):
            stream = self.streams[number]
            parts, taken = self.answer.frames(self.answer.order[stream.group], number)
            allowed = min(self.window, stream.window, TURN)
            last = bisect_right(taken, taken[stream.frame] + allowed) - 1
            if last == stream.frame:
                continue
            moves = True
            size = taken[last] - taken[stream.frame]
            out += parts[2 * stream.frame : 2 * last]
            self.window -= size
            stream.window -= size
            stream.frame = last
            if last == len(taken) - 1:
                stream.group, stream.frame = stream.group + 1, 0
            if stream.group == len(self.answer.order):
                out.append(frame(HEADERS, END_HEADERS | END_STREAM, number, END))
                self.asked.remove(number)
                del self.streams[number]
        return moves


def flight_messages(batches: list[pa.RecordBatch]) -> list[bytes]:
    """FlightData of a schema and of batches (`data_header` 2, `data_body` 1000)."""
    from flight_messages import message

    data = message("FlightData")
    parts = [batches[0].schema.serialize()] + [batch.serialize() for batch in batches]
    messages = []
    for part in map(pa.ipc.read_message, parts):
        body = part.body.to_pybytes() if part.body is not None else b""
        messages.append(data(data_header=part.metadata.to_pybytes(), data_body=body).SerializeToString())
    return messages


def answer(kind: str) -> tuple[Answer, int, int]:
    """An answer, what it counts and the sum of its values."""
    if kind == "blocks":
        return Answer([([os.urandom(256 << 10)], 40)]), 10 << 20, 0
    if kind == "small-query":
        batches = [pa.record_batch({"one": pa.array([1], pa.int64())})]
        return Answer([(flight_messages(batches), 1)]), 1, checksum_of(batches[0])
    table = golden_rows("materialize-right-order-2-log_entries")
    batches = [rows_from(table, row, 1) for row in range(1000)]
    schema, *rows = flight_messages(batches)
    return Answer([([schema], 1), (rows, 100)]), 100_000, 100 * sum(map(checksum_of, batches)) & ((1 << 64) - 1)


def main(kind: str) -> None:
    made, count, checksum = answer(kind)
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(listener.getsockname()[1], count, checksum, made.bytes, flush=True)
    while True:
        wire, _ = listener.accept()
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A client may leave without a word.
        with wire, contextlib.suppress(ConnectionError):
            Connection(made, wire).serve()


if __name__ == "__main__":
    main(sys.argv[1])
