"""Schemas of topics: the part of Avro that ours use, and what its JSON encoding lets through.

https://avro.apache.org/docs/1.11.1/specification/: records of texts, whole numbers of 64 bits, truth values, lists and
further records. Why there are no unions and no enumerations stands in infra/pubsub/README.md.

Where implementations differ this reads the narrower: what is taken here is taken by Pub/Sub. Google's emulator, by
Apache's Avro for Java, takes unknown fields too, fractions for whole numbers, and whatever stands behind the record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from shared.kernel.errors import ClearwayError, KernelError

# https://cloud.google.com/pubsub/quotas#resource_limits
DEFINITION_BYTES_MAX = 300_000

Fits = Callable[[bytes], bool]
_Check = Callable[[Any], bool]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PRIMITIVES: Mapping[str, _Check] = {
    "string": lambda value: isinstance(value, str),
    "long": lambda value: type(value) is int and -(2**63) <= value < 2**63,
    "boolean": lambda value: isinstance(value, bool),
}


def compile_schema(definition: str) -> Fits:
    """A function that says whether a message's data fits the schema, in JSON encoding.

    Every field must be there, also one with a default: in Avro defaults are for readers. Raises MISUSE, naming the
    field, for a definition that is no record of the kinds above or has more than 300 kB.
    """
    if len(definition.encode()) > DEFINITION_BYTES_MAX:
        raise _misuse("", f"has more than {DEFINITION_BYTES_MAX} bytes")
    try:
        root = json.loads(definition, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise _misuse("", "is no JSON, or has a key twice in one place") from None
    if not isinstance(root, dict) or root.get("type") != "record":
        raise _misuse("", "is no record")
    check = _Definition().type(root, "")
    return lambda data: _fits(data, check)


def _fits(data: bytes, check: _Check) -> bool:
    try:
        return check(json.loads(data.decode()))
    except (ValueError, RecursionError):  # not UTF-8, not JSON, or nested without end
        return False


class _Definition:
    """Reads one definition; a record that was defined before may be named in place of its definition."""

    def __init__(self) -> None:
        self._records: dict[str, _Check] = {}

    def type(self, told: Any, at: str) -> _Check:
        """The check of a type; `at` is the dotted path of the field that has it."""
        if isinstance(told, str):
            known = _PRIMITIVES.get(told) or self._records.get(told)
            return known if known is not None else _fail(at, f"has the type {told[:64]!r}, which is not known here")
        if not isinstance(told, dict):
            _fail(at, "has a type that is neither a name nor an object; unions are not taken")
        match told.get("type"):
            case "record":
                return self._record(told, at)
            case "array":
                _keys(told, at, {"type", "items"}, set())
                return _list_of(self.type(told["items"], f"{at}[]"))
        return _fail(at, "has a type that is neither a record nor an array")

    def _record(self, told: Mapping[str, Any], at: str) -> _Check:
        _keys(told, at, {"type", "name", "fields"}, {"namespace", "doc"})
        name = _named(told["name"], at)
        if name in self._records or name in _PRIMITIVES:
            _fail(at, f"defines {name} again")
        if not isinstance(told["fields"], list) or not told["fields"]:
            _fail(at, "has no list of fields")
        checks: dict[str, _Check] = {}
        for field in told["fields"]:
            if not isinstance(field, dict):
                _fail(at, "has a field that is no object")
            _keys(field, at, {"name", "type"}, {"doc", "default"})
            path = f"{at}.{_named(field['name'], at)}".lstrip(".")
            if field["name"] in checks:
                _fail(path, "is there twice")
            checks[field["name"]] = check = self.type(field["type"], path)
            if "default" in field and not check(field["default"]):
                _fail(path, "has a default that does not fit its type")
        self._records[name] = _record_of(checks)
        return self._records[name]


def _record_of(checks: Mapping[str, _Check]) -> _Check:
    def check(value: Any) -> bool:
        if not isinstance(value, dict) or value.keys() != checks.keys():
            return False
        return all(one(value[name]) for name, one in checks.items())

    return check


def _list_of(item: _Check) -> _Check:
    return lambda value: isinstance(value, list) and all(map(item, value))


def _named(name: Any, at: str) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        _fail(at, "has a name that is none in Avro")
    return str(name)


def _keys(told: Mapping[str, Any], at: str, needed: set[str], allowed: set[str]) -> None:
    for name in needed - told.keys():
        _fail(at, f"lacks {name}")
    for name in told.keys() - needed - allowed:
        _fail(at, f"has {name[:64]!r}, which is not known here")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a key is there twice")
    return dict(pairs)


def _fail(at: str, problem: str) -> NoReturn:
    raise _misuse(at, problem)


def _misuse(at: str, problem: str) -> ClearwayError:
    return ClearwayError(KernelError.MISUSE, f"the schema{f', field {at},' if at else ''} {problem}")
