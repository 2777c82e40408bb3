"""Reason codes: what may be tried again, and what must be asked first."""

from __future__ import annotations

import re

import pytest

from shared.formats.iso20022.reasons import RETURN_REASONS, STATUS_REASONS, return_reason, status_reason
from shared.formats.iso20022.status import TransactionStatus

FINAL, PASSES = True, False
ASK_FIRST, SURE = True, False
JUDGED = [
    ("AC03", FINAL, SURE),
    ("AC04", FINAL, SURE),
    ("AM04", PASSES, SURE),
    ("MD07", FINAL, SURE),
    ("9910", PASSES, SURE),
    ("9912", PASSES, SURE),
    ("DS24", PASSES, ASK_FIRST),
    ("9909", PASSES, ASK_FIRST),
    ("TM01", PASSES, ASK_FIRST),
    ("NARR", PASSES, ASK_FIRST),
    ("DUPL", FINAL, ASK_FIRST),
]


@pytest.mark.parametrize(("code", "final", "ask"), JUDGED)
def test_a_rejection_says_what_may_follow(code: str, final: bool, ask: bool) -> None:
    reason = status_reason(code)
    assert (reason.code, reason.final, reason.receiver_may_have_acted, reason.known) == (code, final, ask, True)


ASKED_FOR = """
    AC02 AC03 AC04 AC06 AC14 AG01 AG03 AM02 AM04 AM09 AM11 AM12 BE04 BE06 BE07 BE10 BE11 BE13 BE14 BE16 BE17 DS0H DS24
    DT04 DUPL FF02 FF03 FF08 MD07 NARR RC01 RC02 RC03 RC04 RR04 SL03 TK01 TM01
    9909 9910 9912 9914 9934 9946 9947 9948 9964
"""
RETURNS_ASKED_FOR = "AC03 AC04 AC06 AC07 AM05 BE05 CUST FOCR FR01 MD06 NARR RR04 UPAY"


def words(text: str) -> list[str]:
    return text.split()


def test_every_code_of_the_networks_is_known() -> None:
    assert [code for code in words(ASKED_FOR) if not status_reason(code).known] == []
    assert [code for code in words(RETURNS_ASKED_FOR) if not return_reason(code).known] == []


def test_a_code_stands_once_with_a_text() -> None:
    for table in (STATUS_REASONS, RETURN_REASONS):
        codes = [one[0] for one in table]
        assert sorted(set(codes)) == sorted(codes)
        assert all(re.fullmatch("[A-Z0-9]{4}", one[0]) and len(one[1]) > 5 for one in table)


@pytest.mark.parametrize("code", ["ZZ99", "", "a proprietary code of some length"])
def test_a_code_that_is_not_known_is_judged_with_the_most_care(code: str) -> None:
    for reason in (status_reason(code), return_reason(code)):
        assert not reason.known
        assert not reason.final
        assert reason.receiver_may_have_acted


STATUSES = [
    ("ACTC", False, False),
    ("ACSP", False, False),
    ("ACWP", True, False),
    ("ACSC", True, True),
    ("ACCC", True, True),
    ("PDNG", False, False),
    ("BLCK", True, True),
    ("RJCT", False, True),
]


@pytest.mark.parametrize(("code", "settled", "final"), STATUSES)
def test_a_status_says_whether_money_moved_and_whether_more_follows(code: str, settled: bool, final: bool) -> None:
    status = TransactionStatus(code)
    assert (status.settled, status.final) == (settled, final)
    assert len(STATUSES) == len(TransactionStatus)
