"""Reads Arrow IPC streams with pyarrow, for the tests of Sources/ArrowIPC that write some.

    python Tests/Golden/read_streams.py FOLDER

Beside each `NAME.stream` of the folder it writes `NAME.json` as README.md describes, or `{"error": …}`.
"""

import json
import sys
from pathlib import Path

import pyarrow as pa

from stream_values import found


def main() -> None:
    for path in sorted(Path(sys.argv[1]).glob("*.stream")):
        try:
            document = found(path.read_bytes())
        except (pa.ArrowException, ValueError, OSError) as error:
            document = {"error": f"{type(error).__name__}: {error}"}
        path.with_suffix(".json").write_text(json.dumps(document, ensure_ascii=False, allow_nan=False), "utf-8")


if __name__ == "__main__":
    main()
