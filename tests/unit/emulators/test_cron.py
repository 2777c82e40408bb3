"""Cron expressions: when a job runs, and which expressions are refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from emulators.errors import LocalError
from emulators.scheduler.cron import parse
from emulators.scheduler.jobs import times
from shared.kernel.errors import ClearwayError


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("* * * * *", "2026-11-23 10:00:00", "2026-11-23 10:01"),
        ("* * * * *", "2026-11-23 23:59:59", "2026-11-24 00:00"),
        ("*/15 * * * *", "2026-11-23 10:46", "2026-11-23 11:00"),
        ("7-59/20 * * * *", "2026-11-23 10:27", "2026-11-23 10:47"),
        ("0 9-17 * * mon-fri", "2026-11-20 17:00", "2026-11-23 09:00"),  # Friday evening to Monday morning
        ("30 10,14,16 * * *", "2026-11-23 14:30", "2026-11-23 16:30"),
        ("0 0 1 * *", "2026-12-15 08:00", "2027-01-01 00:00"),
        ("0 0 29 2 *", "2026-11-23 00:00", "2028-02-29 00:00"),
        ("0 0 * * 7", "2026-11-23 00:00", "2026-11-29 00:00"),  # 7 is Sunday
        ("0 0 * * 5-7", "2026-11-23 00:00", "2026-11-27 00:00"),
        ("0 0 1 * MON", "2026-11-23 00:00", "2026-11-30 00:00"),  # the first or a Monday
        ("0 0 1 * MON", "2026-11-30 00:00", "2026-12-01 00:00"),
        (
            "0 0 */10 * MON",
            "2026-11-23 00:00",
            "2026-12-21 00:00",
        ),  # a star does not restrict: Monday and 1, 11, 21, 31
        ("5 4 * jan,JUL *", "2026-11-23 00:00", "2027-01-01 04:05"),
    ],
)
def test_next_time(expression: str, after: str, expected: str) -> None:
    assert parse(expression).next_after(at(after)) == at(expected)


def test_a_day_that_never_comes() -> None:
    assert parse("0 0 30 2 *").next_after(at("2026-01-01")) is None


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("* * * *", "4 fields"),
        ("60 * * * *", "minute"),
        ("* 24 * * *", "hour"),
        ("* * 0 * *", "day of the month"),
        ("* * * 13 *", "month"),
        ("* * * * 8", "day of the week"),
        ("*/0 * * * *", "minute"),
        ("5-1 * * * *", "minute"),
        ("1,,2 * * * *", "minute"),
        ("5/10 * * * *", "minute"),
        ("* * * mon *", "month"),
        ("² * * * *", "minute"),
    ],
)
def test_refused(expression: str, named: str) -> None:
    with pytest.raises(ClearwayError, match=named) as caught:
        parse(expression)
    assert caught.value.code is LocalError.BAD_DESCRIPTION


def test_every_minute_against_a_plain_reading() -> None:
    """The jumping search agrees with looking at each minute of a month."""
    cron = parse("*/20 6,18 1-7,20 * tue")
    start = at("2026-11-01 00:00")
    minutes = (start + timedelta(minutes=offset) for offset in range(1, 30 * 24 * 60))
    plain = [
        one
        for one in minutes
        if one.minute % 20 == 0 and one.hour in (6, 18) and (one.day in {1, 2, 3, 4, 5, 6, 7, 20} or one.weekday() == 1)
    ]
    found: list[datetime] = []
    moment = start
    while (following := cron.next_after(moment)) is not None and following < at("2026-12-01 00:00"):
        found.append(following)
        moment = following
    assert found == plain


class _Clock:
    """A virtual clock that a nap moves by a little less than it was asked to, as real ones do."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def sleep(self, duration_s: float) -> None:
        self._now += timedelta(seconds=max(duration_s * 0.9, 0.001))


def test_times_come_once_each_and_not_early() -> None:
    clock = _Clock(at("2026-11-23 10:00:30"))
    seen = [(due, clock.now() >= due) for due in islice(times(parse("*/5 * * * *"), clock), 3)]
    assert seen == [(at(f"2026-11-23 10:{minute:02d}"), True) for minute in (5, 10, 15)]


def test_times_that_pass_during_a_run_are_left_out() -> None:
    clock = _Clock(at("2026-11-23 10:00:30"))
    arriving: Iterator[datetime] = times(parse("* * * * *"), clock)
    assert next(arriving) == at("2026-11-23 10:01")
    for _ in range(10):
        clock.sleep(20)
    assert next(arriving) == at("2026-11-23 10:05")
