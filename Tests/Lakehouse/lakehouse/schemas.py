"""The columns of the view sets, and how Arrow's Rust implementation writes a schema as debug text.

Source: the golden calls `list-view-sets` of both servers. `?` marks a nullable column.
"""

from __future__ import annotations

import pyarrow as pa

TIME = pa.timestamp("ns", tz="+00:00")
TEXTS = pa.dictionary(pa.int32(), pa.utf8())
PROPERTIES = pa.dictionary(pa.int32(), pa.binary())
TAGS = pa.list_(pa.field("tag", pa.utf8(), nullable=False))

#: Short name: (Arrow type, Rust debug text).
KINDS: dict[str, tuple[pa.DataType, str]] = {
    "utf8": (pa.utf8(), "Utf8"),
    "dict": (TEXTS, "Dictionary(Int32, Utf8)"),
    "props": (PROPERTIES, "Dictionary(Int32, Binary)"),
    "time": (TIME, 'Timestamp(Nanosecond, Some("+00:00"))'),
    "i64": (pa.int64(), "Int64"),
    "i32": (pa.int32(), "Int32"),
    "u32": (pa.uint32(), "UInt32"),
    "f64": (pa.float64(), "Float64"),
    "bool": (pa.bool_(), "Boolean"),
    "bin": (pa.binary(), "Binary"),
    "tags": (TAGS, 'List(Field { name: "tag", data_type: Utf8 })'),
    "fsb16": (pa.binary(16), "FixedSizeBinary(16)"),
    "fsb8": (pa.binary(8), "FixedSizeBinary(8)"),
}

_PROCESS_COLUMNS = (
    "exe:utf8? username:utf8? realname:utf8? computer:utf8? distro:utf8? cpu_brand:utf8? tsc_frequency:i64? "
    "start_time:time? start_ticks:i64? insert_time:time? parent_process_id:utf8? properties:props? "
    "last_update_time:time? last_block_end_ticks:i64? last_block_end_time:time?"
)

_COLUMNS_030: dict[str, str] = {
    "async_events": "stream_id:dict block_id:dict time:time event_type:dict span_id:i64 parent_span_id:i64 depth:u32 "
    "hash:u32 name:dict filename:dict target:dict line:u32",
    "blocks": "block_id:utf8 stream_id:utf8 process_id:utf8 begin_time:time begin_ticks:i64 end_time:time "
    "end_ticks:i64 nb_objects:i32 object_offset:i64 payload_size:i64 insert_time:time "
    "streams.dependencies_metadata:bin streams.objects_metadata:bin streams.tags:tags? streams.properties:props "
    "streams.insert_time:time streams.format:utf8 processes.start_time:time processes.start_ticks:i64 "
    "processes.tsc_frequency:i64 processes.exe:utf8 processes.username:utf8 processes.realname:utf8 "
    "processes.computer:utf8 processes.distro:utf8 processes.cpu_brand:utf8 processes.insert_time:time "
    "processes.parent_process_id:utf8 processes.properties:props",
    "images": "process_id:dict stream_id:dict block_id:dict insert_time:time exe:dict username:dict computer:dict "
    "time:time name:utf8 format:dict payload_size:i64 data:bin",
    "log_entries": "process_id:dict stream_id:dict block_id:dict insert_time:time exe:dict username:dict "
    "computer:dict time:time target:dict level:i32 msg:utf8 properties:props process_properties:props",
    "log_stats": "time_bin:time? process_id:dict level:i32 target:dict count:i64",
    "measures": "process_id:dict stream_id:dict block_id:dict insert_time:time exe:dict username:dict computer:dict "
    "time:time target:dict name:dict unit:dict value:f64 properties:props process_properties:props",
    "net_spans": "process_id:dict stream_id:dict span_id:i64 parent_span_id:i64 depth:u32 kind:dict name:dict "
    "connection_name:dict is_outgoing:bool begin_bits:i64 end_bits:i64 bit_size:i64 begin_time:time end_time:time",
    "otel_spans": "process_id:dict stream_id:dict block_id:dict insert_time:time exe:utf8 username:utf8 computer:utf8 "
    "process_properties:props trace_id:fsb16 span_id:fsb8 parent_span_id:fsb8? start_time:time end_time:time "
    "duration:i64 name:dict kind:dict status:dict status_message:utf8? properties:props events:bin links:bin",
    "processes": "process_id:utf8 " + _PROCESS_COLUMNS,
    "streams": "stream_id:utf8 process_id:utf8? dependencies_metadata:bin? objects_metadata:bin? tags:tags? "
    "properties:props? insert_time:time? format:utf8? last_update_time:time?",
    "thread_spans": "id:i64 parent:i64 depth:u32 hash:u32 begin:time end:time duration:i64 name:dict target:dict "
    "filename:dict line:u32",
}

