"""Notifications of change: what each code corrects."""

from __future__ import annotations

import pytest

from shared.rails.domain.ach.changes import corrected
from shared.rails.domain.ach.known import Numbers

PRESENT = Numbers("021000021", "100000000", "checking")


@pytest.mark.parametrize(
    ("code", "data", "expected"),
    [
        ("C01", "200000000", Numbers("021000021", "200000000", "checking")),
        ("C01", "12345678901234567", Numbers("021000021", "12345678901234567", "checking")),
        ("C02", "121042882", Numbers("121042882", "100000000", "checking")),
        ("C03", "121042882   200000000", Numbers("121042882", "200000000", "checking")),
        ("C05", "32", Numbers("021000021", "100000000", "savings")),
        ("C05", "27", Numbers("021000021", "100000000", "checking")),
        ("C06", "200000000           37", Numbers("021000021", "200000000", "savings")),
        ("C07", "121042882200000000        32", Numbers("121042882", "200000000", "savings")),
        ("C01", "", None),
        ("C02", "121042883", None),  # a wrong check digit
        ("C03", "121042882", None),
        ("C05", "52", None),  # a loan
        ("C05", "", None),
        ("C06", "200000000", None),
        ("C07", "121042882", None),
        ("C04", "Bob Lane", None),
        ("C09", "12345", None),
        ("C13", "", None),
        ("C99", "200000000", None),
    ],
)
def test_a_change_corrects_what_its_code_names(code: str, data: str, expected: Numbers | None) -> None:
    assert corrected(code, data, PRESENT) == expected
