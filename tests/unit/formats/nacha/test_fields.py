"""The records' tables: whole, and the same way in both directions."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import pytest

from shared.formats.nacha import addenda, iat, records
from shared.formats.nacha.errors import NachaError, NachaErrorCode
from shared.formats.nacha.fields import form_of
from shared.formats.nacha.records import EntryDetail, FileHeader
from tests.unit.formats.nacha.samples import payments

RECORDS = [
    cls
    for module in (records, addenda, iat)
    for _, cls in inspect.getmembers(module, inspect.isclass)
    if hasattr(cls, "__nacha__")
]


def test_every_record_of_the_rules_has_a_table() -> None:
    assert len(RECORDS) == 10 + 7 + 11


@pytest.mark.parametrize("cls", RECORDS, ids=lambda cls: cls.__name__)
def test_a_table_covers_each_of_94_positions_once(cls: type[object]) -> None:
    form = form_of(cls)
    covered = [*range(1, len(form.head) + 1)]
    for field in sorted(form.fields, key=lambda one: one.start):
        covered += range(field.start, field.end + 1)
    assert covered == [*range(1, 95)]


@pytest.mark.parametrize(
    "field", ["account_number", "individual_name", "identification_number", "corrected_data", "payment_information"]
)
def test_what_names_a_person_or_an_account_is_not_shown(field: str) -> None:
    shown = [one for cls in RECORDS for one in dataclasses.fields(cls) if one.name == field and one.repr]  # type: ignore[arg-type]
    assert shown == []
    assert "Ada" not in repr(payments())
    assert "1234567890" not in repr(payments())


ENTRY = next(payments().entries).detail


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_cents", 10**10),
        ("amount_cents", -1),
        ("individual_name", "a name of more than 22 characters"),
        ("individual_name", "Zoë Example"),
        ("individual_name", "line\nbreak"),
        ("account_number", ""),
        ("transaction_code", "2"),
        ("transaction_code", "2A"),
        ("trace_number", "99000001"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_its_field(field: str, value: Any) -> None:
    assert isinstance(ENTRY, EntryDetail)
    changed: dict[str, Any] = {field: value}
    with pytest.raises(NachaError) as caught:
        form_of(EntryDetail).format(dataclasses.replace(ENTRY, **changed), 7)
    assert (caught.value.code, caught.value.line, caught.value.field_name) == (NachaErrorCode.UNFIT_VALUE, 7, field)
    assert caught.value.field == f"/lines/7/{field}"


def test_a_constant_is_the_rules_and_nobody_elses() -> None:
    header = dataclasses.replace(payments().header, record_size="095")
    with pytest.raises(NachaError) as caught:
        form_of(FileHeader).format(header)
    assert caught.value.field_name == "record_size"
