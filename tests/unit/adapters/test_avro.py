"""Schemas of topics: what is no such schema is told by its field, and what fits one is told from what does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.adapters.pubsub.avro import DEFINITION_BYTES_MAX, compile_schema
from shared.kernel.errors import ClearwayError, KernelError

REF: dict[str, Any] = {"type": "record", "name": "Ref", "fields": [{"name": "id", "type": "string"}]}
FIELDS: list[dict[str, Any]] = [
    {"name": "text", "type": "string", "doc": "A text."},
    {"name": "number", "type": "long"},
    {"name": "truth", "type": "boolean", "default": False},
    {"name": "list", "type": {"type": "array", "items": "string"}},
    {"name": "first", "type": REF},
    {"name": "second", "type": "Ref"},
]
GOOD: dict[str, Any] = {
    "text": "",
    "number": 0,
    "truth": True,
    "list": [],
    "first": {"id": "1"},
    "second": {"id": "2"},
}


def record(*fields: Any, **more: Any) -> str:
    return json.dumps({"type": "record", "name": "Message", "fields": list(fields), **more})


FITS = compile_schema(record(*FIELDS, namespace="clearway", doc="A message."))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"text": 'é € 💶 " \\ \x00'},
        {"number": 2**63 - 1},
        {"number": -(2**63)},
        {"number": 2**53 + 1},
        {"truth": False},
        {"list": ["", "a"]},
    ],
    ids=str,
)
def test_what_fits(change: dict[str, Any]) -> None:
    assert FITS(json.dumps(GOOD | change).encode())
    assert FITS(json.dumps(GOOD | change, ensure_ascii=False, indent=1).encode())
    assert FITS(json.dumps(dict(reversed((GOOD | change).items()))).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"text": None},
        {"text": 1},
        {"text": {"string": "a"}},
        {"number": "1"},
        {"number": 1.0},
        {"number": True},
        {"number": None},
        {"number": 2**63},
        {"number": -(2**63) - 1},
        {"truth": 1},
        {"list": "a"},
        {"list": [1]},
        {"list": [None]},
        {"first": {}},
        {"first": {"id": 1}},
        {"first": []},
        {"second": {"id": "2", "more": ""}},
        {"unknown": ""},
    ],
    ids=str,
)
def test_what_does_not_fit(change: dict[str, Any]) -> None:
    assert not FITS(json.dumps(GOOD | change).encode())


@pytest.mark.parametrize("name", GOOD)
def test_every_field_must_be_there_also_one_with_a_default(name: str) -> None:
    assert not FITS(json.dumps({key: value for key, value in GOOD.items() if key != name}).encode())


@pytest.mark.parametrize(
    "data",
    [b"", b"not json", b"[]", b"null", b"1", b"\xff", json.dumps(GOOD).encode() + b"x", b"[" * 200_000],
    ids=["empty", "text", "list", "null", "number", "bytes", "more-behind", "nested-without-end"],
)
def test_what_is_no_json_object_in_utf8_does_not_fit(data: bytes) -> None:
    assert not FITS(data)
    assert not FITS(json.dumps(GOOD).encode("utf-16"))


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ("", "is no JSON"),
        ("[" * 200_000, "is no JSON"),
        ('{"type": "record", "type": "record"}', "has a key twice"),
        ('"string"', "is no record"),
        ("[]", "is no record"),
        ('{"type": "array", "items": "string"}', "is no record"),
        ('{"type": "record", "name": "A"}', "lacks fields"),
        (record(), "has no list of fields"),
        (record("a"), "has a field that is no object"),
        (record({"name": "a"}), "lacks type"),
        (record({"type": "string"}), "lacks name"),
        (record({"name": "a b", "type": "string"}), "has a name that is none in Avro"),
        (record({"name": 1, "type": "string"}), "has a name that is none in Avro"),
        (record({"name": "a", "type": "string", "order": "ascending"}), "has 'order', which is not known here"),
        (record(FIELDS[0], FIELDS[0]), "field text, is there twice"),
        (record({"name": "a", "type": ["null", "string"]}), "field a, has a type that is neither a name nor an object"),
        (
            record({"name": "a", "type": {"type": "enum", "name": "E", "symbols": ["b"]}}),
            "neither a record nor an array",
        ),
        (record({"name": "a", "type": {"type": "long", "logicalType": "timestamp-micros"}}), "neither a record nor"),
        (record({"name": "a", "type": "int"}), "has the type 'int', which is not known here"),
        (record({"name": "a", "type": "Later"}, {"name": "b", "type": {**REF, "name": "Later"}}), "'Later'"),
        (record({"name": "a", "type": REF}, {"name": "b", "type": REF}), "defines Ref again"),
        (record({"name": "a", "type": {**REF, "name": "long"}}), "defines long again"),
        (record({"name": "a", "type": {"type": "array", "items": ["null"]}}), "field a[], has a type"),
        (record({"name": "a", "type": {**REF, "fields": [{"name": "b", "type": 1}]}}), "field a.b, has a type"),
        (record({"name": "a", "type": "long", "default": ""}), "field a, has a default that does not fit its type"),
        (record(*FIELDS, doc="x" * DEFINITION_BYTES_MAX), "has more than 300000 bytes"),
    ],
)
def test_what_is_no_schema_here_is_told_by_its_field(definition: str, said: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        compile_schema(definition)
    assert caught.value.code is KernelError.MISUSE
    assert said in caught.value.detail
