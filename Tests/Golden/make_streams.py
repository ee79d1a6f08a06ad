"""Makes the Arrow IPC streams that the tests of ArrowIPC read, and what pyarrow finds in them.

    python Tests/Golden/make_streams.py [--into FOLDER] [BIG_ENDIAN]

They hold what the recorded servers do not send. `streams/NAME.stream` goes with `NAME.json`: `schema`, `batches`
and `columns` as in README.md, `refused` with what the reader has to name, or `expands` with what row 1 of its column
has too much of to be made into a value, `values` or `bytes`. BIG_ENDIAN is a stream of another implementation, such as
data/arrow-ipc-stream/integration/1.0.0-bigendian/generated_primitive.stream of apache/arrow-testing, of which the
schema is kept. FOLDER, of which everything else is removed, stands in for `streams`.
"""

import argparse
import struct
from pathlib import Path

import stream_files
from stream_files import refused
from streams_at_the_edge import damaged, deep, empty, expanding, version4
from streams_of_encodings import compressed, deltas, dictionaries, runs, views
from streams_of_types import extension, fixed, maps, nested, numbers, temporal, texts, unions


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--into", type=Path, default=stream_files.FOLDER)
    parser.add_argument("big_endian", type=Path, nargs="?")
    options = parser.parse_args()
    folder = stream_files.FOLDER = options.into
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    types = (numbers, temporal, texts, fixed, nested, maps, unions, extension)
    encodings = (dictionaries, deltas, compressed, views, runs)
    edges = (empty, deep, expanding, version4, damaged)
    for make in (*types, *encodings, *edges):
        make()
    if options.big_endian:
        data = options.big_endian.read_bytes()
        (length,) = struct.unpack_from("<i", data, 4)
        refused("big-endian", data[: 8 + length], "big-endian")
    print(f"{len(list(folder.glob('*.stream')))} streams, {sum(p.stat().st_size for p in folder.iterdir())} bytes")


if __name__ == "__main__":
    main()
