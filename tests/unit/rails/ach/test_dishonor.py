"""Which returns go back, and with which code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from shared.kernel.party import Direction
from shared.rails.domain.ach.dishonor import dishonor_of
from shared.rails.domain.ach.entry import AchEntry, EntryKind, EntryStatus, Service
from shared.rails.domain.ach.file import AchFile
from shared.rails.domain.ach.inbound import Item, ItemKind
from tests.support.ach import MORNING

ENTRY = AchEntry(
    key="pay_a.debit",
    kind=EntryKind.PAYMENT,
    service=Service.STANDARD,
    direction=Direction.DEBIT,
    amount_cents=99_99,
    account_ref="dfi_x",
    queued_at=MORNING,
    due_from=MORNING,
    routing_number="021000021",
    account_number="0100-000 000",
    reference="REFERENCE",
    status=EntryStatus.CLAIMED,
)
FILE = AchFile(
    id="2026-11-04T0215-standard",
    cutoff_at=MORNING,
    same_day=False,
    all_services=True,
    effective_on=date(2026, 11, 4),
    settles_on=date(2026, 11, 4),
    settles_at=datetime.fromisoformat("2026-11-04T08:30-05:00"),
    opened_at=MORNING,
)
ITEM = Item(
    number=1,
    kind=ItemKind.RETURN,
    code="R01",
    trace_number="021000020000001",
    original_trace="121042880000001",
    amount_cents=99_99,
    transaction_code="26",
    account_number="100000000",
    identification="REFERENCE",
    company_identification="1234567890",
    settled_on=date(2026, 11, 6),
)


@pytest.mark.parametrize(
    ("item", "entry", "expected"),
    [
        ({}, {}, ("", "")),
        ({"transaction_code": "27"}, {}, ("", "")),  # the forward code, as some banks leave it
        ({"identification": ""}, {}, ("", "")),
        # Two banking days: Wednesday to Friday; the next Monday is late.
        ({"settled_on": date(2026, 11, 9)}, {}, ("R68", "")),
        # Sixty days for what a consumer did not authorise, and no term for what we asked for.
        ({"code": "R10", "settled_on": date(2026, 11, 9)}, {}, ("", "")),
        ({"code": "R10", "settled_on": date(2027, 1, 4)}, {}, ("", "")),
        ({"code": "R10", "settled_on": date(2027, 1, 5)}, {}, ("R68", "")),
        ({"code": "R06", "settled_on": date(2027, 6, 1)}, {}, ("", "")),
        # The operator's own return is not sent back to it.
        ({"code": "R13", "settled_on": date(2026, 11, 9)}, {}, ("", "")),
        # A code that was none when the entry settled has no deadline.
        ({"code": "R90", "settled_on": date(2027, 6, 1)}, {}, ("", "")),
        ({"account_number": "100000001"}, {}, ("R69", "01")),
        ({"amount_cents": 99_98}, {}, ("R69", "03")),
        ({"identification": "ANOTHER"}, {}, ("R69", "04")),
        ({"transaction_code": "21"}, {}, ("R69", "05")),
        ({"transaction_code": "36"}, {}, ("R69", "05")),
        ({"company_identification": "9999999999"}, {}, ("R69", "06")),
        ({"amount_cents": 1, "identification": "ANOTHER"}, {}, ("R69", "03*04")),
        ({"amount_cents": 1, "settled_on": date(2026, 12, 24)}, {}, ("R69", "03")),
        ({}, {"status": EntryStatus.RETURNED, "answer_trace": "021000020000009"}, ("R67", "")),
        ({"settled_on": date(2027, 6, 1), "amount_cents": 0}, {"kind": EntryKind.PRENOTE}, ("", "")),
    ],
)
def test_a_return_that_is_late_wrong_or_double_goes_back(
    item: dict[str, Any], entry: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert dishonor_of(replace(ITEM, **item), replace(ENTRY, **entry), FILE, "1234567890") == expected
