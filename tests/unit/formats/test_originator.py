"""Our own side of every instruction, as the environment describes it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.formats.originator import Originator
from shared.kernel.errors import ClearwayError, KernelError

FIELDS: dict[str, Any] = {
    "name": "Clearway Demo Inc",
    "routing_number": "021000021",
    "account_number": "9876543210",
    "clearing_system": "FDN",
}


def test_the_originator_is_read_from_json() -> None:
    assert Originator.parse(json.dumps(FIELDS)) == Originator("Clearway Demo Inc", "021000021", "9876543210", "FDN")


def test_its_account_is_not_shown() -> None:
    assert "9876543210" not in repr(Originator.parse(json.dumps(FIELDS)))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"name": ""}, "/name"),
        ({"name": "   "}, "/name"),
        ({"name": "x" * 141}, "/name"),
        ({"name": "a\nb"}, "/name"),
        ({"name": " Clearway"}, "/name"),
        ({"name": "Café"}, "/name"),
        ({"name": 7}, "/name"),
        ({"routing_number": "21000021"}, "/routing_number"),
        ({"routing_number": "021000022"}, "/routing_number"),
        ({"routing_number": "٠٢١٠٠٠٠٢١"}, "/routing_number"),
        ({"routing_number": 21000021}, "/routing_number"),
        ({"account_number": ""}, "/account_number"),
        ({"account_number": "1" * 18}, "/account_number"),
        ({"account_number": "12 34"}, "/account_number"),
        ({"clearing_system": "fdn"}, "/clearing_system"),
        ({"clearing_system": None}, "/clearing_system"),
    ],
)
def test_a_wrong_field_is_named_and_not_repeated(change: dict[str, Any], named: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        Originator.parse(json.dumps(FIELDS | change))
    assert (caught.value.code, caught.value.field) == (KernelError.MISUSE, named)
    assert str(change[named[1:]]) not in caught.value.detail or not change[named[1:]]


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_missing_field_is_named(name: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        Originator.parse(json.dumps({one: value for one, value in FIELDS.items() if one != name}))
    assert caught.value.field == f"/{name}"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', json.dumps(FIELDS | {"iban": "x"})])
def test_what_is_no_originator_is_refused(text: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        Originator.parse(text)
    assert caught.value.code is KernelError.MISUSE
