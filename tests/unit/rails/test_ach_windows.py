"""Cut-offs of the ACH operator and deadlines of returns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import ClearwayError, KernelError
from shared.rails.domain.ach_windows import cutoffs_due, next_cutoff, return_deadline, same_day_allowed

NEW_YORK = ZoneInfo("America/New_York")


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("now", "same_day", "cutoff", "settles"),
    [
        ("2026-11-24T09:00", True, "2026-11-24T1030-same-day", "2026-11-24T13:00"),
        ("2026-11-24T10:29:59", True, "2026-11-24T1030-same-day", "2026-11-24T13:00"),
        ("2026-11-24T10:30", True, "2026-11-24T1445-same-day", "2026-11-24T17:00"),
        ("2026-11-24T16:44", True, "2026-11-24T1645-same-day", "2026-11-24T18:00"),
        ("2026-11-24T16:45", True, "2026-11-25T1030-same-day", "2026-11-25T13:00"),
        ("2026-11-25T17:00", True, "2026-11-27T1030-same-day", "2026-11-27T13:00"),  # Thanksgiving
        ("2026-11-27T17:00", True, "2026-11-30T1030-same-day", "2026-11-30T13:00"),  # a weekend
        ("2027-07-02T17:00", True, "2027-07-06T1030-same-day", "2027-07-06T13:00"),  # and a holiday on Sunday
        ("2021-03-18T15:00", True, "2021-03-19T1030-same-day", "2021-03-19T13:00"),
        ("2021-03-19T15:00", True, "2021-03-19T1645-same-day", "2021-03-19T18:00"),  # the third window's first day
        ("2026-11-24T09:00", False, "2026-11-25T0215-standard", "2026-11-25T08:30"),
        ("2026-11-24T02:14", False, "2026-11-24T0215-standard", "2026-11-24T08:30"),
        ("2026-11-25T09:00", False, "2026-11-26T0215-standard", "2026-11-27T08:30"),
        ("2026-11-27T09:00", False, "2026-11-28T0215-standard", "2026-11-30T08:30"),
        ("2026-11-28T09:00", False, "2026-12-01T0215-standard", "2026-12-01T08:30"),
    ],
)
def test_the_next_cutoff_and_its_settlement(now: str, same_day: bool, cutoff: str, settles: str) -> None:
    found = next_cutoff(new_york(now), same_day=same_day)
    assert (found.id, found.same_day) == (cutoff, same_day)
    assert found.settles_at == new_york(settles)
    assert found.settles_on == found.settles_at.date()
    assert found.id.startswith(f"{found.closes_at:%Y-%m-%dT%H%M}")


def test_a_cutoff_stays_at_its_hour_when_the_clocks_change() -> None:
    closings = [next_cutoff(new_york(f"2026-{day}T09:00"), same_day=True).closes_at for day in ("03-06", "03-09")]
    assert [f"{one:%H:%M}" for one in closings] == ["10:30", "10:30"]
    assert [f"{one.astimezone(UTC):%H:%M}" for one in closings] == ["15:30", "14:30"]
    assert closings[1].astimezone(UTC) - closings[0].astimezone(UTC) == timedelta(days=3, hours=-1)


def test_all_cutoffs_of_a_day_are_due_in_order_and_once() -> None:
    ids = [one.id for one in cutoffs_due(new_york("2026-11-24T00:00"), new_york("2026-11-24T23:59"))]
    assert ids == [
        "2026-11-24T0215-standard",
        "2026-11-24T1030-same-day",
        "2026-11-24T1445-same-day",
        "2026-11-24T1645-same-day",
    ]
    assert cutoffs_due(new_york("2026-11-28T03:00"), new_york("2026-11-30T10:00")) == []


MOMENTS = st.datetimes(datetime(2021, 4, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001, zones follow


@given(MOMENTS, st.lists(st.integers(0, 3 * 86_400), min_size=1, max_size=6))
def test_who_asks_on_and_on_meets_each_cutoff_once(start: datetime, steps: list[int]) -> None:
    now, met = start, []
    for step in steps:
        later = now + timedelta(seconds=step)
        met += cutoffs_due(now, later)
        now = later
    assert met == cutoffs_due(start, now)
    assert len({one.id for one in met}) == len(met)
    assert all(start < one.closes_at <= now for one in met)


@given(MOMENTS, st.booleans())
def test_the_next_cutoff_is_the_first_one_that_falls_due(now: datetime, same_day: bool) -> None:
    found = next_cutoff(now, same_day=same_day)
    due = [one for one in cutoffs_due(now, now + timedelta(days=6)) if one.same_day is same_day]
    assert due[0] == found
    assert found.settles_at.astimezone(UTC) > found.closes_at.astimezone(UTC) > now


def test_a_moment_without_a_time_zone_or_before_the_windows_is_refused() -> None:
    for moment in (datetime(2026, 11, 24), datetime(2010, 11, 24, tzinfo=UTC)):  # noqa: DTZ001, what is refused
        with pytest.raises(ClearwayError) as caught:
            next_cutoff(moment, same_day=True)
        assert caught.value.code is KernelError.MISUSE


@pytest.mark.parametrize(
    ("sec_code", "amount_cents", "day", "allowed"),
    [
        ("PPD", 100_000_000, date(2022, 3, 18), True),
        ("PPD", 100_000_001, date(2022, 3, 18), False),
        ("PPD", 100_000_000, date(2022, 3, 17), False),
        ("PPD", 10_000_000, date(2020, 3, 20), True),
        ("PPD", 10_000_000, date(2020, 3, 19), False),
        ("PPD", 2_500_000, date(2016, 9, 23), True),
        ("PPD", 1, date(2016, 9, 22), False),
        ("IAT", 1, date(2026, 11, 24), False),
        ("ENR", 0, date(2026, 11, 24), False),
    ],
)
def test_what_may_settle_on_the_same_day(sec_code: str, amount_cents: int, day: date, allowed: bool) -> None:
    assert same_day_allowed(sec_code, amount_cents, day) is allowed


@pytest.mark.parametrize(
    ("code", "settled_on", "deadline"),
    [
        ("R01", date(2026, 11, 24), date(2026, 11, 27)),  # Thanksgiving between
        ("R03", date(2026, 11, 27), date(2026, 12, 1)),
        ("R10", date(2026, 11, 24), date(2027, 1, 25)),  # the sixtieth day is a Saturday
        ("R07", date(2026, 11, 19), date(2027, 1, 19)),  # and here before a holiday
        ("R11", date(2020, 3, 31), date(2020, 4, 2)),
        ("R11", date(2020, 4, 1), date(2020, 6, 1)),
        ("R61", date(2026, 11, 24), date(2026, 12, 2)),
        ("R73", date(2026, 12, 1), date(2026, 12, 3)),
        ("R13", date(2026, 11, 24), date(2026, 11, 25)),
        ("R06", date(2026, 11, 24), None),
        ("R23", date(2026, 11, 24), None),
    ],
)
def test_returns_are_due_when_the_rules_say(code: str, settled_on: date, deadline: date | None) -> None:
    assert return_deadline(code, settled_on) == deadline
