"""How calls begin and end on the wire."""

from __future__ import annotations

import grpc
import pyarrow as pa
import pytest
from flight import Client, Served, ticket

from lakehouse import wire
from lakehouse.faults import Fault
from lakehouse.proxy import ConnectionFault
from lakehouse.service import FLIGHT
from lakehouse.types import VERSIONS
from lakehouse.views import Identity


def test_an_answer_begins_with_the_date_of_the_lakes_clock(empty: Served):
    empty.lake.clock.set("2031-01-02T03:04:05Z", frozen=True)
    answer = empty.client.query("SELECT now() AS n")
    assert answer.initial["date"] == "Thu, 02 Jan 2031 03:04:05 GMT"
    assert answer.column("n")[0].isoformat() == "2031-01-02T03:04:05+00:00"


def test_an_error_before_any_row_carries_the_date_in_its_trailers(empty: Served):
    answer = empty.client.query("SELEC 1")
    assert (answer.code, answer.initial) == ("INVALID_ARGUMENT", {})
    assert "date" in answer.trailing


def test_an_error_after_rows_keeps_them(empty: Served):
    answer = empty.client.query("SELECT 10/(value-20000) AS x FROM generate_series(1,30000) AS t(value)")
    assert answer.code == "INTERNAL" and len(answer.messages) > 1
    assert "Divide by zero" in answer.details


def test_a_path_that_ends_in_health_answers_without_a_token(empty: Served):
    empty.server.identities = {"secret": Identity("someone", admin=True)}
    assert list(empty.client.channel.unary_stream("/any.thing/health")(b"")) == []
    assert empty.client.query("SELECT 1").code == "UNAUTHENTICATED"


@pytest.mark.parametrize("method", ["Handshake", "GetSchema", "ListFlights", "PollFlightInfo", "DoExchange"])
def test_a_method_that_the_real_server_lacks_is_unimplemented(empty: Served, method: str):
    assert empty.client.call(method, b"").code == "UNIMPLEMENTED"


def test_a_request_that_is_no_protobuf_is_refused(empty: Served):
    assert empty.client.call("DoGet", b"\xff\xff\xff").code == "INVALID_ARGUMENT"


def test_a_token_decides_which_functions_exist(empty: Served):
    empty.server.identities = {"boss": Identity("boss", admin=True), "guest": Identity("guest", admin=False)}
    text = "SELECT retire_partition_by_file('x') AS message"
    assert empty.client.prepare(text, authorization="Bearer boss").code == "OK"
    refused = empty.client.prepare(text, authorization="Bearer guest")
    assert refused.code == "INVALID_ARGUMENT" and "Invalid function 'retire_partition_by_file'" in refused.details
    assert empty.client.prepare(text, authorization="Bearer forged").code == "UNAUTHENTICATED"
    for function in ("materialize_partitions", "regenerate_partitions", "retire_partitions"):
        refused = empty.client.query(f"SELECT * FROM {function}()", authorization="Bearer guest")
        assert f"table function '{function}' not found" in refused.details


def test_preparing_and_explaining_a_mutator_run_nothing(empty: Served):
    text = "SELECT time, msg FROM materialize_partitions('blocks','2026-11-17T00:00:00Z','2026-11-18T00:00:00Z',3600)"
    assert empty.client.prepare(text).code == "OK"
    assert empty.client.query("EXPLAIN " + text).code == "OK"
    assert empty.client.query("SELECT count(*) AS n FROM list_partitions()").column("n") == [0]


def test_a_limit_closes_the_mutator_after_its_first_row(empty: Served):
    text = "SELECT msg FROM materialize_partitions('blocks','2026-11-17T00:00:00Z','2026-11-18T00:00:00Z',3600) LIMIT 1"
    assert len(empty.client.query(text).log) == 1
    assert empty.client.query("SELECT count(*) AS n FROM list_partitions()").column("n") == [0]


def test_one_of_the_two_range_headers_alone_is_ignored(empty: Served):
    assert empty.client.query("SELECT 1", query_range_begin="garbage").code == "OK"
    both = {"query_range_begin": "garbage", "query_range_end": "2026-11-12T00:00:00Z"}
    assert empty.client.query("SELECT 1", **both).code == "INVALID_ARGUMENT"


def test_a_call_fault_strikes_as_often_as_it_says(empty: Served):
    empty.server.faults.add(Fault.read({"point": "call", "sql": "two", "code": "UNAVAILABLE", "times": 2}))
    codes = [empty.client.query(text).code for text in ("SELECT 1", "SELECT 2 AS two") * 3]
    assert codes == ["OK", "UNAVAILABLE", "OK", "UNAVAILABLE", "OK", "OK"]


def test_a_stream_ends_early_where_a_fault_says(empty: Served):
    text = "SELECT msg FROM materialize_partitions('blocks','2026-11-17T00:00:00Z','2026-11-18T00:00:00Z',3600)"
    empty.server.faults.add(Fault.read({"point": "message", "n": 4, "sql": "materialize"}))
    cut = empty.client.query(text)
    assert (cut.code, len(cut.log)) == ("OK", 3)
    empty.server.faults.add(Fault.read({"point": "message", "n": 2, "code": "INTERNAL", "text": "gone"}))
    failed = empty.client.query(text)
    assert (failed.code, failed.details, failed.table.num_rows) == ("INTERNAL", "gone", 1)


