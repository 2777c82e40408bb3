"""Plain values to Firestore's raw messages and back. Pure; every value comes back equal to what was written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.kernel.errors import ClearwayError, KernelError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOS = 1_000_000_000
# Kinds of a raw value whose attribute is the plain value.
_SCALARS = frozenset({"boolean_value", "bytes_value", "double_value", "integer_value", "string_value"})


def put_fields(target: Any, fields: Mapping[str, Any]) -> None:
    """Write plain values into a raw map of values; see `shared.ports.documents.Fields` for what they may be."""
    for name, value in fields.items():
        put(target[name], value)


def put(target: Any, value: Any) -> None:
    """Write one plain value into a raw, empty `Value`, in place: a value built apart would be copied once a level."""
    match value:
        case str():
            target.string_value = value
        case bool():  # before int, which it is too
            target.boolean_value = value
        case int():
            target.integer_value = value
        case None:
            target.null_value = 0
        case datetime():
            _put_moment(target.timestamp_value, value)
        case dict():
            target.map_value.SetInParent()  # an empty map is a map
            put_fields(target.map_value.fields, value)
        case list():
            target.array_value.SetInParent()
            for item in value:
                put(target.array_value.values.add(), item)
        case float():
            target.double_value = value
        case bytes():
            target.bytes_value = value
        case _:
            raise ClearwayError(KernelError.MISUSE, f"Firestore cannot hold a {type(value).__name__}")


def plain_fields(fields: Any) -> dict[str, Any]:
    """The plain values of a raw map of values."""
    return {name: plain(fields[name]) for name in fields}


def plain(value: Any) -> Any:
    """The plain value of a raw `Value`; raises MISUSE for a kind that Clearway never writes, such as a reference."""
    kind = value.WhichOneof("value_type")
    if kind in _SCALARS:
        return getattr(value, kind)
    match kind:
        case "map_value":
            return plain_fields(value.map_value.fields)
        case "timestamp_value":
            moment = value.timestamp_value
            return _EPOCH + timedelta(seconds=moment.seconds, microseconds=moment.nanos // 1_000)
        case "null_value":
            return None
        case "array_value":
            return [plain(item) for item in value.array_value.values]
        case _:
            raise ClearwayError(KernelError.MISUSE, f"a stored field is a {kind}, which is never written here")


def version_of(update_time: Any) -> int:
    """An update time as a version: nanoseconds since 1970, exact, comparable, hashable."""
    return int(update_time.seconds * _NANOS + update_time.nanos)


def put_version(target: Any, version: int) -> None:
    """Write a version into a raw `Timestamp`."""
    target.seconds, target.nanos = divmod(version, _NANOS)


def _put_moment(target: Any, moment: datetime) -> None:
    since = moment - _EPOCH
    target.seconds = since.days * 86_400 + since.seconds
    target.nanos = since.microseconds * 1_000
