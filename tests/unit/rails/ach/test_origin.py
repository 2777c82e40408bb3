"""Our identity on the ACH network, as it is configured."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.kernel.errors import ClearwayError
from shared.rails.domain.ach.errors import AchError
from shared.rails.domain.ach.origin import AchOrigin, Authorisation
from shared.rails.domain.ach.schedule import Schedule

GIVEN = {
    "immediate_destination": "121042882",
    "immediate_origin": "1234567890",
    "company_name": "CLEARWAY",
    "company_identification": "1234567890",
    "odfi_identification": "12104288",
}


def test_what_must_be_there_is_enough() -> None:
    origin = AchOrigin.parse(json.dumps(GIVEN))
    assert (origin.entry_description, origin.consumer_debits) == ("PAYMENT", Authorisation.INTERNET)
    assert origin.schedule == Schedule(timedelta(minutes=15), timedelta(minutes=375))


def test_everything_may_be_said() -> None:
    more = {"immediate_destination_name": "A BANK", "immediate_origin_name": "CLEARWAY", "entry_description": "BILL"}
    origin = AchOrigin.parse(json.dumps(GIVEN | more | {"consumer_debits": "standing", "standard_lead_minutes": 60}))
    assert (origin.consumer_debits, origin.standard_lead_minutes) == (Authorisation.STANDING, 60)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"immediate_destination": "121042883"}, "/immediate_destination"),  # a wrong check digit
        ({"immediate_destination": 121042882}, "/immediate_destination"),
        ({"immediate_origin": "12345678"}, "/immediate_origin"),
        ({"company_name": "A NAME OF 17 CHRS"}, "/company_name"),
        ({"company_name": ""}, "/company_name"),
        ({"company_name": "Zoë"}, "/company_name"),
        ({"company_identification": "123456789"}, "/company_identification"),
        ({"odfi_identification": "121042882"}, "/odfi_identification"),
        ({"immediate_origin": " 000000000"}, "/immediate_origin"),  # names nobody, and no file could be built
        ({"odfi_identification": "١٢١٠٤٢٨٨"}, "/odfi_identification"),
        ({"entry_description": "ELEVEN CHAR"}, "/entry_description"),
        ({"entry_description": "REVERSAL"}, "/entry_description"),
        ({"entry_description": "RETRY PYMT"}, "/entry_description"),
        ({"consumer_debits": "by mail"}, "/consumer_debits"),
        ({"same_day_lead_minutes": "15"}, "/same_day_lead_minutes"),
        ({"same_day_lead_minutes": -1}, "/same_day_lead_minutes"),
        ({"same_day_lead_minutes": True}, "/same_day_lead_minutes"),
        ({"same_day_lead_minutes": 121}, "/same_day_lead_minutes"),
        ({"standard_lead_minutes": 841}, "/standard_lead_minutes"),
    ],
)
def test_what_a_record_cannot_hold_is_refused_by_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        AchOrigin.parse(json.dumps(GIVEN | changes))
    assert (caught.value.code, caught.value.field) == (AchError.INVALID_ORIGIN, field)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", json.dumps(GIVEN | {"unknown": "x"}), json.dumps({"company_name": "CLEARWAY"})]
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        AchOrigin.parse(text)
    assert caught.value.code is AchError.INVALID_ORIGIN
