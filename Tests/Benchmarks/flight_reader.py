"""Reads a Flight stream with pyarrow, every batch fully validated, for `lakewarden-benchmarks stream`.

    python Tests/Benchmarks/flight_reader.py PORT

Prints `ROWS CHECKSUM WALL CPU`: the rows read, 0 for a checksum, and the seconds from before connecting to the end of
the stream. Starting Python and loading pyarrow are not in them.
"""

import resource
import sys
import time

import pyarrow.flight


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(port: int) -> None:
    wall, before = time.monotonic(), cpu()
    rows = 0
    with pyarrow.flight.connect(f"grpc://127.0.0.1:{port}") as client:
        for chunk in client.do_get(pyarrow.flight.Ticket(b"")):
            chunk.data.validate(full=True)
            rows += chunk.data.num_rows
    print(rows, 0, time.monotonic() - wall, cpu() - before)


if __name__ == "__main__":
    main(int(sys.argv[1]))
