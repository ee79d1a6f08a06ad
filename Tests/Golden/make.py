"""Makes the copy of the golden calls that the tests read (its format: README.md beside this file).

    python Tests/Golden/make.py SOURCE      SOURCE holds sequence.json, micromegas-0.30/ and micromegas-0.33/

What a result holds is taken over from expected.json (do_get) or decoded here by pyarrow and Google's protobuf library
(prepare, flight_info), so that no expectation comes from the client under test.
"""

import json
import shutil
import struct
import sys
from pathlib import Path

import pyarrow
import pyarrow.ipc

from flight_messages import message, unpacked

SERVERS = ("micromegas-0.30", "micromegas-0.33")
HERE = Path(__file__).parent


def schema_of(encapsulated: bytes) -> list[dict]:
    """The fields of an IPC schema message, as expected.json writes them."""
    schema = pyarrow.ipc.read_schema(pyarrow.py_buffer(encapsulated))
    return [{"name": field.name, "type": str(field.type), "nullable": field.nullable} for field in schema]


def expectation(folder: Path, kind: str, messages: list[bytes]) -> dict | None:
    """What the answer holds, or nothing where the call answered only an error."""
    given = folder / "expected.json"
    if given.exists():
        return json.loads(given.read_bytes())
    if not messages:
        return None
    if kind == "prepare":
        result = message("Result").FromString(messages[0])
        prepared = unpacked(result.body, "ActionCreatePreparedStatementResult")
        return {
            "handle": prepared.prepared_statement_handle.hex(),
            "schema": schema_of(prepared.dataset_schema),
            "parameter_schema": prepared.parameter_schema.hex(),
        }
    if kind == "flight_info":
        info = message("FlightInfo").FromString(messages[0])
        return {
            "schema": schema_of(info.schema),
            "tickets": [endpoint.ticket.ticket.hex() for endpoint in info.endpoint],
            "locations": [[location.uri for location in endpoint.location] for endpoint in info.endpoint],
            "total_records": info.total_records,
            "total_bytes": info.total_bytes,
        }
    raise ValueError(f"{folder.name}: messages of a {kind} without expected.json")


def copy_call(folder: Path, target: Path) -> int:
    """Writes NAME.json and NAME.bin; gives the count of response messages."""
    call = json.loads((folder / "call.json").read_bytes())
    messages = [path.read_bytes() for path in sorted(folder.glob("[0-9]*.bin"))]
    if len(messages) != call["messages"]:
        raise ValueError(f"{folder.name}: {len(messages)} messages, {call['messages']} announced")
    document = {"call": call}
    expected = expectation(folder, call["kind"], messages)
    if expected is not None:
        document["expected"] = expected
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    (target / f"{folder.name}.json").write_text(text + "\n", encoding="utf-8")
    with (target / f"{folder.name}.bin").open("wb") as file:
        for part in [(folder / "request.bin").read_bytes(), *messages]:
            file.write(struct.pack("<I", len(part)) + part)
    return len(messages)


def main(source: Path) -> None:
    shutil.copyfile(source / "sequence.json", HERE / "sequence.json")
    for server in SERVERS:
        target = HERE / server
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        counts = [copy_call(folder, target) for folder in sorted((source / server).iterdir())]
        size = sum(path.stat().st_size for path in target.iterdir())
        print(f"{server}: {len(counts)} calls, {sum(counts)} messages, {size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
