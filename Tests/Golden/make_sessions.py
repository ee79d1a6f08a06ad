"""Records what a gRPC server sends on HTTP/2 connections, for `lakewarden-fuzz` to change and play to the client.

    python Tests/Golden/make_sessions.py

The server and the client are grpcio's; a proxy between them writes down the server's bytes. `sessions/NAME.session`
holds those of one connection, on which the client made the calls named below one after another, on streams 1, 3, 5, …
"""

import contextlib
import socket
import struct
import threading
from concurrent import futures
from pathlib import Path

import grpc

FOLDER = Path(__file__).parent
SESSIONS = FOLDER / "sessions"
SERVICE = "/arrow.flight.protocol.FlightService/"


def messages(call: str) -> list[bytes]:
    """The response messages of a recorded call, as README.md describes them."""
    data = (FOLDER / f"{call}.bin").read_bytes()
    parts = []
    while data:
        (length,) = struct.unpack_from("<I", data)
        parts.append(data[4 : 4 + length])
        data = data[4 + length :]
    return parts[1:]


class Handler(grpc.GenericRpcHandler):
    """Answers a call as its method says: with a golden call's messages, with a failure, …"""

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        answer = getattr(self, details.method.removeprefix(SERVICE), None)
        return answer and grpc.unary_stream_rpc_method_handler(answer)

    def views(self, _request: bytes, context: grpc.ServicerContext):
        context.send_initial_metadata((("x-request-id", "1"), ("raw-bin", b"\x00\xff")))
        yield from messages("micromegas-0.30/list-view-sets")
        context.set_trailing_metadata((("x-trailer", "é".encode().hex()),))

    def dictionaries(self, _request: bytes, _context: grpc.ServicerContext):
        yield from messages("micromegas-0.30/types-nested-dictionary")

    def small(self, _request: bytes, _context: grpc.ServicerContext):
        yield from (bytes([number % 256]) * (number % 7) for number in range(300))

    def large(self, _request: bytes, _context: grpc.ServicerContext):
        yield bytes(range(256)) * 160

    def fails(self, _request: bytes, context: grpc.ServicerContext):
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no “such” table: 100 %\n")
        yield b""

    def breaks(self, _request: bytes, context: grpc.ServicerContext):
        yield from messages("micromegas-0.30/types")[:2]
        context.abort(grpc.StatusCode.INTERNAL, "half way")


def record(name: str, *calls: str) -> None:
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((Handler(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    listener = socket.create_server(("127.0.0.1", 0))
    recorded = bytearray()
    done = threading.Event()

    def carry(source: socket.socket, target: socket.socket, keep: bool) -> None:
        # Whichever side goes first, the other one's end shows as an error.
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if keep:
                    recorded.extend(data)
                target.sendall(data)
        if keep:
            done.set()

    def proxy() -> None:
        client, _ = listener.accept()
        upstream = socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=carry, args=(client, upstream, False), daemon=True).start()
        carry(upstream, client, True)

    threading.Thread(target=proxy, daemon=True).start()
    with grpc.insecure_channel(f"127.0.0.1:{listener.getsockname()[1]}") as channel:
        for call in calls:
            try:
                for _ in channel.unary_stream(SERVICE + call)(b"x", timeout=10):
                    pass
            except grpc.RpcError as error:
                print(f"{name}/{call}: {error.code()}")
        # Before the client closes, so that the server says that it goes.
        server.stop(None).wait()
        done.wait(10)
    (SESSIONS / f"{name}.session").write_bytes(split(recorded))


def split(data: bytes) -> bytes:
    """The same frames, none longer than a client takes that does not ask for more; grpcio's asks for 4 MiB."""
    most, result = 16_384, bytearray()
    while data:
        (length, kind, flags, stream) = (int.from_bytes(data[:3], "big"), data[3], data[4], data[5:9])
        payload, data = data[9 : 9 + length], data[9 + length :]
        while len(payload) > most:
            assert kind == 0 and flags == 0, "only a plain DATA frame can be cut anywhere"
            result += most.to_bytes(3, "big") + bytes(2) + stream + payload[:most]
            payload = payload[most:]
        result += len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream + payload
    return bytes(result)


def main() -> None:
    SESSIONS.mkdir(exist_ok=True)
    record("answers", "views", "dictionaries", "views")
    record("failures", "fails", "breaks", "unknown", "fails")
    record("small", "small", "views")
    record("large", "large")
    print(f"{sum(path.stat().st_size for path in SESSIONS.iterdir())} bytes")


if __name__ == "__main__":
    main()
