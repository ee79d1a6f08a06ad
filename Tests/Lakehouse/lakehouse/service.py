"""Flight over grpcio without generated code: who calls, what they ask for, and how every answer ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
import pyarrow as pa

from . import engine, sql, wire
from .clock import TimeError, http_date, parse_rfc3339
from .faults import Faults
from .sql import Refused
from .types import EngineError, Lake
from .views import Identity, Scope

FLIGHT = "/arrow.flight.protocol.FlightService/"
EVERYONE = Identity("everyone", admin=True)


@dataclass
class Answered:
    """A call as the log of calls keeps it."""

    method: str
    sql: str | None
    metadata: list[tuple[str, str]]
    peer: str
    code: str = "RUNNING"
    messages: int = 0


@dataclass
class Server:
    """What all calls share."""

    #: Replicas of one lake; connections take turns. Nearly always there is one.
    lakes: list[Lake]
    faults: Faults
    #: By bearer token; empty: no authentication, every caller is `anonymous`.
    identities: dict[str, Identity] = field(default_factory=dict)
    anonymous: Identity = EVERYONE
    calls: list[Answered] = field(default_factory=list)
    _peers: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lake_of(self, peer: str) -> Lake:
        with self._lock:
            number = self._peers.setdefault(peer, len(self._peers))
        return self.lakes[number % len(self.lakes)]

    def start(
        self, port: int = 0, threads: int = 32, tls: grpc.ServerCredentials | None = None
    ) -> tuple[grpc.Server, int]:
        options = [
            ("grpc.max_receive_message_length", -1),
            ("grpc.max_send_message_length", -1),
            ("grpc.max_metadata_size", 16384),
            ("grpc.so_reuseport", 0),
            # The real server neither pings nor minds pings.
            ("grpc.http2.min_ping_interval_without_data_ms", 0),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_ping_strikes", 0),
        ]
        server = grpc.server(ThreadPoolExecutor(threads, "grpc"), handlers=[Handler(self)], options=options)
        place = f"127.0.0.1:{port}"
        bound = server.add_secure_port(place, tls) if tls else server.add_insecure_port(place)
        server.start()
        return server, bound


class Call:
    """One call: its headers, what it may do, and how it ends."""

    def __init__(self, server: Server, context: grpc.ServicerContext, method: str) -> None:
        self.server, self.context = server, context
        self.metadata = {k: v for k, v in context.invocation_metadata()}
        self.lake = server.lake_of(context.peer())
        shown = [(k, v) for k, v in self.metadata.items() if k != "authorization" and isinstance(v, str)]
        self.answered = Answered(method, None, shown, context.peer())
        self.begun = False
        server.calls.append(self.answered)

    def begin(self) -> None:
        """Sends the headers; an error before them is answered with trailers only."""
        if not self.begun:
            self.begun = True
            self.context.send_initial_metadata((("date", http_date(self.lake.clock())),))

    def end(self, code: str, message: str) -> None:
        self.answered.code = code
        if not self.begun:
            self.context.set_trailing_metadata((("date", http_date(self.lake.clock())),))
        self.context.set_code(grpc.StatusCode[code])
        self.context.set_details(message)

    def identity(self) -> Identity:
        if not self.server.identities:
            return self.server.anonymous
        scheme, _, token = self.metadata.get("authorization", "").partition(" ")
        identity = self.server.identities.get(token) if scheme.lower() == "bearer" else None
        if identity is None:
            raise Refused("UNAUTHENTICATED", "invalid token")
        return identity

    def scope(self, text: str) -> Scope:
        self.answered.sql = text
        identity = self.identity()
        if fault := self.server.faults.find("call", sql=text):
            raise Refused(fault.code or "UNAVAILABLE", fault.text or "fault")
        scope = Scope(self.lake, identity, event_range=self._query_range())
        self.context.add_callback(lambda: self._ended(scope))
        return scope

    def _ended(self, scope: Scope) -> None:
        if self.answered.code == "RUNNING":
            self.answered.code = "CANCELLED"
        if scope.steps:
            # Off grpcio's thread: closing waits for the step that runs.
            threading.Thread(target=scope.close, daemon=True).start()

    def _query_range(self) -> tuple[int, int] | None:
        """Both headers or none: one alone is silently ignored."""
        names = ("query_range_begin", "query_range_end")
        if not all(name in self.metadata for name in names):
            return None
        try:
            name = names[0]
            begin = parse_rfc3339(self.metadata[name])
            name = names[1]
            return begin, parse_rfc3339(self.metadata[name])
        except TimeError as error:
            raise Refused("INVALID_ARGUMENT", f"Unable to parse {name} as a rfc3339 datetime: {error}") from error

    @property
    def limit(self) -> int | None:
        text = self.metadata.get("limit", "")
        return int(text) if text.isdigit() else None

    @property
    def preserve_dictionary(self) -> bool:
        return self.metadata.get("preserve_dictionary") == "true"


class Handler(grpc.GenericRpcHandler):
    def __init__(self, server: Server) -> None:
        self._server = server

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        if details.method.endswith("/health"):
            return grpc.unary_stream_rpc_method_handler(lambda request, context: iter(()))
        if not details.method.startswith(FLIGHT):
            return None
        name = details.method.removeprefix(FLIGHT)
        if name == "DoPut":
            return grpc.stream_stream_rpc_method_handler(self._answers(name, do_put))
        one = {"DoGet": do_get, "DoAction": do_action, "GetFlightInfo": get_flight_info}.get(name)
        return one and grpc.unary_stream_rpc_method_handler(self._answers(name, one))

    def _answers(self, name: str, method: Callable[[Call, Any], Iterator[bytes]]) -> Callable:
        def answer(request: Any, context: grpc.ServicerContext) -> Iterator[bytes]:
            call = Call(self._server, context, name)
            try:
                yield from self._with_faults(call, method(call, request))
                call.begin()
                if call.answered.code == "RUNNING":
                    call.answered.code = "OK"
            except Refused as refused:
                call.end(refused.code, str(refused))
            except wire.WireError as error:
                call.end("INVALID_ARGUMENT", str(error))
            except GeneratorExit:
                raise
            except BaseException as error:  # a panic of DataFusion is no Exception, and grpcio would hang
                call.end("INTERNAL", f"{type(error).__name__}: {error}")

        return answer

    def _with_faults(self, call: Call, messages: Iterator[bytes]) -> Iterator[bytes]:
        for message in messages:
            fault = self._server.faults.find("message", call.answered.messages, sql=call.answered.sql)
            if fault is not None:
                if fault.code in (None, "OK"):
                    return
                raise Refused(fault.code, fault.text or "fault")
            call.begin()
            call.answered.messages += 1
            yield message


def do_get(call: Call, request: bytes) -> Iterator[bytes]:
    """Ticket { ticket = 1 } holds an Any of Flight SQL's TicketStatementQuery { statement_handle = 1 }."""
    name, query = wire.open_any(wire.get(request, 1))
    if name != "TicketStatementQuery":
        raise Refused("UNIMPLEMENTED", f"do_get: The defined request is invalid: {name}")
    text = wire.get(query, 1).decode()
    scope = call.scope(text)
    try:
        status = sql.view_statement(scope, text)
        if status is not None:
            yield wire.schema_message(status.schema)
            yield from wire.batch_messages([status], status.schema)
            return
        statement = sql.prepare(scope, text, call.limit, call.preserve_dictionary)
        yield wire.schema_message(statement.wire_schema)
        yield from wire.batch_messages(statement.batches(), statement.wire_schema)
    finally:
        scope.close()


