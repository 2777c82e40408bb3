"""Banking days, against the holiday schedules that the Federal Reserve Banks published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.kernel.errors import ClearwayError, KernelError
from shared.rails.domain.banking_days import add_banking_days, holidays, is_banking_day, next_banking_day

# The days on which the Reserve Banks were or are closed, month and day.
CLOSED = {
    2020: "0101 0120 0217 0525 0703- 0907 1012 1111 1126 1225",
    2021: "0101 0118 0215 0531 0618- 0705 0906 1011 1111 1125 1224- 1225-",
    2022: "0101- 0117 0221 0530 0620 0704 0905 1010 1111 1124 1226",
    2023: "0102 0116 0220 0529 0619 0704 0904 1009 1110- 1123 1225",
    2024: "0101 0115 0219 0527 0619 0704 0902 1014 1111 1128 1225",
    2025: "0101 0120 0217 0526 0619 0704 0901 1013 1111 1127 1225",
    2026: "0101 0119 0216 0525 0619 0703- 0907 1012 1111 1126 1225",
    2027: "0101 0118 0215 0531 0618- 0705 0906 1011 1111 1125 1224-",
}


@pytest.mark.parametrize("year", CLOSED)
def test_the_holidays_of_a_year_are_those_that_were_published(year: int) -> None:
    """A minus marks a Saturday holiday, or the Friday before one, on which the Reserve Banks are open all the same."""
    published = {date(year, int(one[:2]), int(one[2:4])) for one in CLOSED[year].split() if not one.endswith("-")}
    assert set(holidays(year)) == published
    open_all_the_same = [one for one in CLOSED[year].split() if one.endswith("-")]
    for one in open_all_the_same:
        day = date(year, int(one[:2]), int(one[2:4]))
        assert is_banking_day(day) is (day.weekday() < 5)


def test_weekdays_that_are_no_holiday_are_banking_days() -> None:
    days = [date(2026, 1, 1) + timedelta(days=at) for at in range(365)]
    assert sum(map(is_banking_day, days)) == 251


def test_juneteenth_is_a_holiday_since_its_act() -> None:
    assert [is_banking_day(date(year, 6, 19)) for year in (2019, 2020, 2023, 2024)] == [True, True, False, False]


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
        (date(2026, 11, 26), 0, date(2026, 11, 27)),
        (date(2026, 11, 24), 1, date(2026, 11, 25)),
        (date(2026, 11, 25), 1, date(2026, 11, 27)),  # Thanksgiving between
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 25), 2, date(2026, 11, 30)),
        (date(2026, 7, 2), 1, date(2026, 7, 3)),  # Independence Day is a Saturday
        (date(2027, 7, 2), 1, date(2027, 7, 6)),  # and now a Sunday
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
    ],
)
def test_banking_days_are_counted_past_weekends_and_holidays(day: date, count: int, expected: date) -> None:
    assert add_banking_days(day, count) == expected
    if count == 1:
        assert next_banking_day(day) == expected


def test_banking_days_are_not_counted_backwards() -> None:
    with pytest.raises(ClearwayError) as caught:
        add_banking_days(date(2026, 11, 24), -1)
    assert caught.value.code is KernelError.MISUSE
