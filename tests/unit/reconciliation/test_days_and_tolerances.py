"""Days of accounts, chains of statements, tolerances, names of files: one case a line."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shared.kernel.errors import ClearwayError
from shared.rails.domain.banking_days import is_banking_day
from shared.reconciliation.domain.chain import Balances, check_chain
from shared.reconciliation.domain.errors import ReconciliationError
from shared.reconciliation.domain.file_names import parse_name
from shared.reconciliation.domain.rail_days import RailDays
from shared.reconciliation.domain.tolerances_text import parse_tolerances
from shared.reconciliation.policy import tolerances

ACH = tolerances().of("ach", date(2026, 3, 2)).days(is_banking_day)
CARD = tolerances().of("card", date(2026, 3, 2)).days(is_banking_day)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "moment", "day"),
    [
        (CARD, "2026-03-07T23:59", "2026-03-07"),
        (CARD, "2026-03-08T00:00", "2026-03-08"),
        (ACH, "2026-03-06T23:29", "2026-03-06"),  # 18:29 in the East
        (ACH, "2026-03-06T23:30", "2026-03-09"),  # past the end of Friday's day
        (ACH, "2026-03-08T12:00", "2026-03-09"),
        (ACH, "2026-07-03T12:00", "2026-07-03"),  # the fourth is a Saturday, and not kept on the Friday
        (ACH, "2026-09-07T12:00", "2026-09-08"),  # Labor Day
    ],
)
def test_a_moment_belongs_to_a_day_of_the_account(days: RailDays, moment: str, day: str) -> None:
    assert days.day_of(utc(moment)) == date.fromisoformat(day)


def test_days_end_where_their_zone_says_and_are_counted_by_those_with_a_statement() -> None:
    assert CARD.end_of(date(2026, 3, 7)) == utc("2026-03-08T00:00")
    assert ACH.end_of(date(2026, 3, 6)) == utc("2026-03-06T23:30")
    assert ACH.end_of(date(2026, 3, 9)) == utc("2026-03-09T22:30")  # summer time has begun
    assert ACH.before(date(2026, 3, 9), 2) == date(2026, 3, 5)
    assert CARD.before(date(2026, 3, 9), 2) == date(2026, 3, 7)
    never = RailDays(ZoneInfo("UTC"), time(), lambda _: False)
    assert never.before(date(2026, 3, 9), 1) < date(2026, 3, 9)


M = date(2026, 3, 2)


def chain(*statements: tuple[int, int, int], days: RailDays = CARD, due: int = 9, waited: int = -9) -> tuple[str, str]:
    """Breaks and the day through which it is complete, in days after that Monday."""
    balances = [Balances(M + timedelta(days=day), opening, closing) for day, opening, closing in statements]
    found = check_chain(
        balances,
        days,
        first=M,
        due_through=M + timedelta(days=due),
        waited_through=M + timedelta(days=waited),
    )
    through = "" if found.through is None else str((found.through - M).days)
    breaks = " ".join(f"{one.kind}@{(one.day - M).days}{one.gap_minor or ''}" for one in found.breaks)
    return breaks, through


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (chain((0, 0, 5), (1, 5, 5), (2, 5, 9), due=2), ("", "2")),
        (chain((0, 0, 5), (1, 6, 6), due=1), ("balance_gap@11", "1")),
        (chain((0, 0, 5), (1, 5, 5), due=0), ("", "1")),
        (chain((0, 0, 5), (2, 7, 7), due=0), ("", "0")),
        (chain((0, 0, 5), (2, 7, 7), due=1), ("statement_missing@1", "0")),
        (chain((0, 0, 5), (2, 7, 7), due=2, waited=1), ("statement_missing@1", "2")),
        (chain((0, 0, 5), (2, 7, 7), (3, 8, 8), due=3), ("statement_missing@1 balance_gap@31", "0")),
        (chain((0, 0, 5), due=2), ("statement_missing@1 statement_missing@2", "0")),
        (chain((3, 0, 5), (4, 5, 5), (7, 5, 6), days=ACH, due=7, waited=2), (
            "statement_missing@0 statement_missing@1 statement_missing@2", "7")),
        (chain((4, 0, 5), (5, 5, 6), (7, 5, 6), days=ACH, due=4, waited=3)[0].split()[-1:], ["balance_gap@7-1"]),
        (chain(due=-1), ("", "")),
    ],
    ids=str,
)  # fmt: skip
def test_a_chain_of_statements_opens_where_the_last_one_closed(found: object, said: object) -> None:
    assert found == said


TEXT = Path(__file__).parents[3].joinpath("shared/reconciliation/tolerances.toml").read_text(encoding="utf-8")


def test_tolerances_are_those_of_the_day_with_a_source() -> None:
    other = TEXT.partition("[tolerances.rails.other]")[2].replace("late_statements = 2", "late_statements = 3")
    head = '\n[[tolerances]]\neffective_from = 2027-01-01\nsource = "Later"\n[tolerances.rails.other]'
    both = parse_tolerances(TEXT + head + other)
    assert both.of("card", date(2026, 12, 31)).late_statements == 2
    assert both.of("card", date(2027, 1, 1)).late_statements == 3
    assert both.of("ach", date(2026, 12, 31)).banking
    assert both.of("card", date(2026, 12, 31)).source
    with pytest.raises(ClearwayError) as refused:
        both.of("card", date(2019, 12, 31))
    assert refused.value.code is ReconciliationError.INVALID_TOLERANCES


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[[tolerances]]", "[tolerances"),
        ("[[tolerances]]", "[[others]]"),
        ("effective_from = 2020-01-01", 'effective_from = "soon"'),
        ("[tolerances.rails.other]", "[tolerances.rails.card]"),
        ('days = "every"', 'days = "sometimes"'),
        ('zone = "UTC"', 'zone = "Mars/Olympus"'),
        ('ends = "00:00"', 'ends = "late"'),
        ("late_statements = 2", "late_statements = -1"),
        ("late_statements = 2", "late_statements = true"),
        ("late_statements = 2", "latest = 2"),
        ("lookback_days = 92", "lookback_days = 3_650"),
    ],
)
def test_a_broken_table_of_tolerances_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(ClearwayError) as refused:
        parse_tolerances(TEXT.replace(old, new))
    assert refused.value.code is ReconciliationError.INVALID_TOLERANCES


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("statements/inbound/ach/2026-03-02.xml", ("ach", "", M)),
        ("statements/inbound/ach/USD/2026-03-02.xml", ("ach", "USD", M)),
        ("statements/inbound/ach/USD/2026-03-02-001.xml", ("ach", "USD", M)),
        ("statements/inbound/ach/USD/2026-03-02-corrected.xml", ("ach", "USD", M)),
        ("statements/inbound/ach/usd/2026-03-02.xml", None),
        ("statements/inbound/ach/USD/2026-13-02.xml", None),
        ("statements/inbound/ach/USD/2026-03-02.xml.part", None),
        ("statements/inbound/../USD/2026-03-02.xml", None),
    ],
)
def test_a_file_s_name_says_whose_statement_it_is(name: str, said: tuple[str, str, date] | None) -> None:
    if said is None:
        with pytest.raises(ClearwayError) as refused:
            parse_name(name)
        assert refused.value.code is ReconciliationError.MISPLACED
    else:
        found = parse_name(name)
        assert (found.rail, found.currency, found.day) == said
