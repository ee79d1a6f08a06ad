"""Tables as the program of `Tests/ClientCalls` writes them: columns by name, type and nullability, values by type.

Types are the texts that pyarrow gives them. Numbers that are times stay numbers, bytes are hexadecimal digits, decimals
and floating-point numbers texts, structs lists of their members, maps lists of pairs.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pyarrow as pa

#: Texts of types that `pa.type_for_alias` does not know.
_NAMED = {
    "month_day_nano_interval": pa.month_day_nano_interval(),
    "date32[day]": pa.date32(),
    "date64[ms]": pa.date64(),
}


class TypeReader:
    """Reads the text of a type, from left to right."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def whole(self) -> pa.DataType:
        found = self.type()
        if self._at != len(self._text):
            raise ValueError(f"no type: {self._text!r}")
        return found

    def _take(self, pattern: str) -> str | None:
        match = re.compile(pattern).match(self._text, self._at)
        if match is None:
            return None
        self._at = match.end()
        return match[match.re.groups]

    def _need(self, pattern: str) -> str:
        found = self._take(pattern)
        if found is None:
            raise ValueError(f"{pattern!r} expected at {self._at} of {self._text!r}")
        return found

    def type(self) -> pa.DataType:
        if self._take("dictionary<values="):
            values = self.type()
            self._need(", indices=")
            index = self.type()
            return pa.dictionary(index, values, self._need(r", ordered=([01])>") == "1")
        if kind := self._take(r"(list|large_list)<"):
            element = self.field()
            self._need(">")
            return pa.list_(element) if kind == "list" else pa.large_list(element)
        if self._take("fixed_size_list<"):
            element = self.field()
            return pa.list_(element, int(self._need(r">\[(\d+)\]")))
        if self._take("struct<"):
            members = [self.field()]
            while self._take(", "):
                members.append(self.field())
            self._need(">")
            return pa.struct(members)
        if self._take("map<"):
            key = self.type()
            self._need(", ")
            value = self.type()
            self._need(">")
            return pa.map_(key, value)
        return self._plain()

    def field(self) -> pa.Field:
        name = self._need(r"([^:]*): ")
        return pa.field(name, self.type(), nullable=self._take(" not null") is None)

    def _plain(self) -> pa.DataType:
        text = self._need(r"(\w+(?:\[[^\]]*\]|\(\d+, -?\d+\))?)")
        if text in _NAMED:
            return _NAMED[text]
        if match := re.fullmatch(r"timestamp\[(\w+), tz=(.*)\]", text):
            return pa.timestamp(*match.groups())
        if match := re.fullmatch(r"fixed_size_binary\[(\d+)\]", text):
            return pa.binary(int(match[1]))
        if match := re.fullmatch(r"decimal(128|256)\((\d+), (-?\d+)\)", text):
            make = pa.decimal128 if match[1] == "128" else pa.decimal256
            return make(int(match[2]), int(match[3]))
        return pa.type_for_alias(text)


def schema(columns: list[dict[str, Any]]) -> pa.Schema:
    """The schema of columns: {"name", "type", "nullable"}."""
    return pa.schema([pa.field(c["name"], TypeReader(c["type"]).whole(), c["nullable"]) for c in columns])


def table(answer: dict[str, Any]) -> pa.Table:
    """The table of an answer: {"columns": […], "values": […]}."""
    found = schema(answer["columns"])
    return pa.Table.from_arrays(
        [array(values, field.type) for values, field in zip(answer["values"], found, strict=True)], schema=found
    )


def array(values: list[Any], kind: pa.DataType) -> pa.Array:
    """The array of a type that the values are written as."""
    if pa.types.is_dictionary(kind):
        return array(values, kind.value_type).dictionary_encode().cast(kind)
    if pa.types.is_map(kind):
        pairs = [pair for value in values if value is not None for pair in value]
        keys, items = array([p[0] for p in pairs], kind.key_type), array([p[1] for p in pairs], kind.item_type)
        return pa.MapArray.from_arrays(_offsets(values), keys, items).cast(kind)
    if pa.types.is_fixed_size_list(kind):
        filled = [value if value is not None else [None] * kind.list_size for value in values]
        elements = array([e for value in filled for e in value], kind.value_type)
        return pa.FixedSizeListArray.from_arrays(elements, type=kind, mask=_mask(values))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        elements = array([e for value in values if value is not None for e in value], kind.value_type)
        make = pa.ListArray if pa.types.is_list(kind) else pa.LargeListArray
        return make.from_arrays(_offsets(values), elements, type=kind)
    if pa.types.is_struct(kind):
        members = [
            array([None if value is None else value[n] for value in values], field.type) for n, field in enumerate(kind)
        ]
        return pa.StructArray.from_arrays(members, fields=list(kind), mask=_mask(values))
    return _plain_array(values, kind)


def _plain_array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_interval(kind):
        return pa.array([None if v is None else pa.MonthDayNano(v) for v in values], kind)
    if pa.types.is_temporal(kind):
        whole = pa.int32() if kind.bit_width == 32 else pa.int64()
        return pa.array(values, whole).view(kind)
    if "binary" in str(kind):
        return pa.array([None if v is None else bytes.fromhex(v) for v in values], kind)
    if pa.types.is_decimal(kind):
        return pa.array([None if v is None else Decimal(v) for v in values], kind)
    if pa.types.is_floating(kind):
        numbers = pa.array([None if v is None else float(v) for v in values], pa.float64())
        return numbers.cast(kind)
    return pa.array(values, kind)


def _mask(values: list[Any]) -> pa.Array:
    return pa.array([value is None for value in values], pa.bool_())


def _offsets(values: list[Any]) -> pa.Array:
    """Where each list begins; null for one that is null, as `from_arrays` takes it."""
    offsets: list[int | None] = []
    at = 0
    for value in values:
        offsets.append(None if value is None else at)
        at += 0 if value is None else len(value)
    return pa.array([*offsets, at], pa.int32())
