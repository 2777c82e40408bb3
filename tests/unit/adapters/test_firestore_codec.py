"""Plain values to raw Firestore messages and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from google.cloud.firestore_v1 import types
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.firestore.codec import plain, plain_fields, put, put_fields, put_version, version_of
from shared.adapters.firestore.messages import Value, Write
from shared.kernel.errors import ClearwayError, KernelError

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.datetimes(timezones=st.just(UTC))
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1), inner, max_size=4)
)

DOTTED = {"map_value": {"fields": {"a.b": {"null_value": 0}}}}


def raw(value: Any) -> Any:
    target = Value()
    put(target, value)
    return target


def over_the_wire(fields: dict[str, Any]) -> dict[str, Any]:
    write = Write()
    put_fields(write.update.fields, fields)
    return plain_fields(Write.FromString(write.SerializeToString()).update.fields)


def typed(value: Any) -> Any:
    """The value beside its types: `True == 1 == 1.0` would hide that a kind was lost."""
    if isinstance(value, dict):
        return {name: typed(item) for name, item in value.items()}
    return [typed(item) for item in value] if isinstance(value, list) else (type(value), value)


# Times are no part of the property, and a busy machine may be slow to make the values.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text(min_size=1), VALUES, max_size=5))
def test_every_value_comes_back_from_the_wire_as_it_was(fields: dict[str, Any]) -> None:
    assert typed(over_the_wire(fields)) == typed(fields)


@pytest.mark.parametrize(
    ("value", "same"),
    [
        (None, {"null_value": 0}),
        (True, {"boolean_value": True}),
        (0, {"integer_value": 0}),
        (0.0, {"double_value": 0.0}),
        ("", {"string_value": ""}),
        (b"", {"bytes_value": b""}),
        ({}, {"map_value": {}}),
        ([], {"array_value": {}}),
        ([1, {"a.b": None}], {"array_value": {"values": [{"integer_value": 1}, DOTTED]}}),
    ],
)
def test_the_raw_value_is_the_one_that_googles_own_types_make(value: object, same: dict[str, Any]) -> None:
    assert raw(value) == types.Value.pb(types.Value(same))


@pytest.mark.parametrize(
    ("moment", "seconds", "nanos"),
    [
        (datetime(2026, 11, 2, 12, 0, 0, 7, tzinfo=UTC), 1_793_620_800, 7_000),
        (datetime(2026, 11, 2, 14, 0, tzinfo=timezone(timedelta(hours=2))), 1_793_620_800, 0),
        (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), -1, 999_999_000),
        (datetime(1, 1, 1, tzinfo=UTC), -62_135_596_800, 0),
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), 253_402_300_799, 999_999_000),
    ],
)
def test_a_moment_is_exact_to_the_microsecond(moment: datetime, seconds: int, nanos: int) -> None:
    target = raw(moment)
    assert (target.timestamp_value.seconds, target.timestamp_value.nanos) == (seconds, nanos)
    assert plain(target) == moment
    assert plain(target).utcoffset() == timedelta(0)


def test_nanoseconds_that_somebody_else_wrote_are_cut_to_microseconds() -> None:
    value = Value(timestamp_value={"seconds": 0, "nanos": 1_999})
    assert plain(value) == datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", [1j, {"a"}, (1,), object()], ids=["complex", "set", "tuple", "object"])
def test_what_firestore_cannot_hold_is_misuse(value: object) -> None:
    with pytest.raises(ClearwayError) as caught:
        raw({"name": [value]})
    assert caught.value.code is KernelError.MISUSE
    assert repr(value) not in caught.value.detail


@pytest.mark.parametrize(
    "stored", [{"reference_value": "projects/p/databases/d/documents/a/b"}, {"geo_point_value": {"latitude": 1.0}}, {}]
)
def test_a_stored_kind_that_is_never_written_here_is_misuse(stored: dict[str, Any]) -> None:
    with pytest.raises(ClearwayError) as caught:
        plain(Value(**stored))
    assert caught.value.code is KernelError.MISUSE


@settings(deadline=None)
@given(st.integers(0, 253_402_300_799), st.integers(0, 999_999_999))
def test_a_version_names_an_update_time_to_the_nanosecond(seconds: int, nanos: int) -> None:
    time = Timestamp(seconds=seconds, nanos=nanos)
    again = Timestamp()
    put_version(again, version_of(time))
    assert again == time
    assert version_of(time) != version_of(Timestamp(seconds=seconds, nanos=(nanos + 1) % 1_000_000_000))
