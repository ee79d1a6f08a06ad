"""A Flight server whose DoPut does what a test asks for: python put_peer.py acknowledge|refuse|nothing

It prints its port and ends with its standard input.

    acknowledge    a result for each message, as long as the message; what is not read keeps it from reading on
    refuse         PERMISSION_DENIED once the first message has come
    nothing        all is read, and no result comes
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc


def length_delimited(data: bytes) -> bytes:
    """PutResult { app_metadata = 1 }."""
    size, out = len(data), bytearray(b"\x0a")
    while size > 0x7F:
        out.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes(out) + bytes([size]) + data


def put(requests, context):
    for message in requests:
        if sys.argv[1] == "refuse":
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "not for you")
        if sys.argv[1] == "acknowledge":
            yield length_delimited(message)


class Handler(grpc.GenericRpcHandler):
    def service(self, details):
        if details.method == "/arrow.flight.protocol.FlightService/DoPut":
            return grpc.stream_stream_rpc_method_handler(put)
        return None


server = grpc.server(ThreadPoolExecutor(4), handlers=[Handler()])
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
sys.stdin.read()
server.stop(None)
