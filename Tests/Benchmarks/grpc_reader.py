"""Reads with grpcio, messages as the bytes they are, for `lakewarden-benchmarks`.

    python Tests/Benchmarks/grpc_reader.py calls PORT COUNT       so many calls, one after the other
    python Tests/Benchmarks/grpc_reader.py threads PORT COUNT     so many calls at once, a thread each
    python Tests/Benchmarks/grpc_reader.py tasks PORT COUNT       so many calls at once, an asyncio task each

Prints `COUNT 0 WALL CPU`: the answers of `calls`, else the bytes of all messages, and the seconds from before
connecting to the end of the last stream.
"""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import grpc.aio
import grpc.experimental

from measured import measured

METHOD = "/arrow.flight.protocol.FlightService/DoGet"
REQUEST = b"\x0a\x08SELECT 1"
# Without this grpcio starts a thread for every call.
OPTIONS = [(grpc.experimental.ChannelOptions.SingleThreadedUnaryStream, 1)]


def calls(port: str, count: str) -> int:
    with grpc.insecure_channel(f"127.0.0.1:{port}", OPTIONS) as channel:
        call = channel.unary_stream(METHOD)
        return sum(len(list(call(REQUEST))) == 2 for _ in range(int(count)))


def threads(port: str, count: str) -> int:
    with grpc.insecure_channel(f"127.0.0.1:{port}", OPTIONS) as channel, ThreadPoolExecutor(int(count)) as pool:
        call = channel.unary_stream(METHOD)
        return sum(pool.map(lambda _: sum(map(len, call(REQUEST))), range(int(count))))


def tasks(port: str, count: str) -> int:
    async def read(call: grpc.aio.UnaryStreamMultiCallable) -> int:
        size = 0
        async for message in call(REQUEST):
            size += len(message)
        return size

    async def all_of_them() -> int:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            call = channel.unary_stream(METHOD)
            return sum(await asyncio.gather(*(read(call) for _ in range(int(count)))))

    return asyncio.run(all_of_them())


if __name__ == "__main__":
    measured({"calls": calls, "threads": threads, "tasks": tasks}[sys.argv[1]], *sys.argv[2:])
