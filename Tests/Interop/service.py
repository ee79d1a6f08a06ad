"""gRPC's interop test service on grpcio, as doc/interop-test-descriptions.md (grpc/grpc) describes its server."""

import time
from collections.abc import Iterator

import grpc
from messages import message

_INITIAL = "x-grpc-test-echo-initial"
_TRAILING = "x-grpc-test-echo-trailing-bin"
_CODES = {code.value[0]: code for code in grpc.StatusCode}

Empty = message("Empty")
Payload = message("Payload")
SimpleResponse = message("SimpleResponse")
StreamingInputCallResponse = message("StreamingInputCallResponse")
StreamingOutputCallResponse = message("StreamingOutputCallResponse")


def _echo_metadata(context: grpc.ServicerContext) -> None:
    sent = dict(context.invocation_metadata())
    if _INITIAL in sent:
        context.send_initial_metadata([(_INITIAL, sent[_INITIAL])])
    if _TRAILING in sent:
        context.set_trailing_metadata([(_TRAILING, sent[_TRAILING])])


def _echo_status(request, context: grpc.ServicerContext) -> None:
    """Ends the call where the request asks for a status."""
    if request.HasField("response_status"):
        context.abort(_CODES[request.response_status.code], request.response_status.message)


def _payload(request, size: int, context: grpc.ServicerContext):
    if request.response_type != 0:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"there is no payload type {request.response_type}")
    return Payload(body=bytes(size))


def _empty_call(request: bytes, context: grpc.ServicerContext):
    # The point of it is that nothing is on the wire.
    if request:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"the empty message came as {len(request)} bytes")
    return Empty()


def _unary_call(request, context: grpc.ServicerContext):
    _echo_metadata(context)
    _echo_status(request, context)
    return SimpleResponse(payload=_payload(request, request.response_size, context))


def _streaming_output_call(request, context: grpc.ServicerContext) -> Iterator:
    _echo_status(request, context)
    for wanted in request.response_parameters:
        time.sleep(wanted.interval_us / 1e6)
        yield StreamingOutputCallResponse(payload=_payload(request, wanted.size, context))


def _streaming_input_call(requests: Iterator, context: grpc.ServicerContext):
    return StreamingInputCallResponse(aggregated_payload_size=sum(len(request.payload.body) for request in requests))


def _full_duplex_call(requests: Iterator, context: grpc.ServicerContext) -> Iterator:
    _echo_metadata(context)
    for request in requests:
        yield from _streaming_output_call(request, context)


def handlers() -> list[grpc.GenericRpcHandler]:
    """The service; neither UnimplementedCall nor UnimplementedService is in it."""
    simple, output = message("SimpleRequest").FromString, message("StreamingOutputCallRequest").FromString
    methods = {
        "EmptyCall": grpc.unary_unary_rpc_method_handler(_empty_call, None, Empty.SerializeToString),
        "UnaryCall": grpc.unary_unary_rpc_method_handler(_unary_call, simple, SimpleResponse.SerializeToString),
        "StreamingOutputCall": grpc.unary_stream_rpc_method_handler(
            _streaming_output_call, output, StreamingOutputCallResponse.SerializeToString
        ),
        "StreamingInputCall": grpc.stream_unary_rpc_method_handler(
            _streaming_input_call,
            message("StreamingInputCallRequest").FromString,
            StreamingInputCallResponse.SerializeToString,
        ),
        "FullDuplexCall": grpc.stream_stream_rpc_method_handler(
            _full_duplex_call, output, StreamingOutputCallResponse.SerializeToString
        ),
    }
    return [grpc.method_handlers_generic_handler("grpc.testing.TestService", methods)]
