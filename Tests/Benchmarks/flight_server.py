"""Serves catalog rows over Arrow Flight, for `lakewarden-benchmarks stream` and `first-row`.

    python Tests/Benchmarks/flight_server.py ROWS [CERTIFICATE KEY]

The rows are those of the golden call list-partitions-after-upgrade, over and over: a multiple of 20,000, in messages of
such sizes as a server sent 20,000 of them in, or a few in one message. With a certificate and its key it speaks TLS. It
prints a line `PORT ROWS CHECKSUM BYTES FIRST` when it answers, BYTES being those of the messages' bodies and FIRST the
first value of the first row, and ends when its standard input does.
"""

import struct
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.flight
import pyarrow.ipc

GOLDEN = Path(__file__).parent.parent / "Golden"
sys.path.insert(0, str(GOLDEN))
# 20,000 rows: twelve messages of 3 kB to 440 kB.
MESSAGES = [3000, 500, 3000, 20, 3000, 700, 3000, 80, 3000, 400, 3000, 300]
CYCLE = sum(MESSAGES)
MASK = (1 << 64) - 1


def golden_rows(call: str) -> pa.Table:
    """The rows that a golden call answered."""
    from flight_messages import message

    data = (GOLDEN / "micromegas-0.33" / f"{call}.bin").read_bytes()
    stream = b""
    position = 0
    while position < len(data):
        (length,) = struct.unpack_from("<I", data, position)
        part = data[position + 4 : position + 4 + length]
        if position > 0:  # the first part is the request
            flight = message("FlightData").FromString(part)
            header = flight.data_header + bytes(-len(flight.data_header) % 8)
            stream += struct.pack("<iI", -1, len(header)) + header + flight.data_body
        position += 4 + length
    return pa.ipc.open_stream(stream).read_all()


def rows_from(table: pa.Table, start: int, count: int) -> pa.RecordBatch:
    """So many rows, beginning anew behind the last, in buffers of their own."""
    indices = pa.array([(start + row) % len(table) for row in range(count)])
    return table.take(indices).combine_chunks().to_batches()[0]


def checksum(value) -> int:
    """What the reader reckons of one value: that it was seen is all this is to show."""
    if value is None:
        return 1
    if isinstance(value, int):
        return value & MASK
    if isinstance(value, list):
        return (len(value) + sum(checksum(element) for element in value)) & MASK
    data = value.encode() if isinstance(value, str) else value
    return 31 * len(data) + (data[0] + data[-1] if data else 0)


def checksum_of(batch: pa.RecordBatch) -> int:
    total = 0
    for column in batch.columns:
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.int64())
        total += sum(checksum(value) for value in column.to_pylist())
    return total & MASK


class Server(pyarrow.flight.FlightServerBase):
    def __init__(self, schema: pa.Schema, batches: list[pa.RecordBatch], identity: list[str]):
        if identity:
            certificates = [tuple(Path(file).read_bytes() for file in identity)]
            super().__init__("grpc+tls://127.0.0.1:0", tls_certificates=certificates)
        else:
            super().__init__("grpc://127.0.0.1:0")
        self.schema = schema
        self.batches = batches

    def do_get(self, context, ticket):
        return pyarrow.flight.RecordBatchStream(pa.RecordBatchReader.from_batches(self.schema, self.batches))


def main(rows: int, identity: list[str]) -> None:
    table = golden_rows("list-partitions-after-upgrade")
    sizes = [rows] if rows < CYCLE else MESSAGES
    times, rest = divmod(rows, sum(sizes))
    if rest:
        raise SystemExit(f"rows are fewer than {CYCLE} or a multiple of it")
    cycle = []
    for count in sizes:
        cycle.append(rows_from(table, sum(batch.num_rows for batch in cycle), count))
    total = sum(checksum_of(batch) for batch in cycle) * times & MASK
    size = sum(pa.ipc.read_message(batch.serialize()).body.size for batch in cycle) * times
    server = Server(table.schema, cycle * times, identity)
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    print(server.port, rows, total, size, cycle[0].column(0)[0].as_py(), flush=True)
    server.serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