def test_replicas_answer_connections_in_turn(empty: Served):
    empty.server.lakes.append(empty.lake.replica(next(v for v in VERSIONS if v != empty.lake.version)))
    hashes = []
    for _ in range(3):
        client = Client(empty.port)
        sql = "SELECT current_schema_hash AS h FROM list_view_sets() WHERE view_set_name = 'blocks'"
        hashes += client.query(sql).column("h")
        client.channel.close()
    assert hashes[0] == hashes[2] != hashes[1]


def test_a_panic_of_datafusion_ends_the_call(empty: Served, monkeypatch):
    class Panic(BaseException):
        pass

    def panic(*_):
        raise Panic("Cannot start a runtime from within a runtime")

    monkeypatch.setattr("lakehouse.sql.prepare", panic)
    answer = empty.client.query("SELECT 1")
    assert answer.code == "INTERNAL" and "runtime" in answer.details


def test_ingest_takes_batches_and_answers_how_many_rows(empty: Served):
    table = pa.table(
        {name: ["10000000-0000-4000-8000-000000000000"] for name in ("process_id", "stream_id", "block_id")}
        | {"payload": pa.array([b"data"], pa.binary())}
    )
    command = wire.any_message("CommandStatementIngest", wire.field(2, b"payloads"))
    descriptor = wire.field(1, wire.field(1, 2) + wire.field(2, command))
    messages = [wire.schema_message(table.schema) + descriptor, *wire.batch_messages(table.to_batches(), table.schema)]
    (result,) = empty.client.channel.stream_stream(FLIGHT + "DoPut")(iter(messages))
    assert wire.get(result, 1) == wire.field(1, 1), "PutResult { app_metadata: DoPutUpdateResult { record_count: 1 } }"
    ids = ", ".join(f"'{table.column(n)[0]}'" for n in ("process_id", "stream_id", "block_id"))
    assert empty.client.query(f"SELECT get_payload({ids}) AS p").column("p") == [b"data"]


def test_ingest_needs_the_admin_right(empty: Served):
    empty.server.identities = {"guest": Identity("guest", admin=False)}
    command = wire.any_message("CommandStatementIngest", wire.field(2, b"blocks"))
    head = wire.schema_message(pa.schema([])) + wire.field(1, wire.field(1, 2) + wire.field(2, command))
    put = empty.client.channel.stream_stream(FLIGHT + "DoPut")
    call = put(iter([head]), metadata=[("authorization", "Bearer guest")])
    with pytest.raises(grpc.RpcError):
        list(call)
    assert call.code() == grpc.StatusCode.PERMISSION_DENIED
    assert call.details() == "bulk_ingest requires admin privileges"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"kind": "refuse"}, "UNAVAILABLE"),
        ({"kind": "stall", "after": 400}, "DEADLINE_EXCEEDED"),
        ({"kind": "http1"}, "UNAVAILABLE"),
        ({"kind": "cut", "after": 400}, "UNAVAILABLE"),
        ({"kind": "cut", "after": 400, "reset": True}, "UNAVAILABLE"),
        ({"kind": "lose_answer"}, "UNAVAILABLE"),
        ({"kind": "no_trailers"}, "UNKNOWN"),
        ({"kind": "reset_stream", "after": 1}, "INTERNAL"),
        ({"kind": "goaway", "after": 1, "code": 0}, "UNAVAILABLE"),
    ],
    ids=lambda wish: wish["kind"] if isinstance(wish, dict) else wish,
)
def test_a_connection_ends_as_its_fault_says(empty: Served, wish: dict, code: str):
    empty.proxy.add(ConnectionFault.read(wish))
    client = Client(empty.proxy.port)
    stream = client.channel.unary_stream(FLIGHT + "DoGet")(
        ticket("SELECT value FROM generate_series(1,30000) AS t(value)"), timeout=0.5 if wish["kind"] == "stall" else 60
    )
    with pytest.raises(grpc.RpcError):
        list(stream)
    assert stream.code().name == code, stream.details()
    client.channel.close()
    after = Client(empty.proxy.port)
    assert after.query("SELECT 1 AS one").column("one") == [1]
    after.channel.close()


@pytest.mark.parametrize(("kind", "arrived"), [("lose_answer", 2), ("refuse", 1)])
def test_a_connection_can_end_with_the_statement_that_a_fault_names(empty: Served, kind: str, arrived: int):
    empty.proxy.add(ConnectionFault.read({"kind": kind, "asked": "SELECT 2"}))
    client = Client(empty.proxy.port)
    before = len(empty.server.calls)
    assert client.query("SELECT 1 AS n").column("n") == [1]
    assert client.query("SELECT 2 AS n").code == "UNAVAILABLE"
    client.channel.close()
    assert len(empty.server.calls) - before == arrived
    with pytest.raises(ValueError):
        ConnectionFault.read({"kind": "http1", "asked": "SELECT"})


def test_an_answer_can_be_lost_after_the_commit(empty: Served):
    empty.proxy.add(ConnectionFault.read({"kind": "lose_answer"}))
    client = Client(empty.proxy.port)
    text = "SELECT msg FROM materialize_partitions('blocks','2026-11-17T00:00:00Z','2026-11-17T02:00:00Z',3600)"
    assert client.query(text).code == "UNAVAILABLE"
    client.channel.close()
    assert empty.client.query("SELECT count(*) AS n FROM list_partitions()").column("n") == [2]
