"""The messages of gRPC's interop test service, for Google's protobuf library.

Field numbers are those of grpc.testing's messages.proto (grpc/grpc, src/proto/grpc/testing/).
"""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_FIELD = descriptor_pb2.FieldDescriptorProto
_KINDS = {"bytes": _FIELD.TYPE_BYTES, "string": _FIELD.TYPE_STRING, "int32": _FIELD.TYPE_INT32}
_PACKAGE = "grpc.testing"
_MESSAGES = {
    "Empty": [],
    # PayloadType is an enum of one value, COMPRESSABLE 0; on the wire an int32.
    "Payload": [("type", 1, "int32"), ("body", 2, "bytes")],
    "EchoStatus": [("code", 1, "int32"), ("message", 2, "string")],
    "SimpleRequest": [
        ("response_type", 1, "int32"),
        ("response_size", 2, "int32"),
        ("payload", 3, "Payload"),
        ("response_status", 7, "EchoStatus"),
    ],
    "SimpleResponse": [("payload", 1, "Payload")],
    "StreamingInputCallRequest": [("payload", 1, "Payload")],
    "StreamingInputCallResponse": [("aggregated_payload_size", 1, "int32")],
    "ResponseParameters": [("size", 1, "int32"), ("interval_us", 2, "int32")],
    "StreamingOutputCallRequest": [
        ("response_type", 1, "int32"),
        ("response_parameters", 2, "ResponseParameters*"),
        ("payload", 3, "Payload"),
        ("response_status", 7, "EchoStatus"),
    ],
    "StreamingOutputCallResponse": [("payload", 1, "Payload")],
}


def _pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(name="messages.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field_name, number, kind in fields:
            field = message.field.add(name=field_name, number=number)
            field.label = _FIELD.LABEL_REPEATED if kind.endswith("*") else _FIELD.LABEL_OPTIONAL
            kind = kind.removesuffix("*")
            field.type = _KINDS.get(kind, _FIELD.TYPE_MESSAGE)
            if field.type == _FIELD.TYPE_MESSAGE:
                field.type_name = f".{_PACKAGE}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


_POOL = _pool()


def message(name: str):
    """The class of a message by its short name."""
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
