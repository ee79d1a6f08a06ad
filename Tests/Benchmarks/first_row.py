"""Prints the first value of a Flight stream as a user's script would, for `lakewarden-benchmarks first-row`.

python Tests/Benchmarks/first_row.py PORT
"""

import sys

import pyarrow.flight

with pyarrow.flight.connect(f"grpc://127.0.0.1:{sys.argv[1]}") as client:
    chunk = client.do_get(pyarrow.flight.Ticket(b"SELECT * FROM list_partitions() LIMIT 1")).read_chunk()
    print(chunk.data.column(0)[0].as_py(), flush=True)
