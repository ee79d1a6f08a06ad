"""Makes the Arrow IPC streams that the tests of ArrowIPC read, and what pyarrow finds in them.

    python Tests/Golden/make_streams.py [BIG_ENDIAN]

They hold what the recorded servers do not send. `streams/NAME.stream` goes with `NAME.json`: `schema`, `batches`
and `columns` as in README.md, `refused` with what the reader has to name, or `expands` with what row 1 of its column
has too much of to be made into a value, `values` or `bytes`. BIG_ENDIAN is a stream of another implementation, such as
data/arrow-ipc-stream/integration/1.0.0-bigendian/generated_primitive.stream of apache/arrow-testing, of which the
schema is kept.
"""

import struct
import sys
from pathlib import Path

from stream_files import FOLDER, refused
from streams_at_the_edge import damaged, deep, empty, expanding, version4
from streams_of_encodings import compressed, deltas, dictionaries, runs, views
from streams_of_types import extension, fixed, maps, nested, numbers, temporal, texts, unions


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        path.unlink()
    types = (numbers, temporal, texts, fixed, nested, maps, unions, extension)
    encodings = (dictionaries, deltas, compressed, views, runs)
    edges = (empty, deep, expanding, version4, damaged)
    for make in (*types, *encodings, *edges):
        make()
    if len(sys.argv) > 1:
        data = Path(sys.argv[1]).read_bytes()
        (length,) = struct.unpack_from("<i", data, 4)
        refused("big-endian", data[: 8 + length], "big-endian")
    print(f"{len(list(FOLDER.glob('*.stream')))} streams, {sum(p.stat().st_size for p in FOLDER.iterdir())} bytes")


if __name__ == "__main__":
    main()
