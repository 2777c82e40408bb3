"""What is kept back of collected money, and until when."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import ClearwayError
from shared.kernel.money import AMOUNT_MINOR_MAX, Money
from shared.kernel.party import Instrument, InstrumentKind
from shared.ports.routing import Collected, HoldPolicy, Safety
from shared.rails.domain.errors import RailsError
from shared.rails.domain.hold_policy_text import parse_holds
from shared.rails.holds import HoldsByRisk, hold_book

HOLIDAYS = {date(2026, 7, 3)}
ACCOUNT = Instrument("ins-1", InstrumentKind.BANK_ACCOUNT, "USD")
# A Wednesday, 18:00 in New York.
WEDNESDAY = "2026-07-01T22:00:00Z"


def is_banking_day(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


POLICY: HoldPolicy = HoldsByRisk(hold_book(), is_banking_day)


def safety(
    rail: str,
    risk_score: float | None = None,
    flags: tuple[str, ...] = (),
    amount_minor: int = 10_001,
    settled_at: str = WEDNESDAY,
) -> Safety:
    money = Money(amount_minor, "USD")
    return POLICY.safety(Collected(rail, ACCOUNT, money, datetime.fromisoformat(settled_at), risk_score, flags))


@pytest.mark.parametrize(
    ("rail", "risk_score", "flags", "band", "held_minor", "safe_at"),
    [
        # ACH, low risk: all of it until the second banking day is over; Friday is a holiday, so that is Monday.
        ("ach", None, (), "low", 10_001, "2026-07-07T04:00:00Z"),
        ("ach", 0, ("velocity",), "low", 10_001, "2026-07-07T04:00:00Z"),  # a score counts for more than flags
        ("ach", 49.99, (), "low", 10_001, "2026-07-07T04:00:00Z"),
        ("ach", 50, (), "elevated", 10_001, "2026-07-10T04:00:00Z"),
        ("ach", None, ("velocity",), "elevated", 10_001, "2026-07-10T04:00:00Z"),
        # High risk: the sixtieth day is Sunday 30 August; an unauthorized debit may come back until Monday.
        ("ach", 80, (), "high", 10_001, "2026-09-01T04:00:00Z"),
        ("ach", 100, (), "high", 10_001, "2026-09-01T04:00:00Z"),
        # What is no score says nothing good.
        ("ach", float("nan"), (), "high", 10_001, "2026-09-01T04:00:00Z"),
        ("ach", -1, (), "high", 10_001, "2026-09-01T04:00:00Z"),
        ("ach", 101, (), "high", 10_001, "2026-09-01T04:00:00Z"),
        # Cards: a share, rounded up, over the chargeback window (29 October, a Thursday, and the day after it).
        ("card", None, (), "low", 501, "2026-10-31T04:00:00Z"),
        ("card", None, ("velocity",), "elevated", 2_501, "2026-10-31T04:00:00Z"),
        ("card", 95, (), "high", 10_001, "2026-10-31T04:00:00Z"),
        # Final once accepted.
        ("bank", 95, ("velocity",), "high", 0, None),
        ("simulator", None, (), "low", 0, None),
        ("instant", None, (), "low", 0, None),
        # A rail of which nothing is known.
        ("wire", None, (), "low", 10_001, "2026-10-31T04:00:00Z"),
    ],
)
def test_holds_follow_rail_and_risk(
    rail: str, risk_score: float | None, flags: tuple[str, ...], band: str, held_minor: int, safe_at: str | None
) -> None:
    kept = safety(rail, risk_score, flags)
    assert kept.why["band"] == band
    assert kept.held_minor == held_minor
    assert kept.safe_at == (datetime.fromisoformat(safe_at) if safe_at else None)


@pytest.mark.parametrize(
    ("settled_at", "safe_at"),
    [
        # 03:59 in UTC is still the day before in New York, so the window ends a day sooner.
        ("2026-07-07T03:59:00Z", "2026-07-09T04:00:00Z"),
        ("2026-07-07T04:00:00Z", "2026-07-10T04:00:00Z"),
        # The clocks go back on 1 November, and forward on 8 March.
        ("2026-10-30T20:00:00Z", "2026-11-04T05:00:00Z"),
        ("2026-03-05T20:00:00Z", "2026-03-10T04:00:00Z"),
        # A settlement on a day that is none counts from it.
        ("2026-07-04T16:00:00Z", "2026-07-08T04:00:00Z"),
    ],
)
def test_the_window_is_counted_in_the_days_of_its_zone(settled_at: str, safe_at: str) -> None:
    assert safety("ach", settled_at=settled_at).safe_at == datetime.fromisoformat(safe_at)


def test_a_hold_is_explained_in_plain_values() -> None:
    why = safety("ach", 81.5).why
    assert json.loads(json.dumps(why)) == why
    assert {**why, "source": why["source"][:21]} == {
        "band": "high",
        "band_by": "risk_score",
        "share_basis_points": 10_000,
        "calendar_days": 60,
        "effective_from": "2020-01-01",
        "source": "Nacha Operating Rules",
    }
    assert safety("ach").why["banking_days"] == 2


@given(
    amount_minor=st.integers(min_value=1, max_value=AMOUNT_MINOR_MAX),
    rail=st.sampled_from(["ach", "card", "instant", "bank", "wire"]),
    risk_score=st.none() | st.floats(min_value=0, max_value=100),
    flagged=st.booleans(),
)
def test_never_more_than_all_is_held_and_a_hold_has_an_end(
    amount_minor: int, rail: str, risk_score: float | None, flagged: bool
) -> None:
    kept = safety(rail, risk_score, ("velocity",) if flagged else (), amount_minor)
    assert 0 <= kept.held_minor <= amount_minor
    assert (kept.safe_at is None) == (kept.held_minor == 0)
    assert kept.safe_at is None or kept.safe_at > datetime.fromisoformat(WEDNESDAY)


GOOD = """
[[policies]]
effective_from = 2026-01-01
source = "the officer"
zone = "UTC"
bands = [{ name = "low", score_from = 0 }, { name = "high", score_from = 60 }]
unflagged = "low"
flagged = "high"
[policies.rails.other]
source = "the contract"
low = { share_basis_points = 100, banking_days = 1 }
high = { share_basis_points = 5_000, calendar_days = 9 }
"""


def test_the_policy_of_the_settlement_day_holds() -> None:
    newer = GOOD.replace("2026-01-01", "2026-02-01").replace("share_basis_points = 100,", "share_basis_points = 200,")
    policy = HoldsByRisk(parse_holds(newer + GOOD), is_banking_day)

    def held(day: int, month: int) -> int:
        at = datetime(2026, month, day, 12, tzinfo=UTC)
        return policy.safety(Collected("any", ACCOUNT, Money(10_000, "USD"), at, None)).held_minor

    assert [held(31, 1), held(1, 2)] == [100, 200]
    with pytest.raises(ClearwayError) as caught:
        policy.safety(Collected("any", ACCOUNT, Money(1, "USD"), datetime(2025, 12, 31, tzinfo=UTC), None))
    assert caught.value.code is RailsError.INVALID_HOLD_POLICY


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("[[policies]]", "[[policies"),
        ("[[policies]]", "[[rules]]"),
        ("effective_from = 2026-01-01", "effective_from = 2026-01-01T00:00:00"),
        ('source = "the officer"', 'source = ""'),
        ('source = "the officer"', 'source = "the officer"\nmore = 1'),
        ('source = "the contract"', 'source = ""'),
        ('source = "the contract"', "source = 7"),
        ('zone = "UTC"', 'zone = "Mars/Olympus"'),
        ("score_from = 0", "score_from = 1"),
        ("score_from = 60", "score_from = 0"),
        ("score_from = 60", "score_from = 101"),
        ("score_from = 60", "score_from = true"),
        ("score_from = 60", "score_from = 60.5"),
        ('name = "high"', 'name = "low"'),
        ('unflagged = "low"', 'unflagged = "none"'),
        ('flagged = "high"', 'flagged = "none"'),
        ("rails.other", "rails.ach"),
        ("low = { share_basis_points = 100, banking_days = 1 }", ""),
        ("banking_days = 1", "banking_days = 1, calendar_days = 1"),
        ("banking_days = 1", "banking_days = -1"),
        ("banking_days = 1", "banking_days = true"),
        ("calendar_days = 9", "weeks = 9"),
        ("calendar_days = 9", "calendar_days = 4_000"),
        ("share_basis_points = 5_000", "share_basis_points = 10_001"),
        ("share_basis_points = 5_000", "share_basis_points = -1"),
        ("share_basis_points = 5_000", "share_basis_points = 0.5"),
    ],
)
def test_a_broken_policy_is_refused(good: str, bad: str) -> None:
    parse_holds(GOOD)
    with pytest.raises(ClearwayError) as caught:
        parse_holds(GOOD.replace(good, bad))
    assert caught.value.code is RailsError.INVALID_HOLD_POLICY


def test_two_policies_cannot_begin_on_one_day() -> None:
    with pytest.raises(ClearwayError, match="two begin on one day"):
        parse_holds(GOOD + GOOD)