#: What 0.33 appended.
_ADDED_033: dict[str, str] = {
    "async_events": "properties:props",
    "blocks": "audience:dict",
    "log_entries": "audience:dict",
    "log_stats": "audience:dict?",
    "measures": "audience:dict",
    "processes": "audience:dict?",
    "streams": "audience:dict?",
    "thread_spans": "properties:props",
}

HASHES: dict[str, dict[str, bytes]] = {
    "0.30": {
        "async_events": b"\x03",
        "blocks": b"\x03",
        "images": b"\x02",
        "log_entries": b"\x06",
        "log_stats": bytes.fromhex("21ce33aba7bde53b"),
        "measures": b"\x07",
        "net_spans": b"\x02",
        "otel_spans": b"\x01",
        "processes": bytes.fromhex("79584c57aa06561f"),
        "streams": bytes.fromhex("c552f232f51ad7f4"),
        "thread_spans": b"\x03",
    },
    "0.33": {
        "async_events": b"\x04",
        "blocks": b"\x05",
        "images": b"\x02",
        "log_entries": b"\x07",
        "log_stats": bytes.fromhex("4a9bf1a76cf1203f"),
        "measures": b"\x08",
        "net_spans": b"\x02",
        "otel_spans": b"\x01",
        "processes": bytes.fromhex("17d5dc614ae768b2"),
        "streams": bytes.fromhex("3d8e9b0ce425fad5"),
        "thread_spans": b"\x04",
    },
}


def columns(name: str, version: str) -> pa.Schema:
    """The columns of a built-in view set, with the nullability that list_view_sets() tells."""
    text = _COLUMNS_030[name]
    if version != "0.30":
        text = text.replace("processes.parent_process_id:utf8 ", "processes.parent_process_id:utf8? ")
        text = f"{text} {_ADDED_033.get(name, '')}"
    fields = []
    for word in text.split():
        column, _, kind = word.rpartition(":")
        fields.append(pa.field(column, KINDS[kind.rstrip("?")][0], nullable=kind.endswith("?")))
    return pa.schema(fields)


def debug_text(schema: pa.Schema) -> str:
    """The schema as Rust's `{:?}` writes it in list_view_sets()."""
    return f"Schema {{ fields: [{', '.join(_debug_field(field) for field in schema)}], metadata: {{}} }}"


def _debug_field(field: pa.Field) -> str:
    nullable = ", nullable: true" if field.nullable else ""
    return f'Field {{ name: "{field.name}", data_type: {_debug_type(field.type)}{nullable} }}'


def _debug_type(kind: pa.DataType) -> str:
    for arrow, text in KINDS.values():
        if arrow.equals(kind):
            return text
    return _OTHER_TYPES.get(str(kind), str(kind))


#: Types that only a user-defined view's query can give.
_OTHER_TYPES = {
    "string_view": "Utf8View",
    "large_string": "LargeUtf8",
    "uint64": "UInt64",
    "float": "Float32",
    "date32[day]": "Date32",
    "timestamp[ns]": "Timestamp(Nanosecond, None)",
}
