"""Reads with pyarrow's Flight client, for `lakewarden-benchmarks`.

    python Tests/Benchmarks/flight_reader.py validate PORT [CERTIFICATE]    every batch, fully validated
    python Tests/Benchmarks/flight_reader.py read PORT                      every batch as it is
    python Tests/Benchmarks/flight_reader.py calls PORT COUNT               so many calls, one after the other

Prints `ROWS 0 WALL CPU`: the rows read, and the seconds from before connecting to the end of the last stream. Starting
Python and loading pyarrow are not in them.
"""

import sys

import pyarrow.flight

from measured import measured

TICKET = pyarrow.flight.Ticket(b"SELECT 1")


def connect(port: str, certificate: str | None = None) -> pyarrow.flight.FlightClient:
    if certificate is None:
        return pyarrow.flight.connect(f"grpc://127.0.0.1:{port}")
    with open(certificate, "rb") as file:
        return pyarrow.flight.connect(f"grpc+tls://127.0.0.1:{port}", tls_root_certs=file.read())


def validate(port: str, certificate: str | None = None) -> int:
    rows = 0
    with connect(port, certificate) as client:
        for chunk in client.do_get(TICKET):
            chunk.data.validate(full=True)
            rows += chunk.data.num_rows
    return rows


def read(port: str) -> int:
    with connect(port) as client:
        return sum(chunk.data.num_rows for chunk in client.do_get(TICKET))


def calls(port: str, count: str) -> int:
    with connect(port) as client:
        return sum(client.do_get(TICKET).read_all().num_rows for _ in range(int(count)))


if __name__ == "__main__":
    measured({"validate": validate, "read": read, "calls": calls}[sys.argv[1]], *sys.argv[2:])