def get_flight_info(call: Call, request: bytes) -> Iterator[bytes]:
    """An empty schema and a ticket that is not an Any, as the real server answers."""
    name, query = wire.open_any(wire.get(request, 2))
    if name != "CommandStatementQuery":
        raise Refused("UNIMPLEMENTED", f"get_flight_info: The defined request is invalid: {name}")
    call.scope(wire.get(query, 1).decode())
    ticket = wire.field(1, wire.field(1, wire.get(query, 1)))
    endpoint = wire.field(1, ticket)
    yield (
        wire.field(1, wire.ipc_schema(pa.schema([]))) + wire.field(3, endpoint) + wire.field(4, -1) + wire.field(5, -1)
    )


def do_action(call: Call, request: bytes) -> Iterator[bytes]:
    """CreatePreparedStatement plans and never runs; ClosePreparedStatement does nothing."""
    action = wire.get(request, 1).decode()
    if action == "ClosePreparedStatement":
        call.identity()
        return
    if action != "CreatePreparedStatement":
        raise Refused("UNIMPLEMENTED", f"do_action: The defined request is invalid: {action}")
    text = wire.get(wire.open_any(wire.get(request, 2))[1], 1).decode()
    statement = sql.prepare(call.scope(text), text)
    result = wire.field(1, text.encode()) + wire.field(2, wire.ipc_stream(statement.schema)) + wire.field(3, b"")
    yield wire.field(1, wire.any_message("ActionCreatePreparedStatementResult", result))


def do_put(call: Call, requests: Iterator[bytes]) -> Iterator[bytes]:
    """CommandStatementIngest { table = 2 } in the first message's descriptor; one PutResult with the record count."""
    identity = call.identity()
    first = next(requests, None)
    if first is None:
        raise Refused("INVALID_ARGUMENT", "do_put: no descriptor")
    name, command = wire.open_any(wire.get(wire.get(first, 1), 2))
    if name != "CommandStatementIngest":
        raise Refused("UNIMPLEMENTED", f"do_put: The defined request is invalid: {name}")
    # Before the rows are read: a client may still be sending them.
    if not identity.admin:
        raise Refused("PERMISSION_DENIED", "bulk_ingest requires admin privileges")
    schema, batches = wire.decode_stream([first, *requests])
    table = wire.get(command, 2).decode()
    call.answered.sql = f"ingest {table}"
    try:
        count = engine.bulk_ingest(call.lake, table, pa.Table.from_batches(batches, schema))
    except EngineError as error:
        raise Refused("INTERNAL", str(error)) from error
    yield wire.field(1, wire.field(1, count))
