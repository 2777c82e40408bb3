"""Statements: every entry once on its day, balances that add up, and the mistakes that were planted in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from emulators.bank.fields import FieldError
from emulators.bank.settlement.banking_days import (
    banking_days_after,
    banking_days_between,
    holidays,
    is_banking_day,
    on_or_before,
)
from emulators.bank.settlement.breaks import Break, BreakKind, parse_break
from emulators.bank.settlement.camt import reference_35
from emulators.bank.settlement.statements import day_of, end_of
from shared.formats.iso20022 import camt
from shared.formats.iso20022.balances import join_pages
from shared.formats.iso20022.entries import Entry
from shared.formats.iso20022.statements import Statement
from tests.emulators.bank_client import AMOUNT, START, CardClient, Client, InstantClient, World, carry_out

DAY = 86_400


def statements(world: World, rail: str, currency: str = "USD") -> list[Statement]:
    names = world.objects.list(f"statements/inbound/{rail}/{currency}/")
    return [camt.from_xml(world.objects.get(name) or b"").statements[0] for name in names]


def keys(entries: tuple[Entry, ...]) -> list[str]:
    return [one.transactions[0].end_to_end_id for one in entries]


def closing_minor(statement: Statement) -> int:
    balance = statement.balance("CLBD")
    assert balance is not None
    return balance.signed.amount_minor


def test_a_day_shows_each_entry_under_its_key() -> None:
    world = World()
    card = CardClient(world)
    card.instruct("k1", "0000", "debit")
    card.instruct("k2", "0000", "credit")
    card.instruct("k3", "0105", "debit")
    card.reverse("k4", "k1", 50)
    world.bank.advance(DAY)
    (statement,) = statements(world, "card")
    assert keys(statement.entries) == ["k1", "k2", "k4"]
    assert [one.signed.amount_minor for one in statement.entries] == [AMOUNT, -AMOUNT, -50]
    assert (statement.entries[2].reversal, statement.entries[2].transactions[0].transaction_id) == (True, "k1")
    assert (closing_minor(statement), statement.sequence_number) == (-50, 1)
    assert world.objects.list("statements/") == ["statements/inbound/card/USD/2026-03-02.xml"]


def test_days_follow_each_other_without_a_gap_and_balances_carry_over() -> None:
    world = World()
    instant = InstantClient(world)
    instant.instruct("k", "0801")
    world.bank.advance(DAY)
    instant.instruct("l", "0000")
    world.bank.advance(4 * DAY)
    found = statements(world, "instant")
    assert [one.sequence_number for one in found] == [1, 2, 3, 4, 5]
    assert [closing_minor(one) for one in found] == [-AMOUNT, -AMOUNT, -AMOUNT, -AMOUNT, -AMOUNT]
    back = next(one for one in found[1].entries if one.transactions[0].returned)
    assert back.transactions[0].end_to_end_id == "k"
    assert back.transactions[0].returned is not None
    assert back.transactions[0].returned.reason is not None
    assert back.transactions[0].returned.reason.value == "AC04"
    assert found[2].entries == ()


def test_currencies_have_accounts_of_their_own() -> None:
    world = World()
    card = CardClient(world)
    card.instruct("k", "0000", "debit")
    card.instruct("l", "0000", "debit", currency="EUR")
    world.bank.advance(DAY)
    assert [closing_minor(statements(world, "card", currency)[0]) for currency in ("USD", "EUR")] == [AMOUNT, AMOUNT]


def test_a_day_of_many_entries_has_pages() -> None:
    world = World(entries_per_page=2)
    card = CardClient(world)
    for number in range(5):
        card.instruct(f"k{number}", "0000", "debit")
    world.bank.advance(DAY)
    names = world.objects.list("statements/")
    assert [name.rpartition("/")[2] for name in names] == [f"2026-03-02-00{page}.xml" for page in (1, 2, 3)]
    joined = join_pages([camt.from_xml(world.objects.get(name) or b"") for name in names])
    assert (keys(joined.entries), closing_minor(joined)) == ([f"k{number}" for number in range(5)], 5 * AMOUNT)


@pytest.mark.parametrize(
    ("key", "reference"),
    [
        ("pay_aaaaaaaaaaaaaaaaaaaaaaaaaa.credit", "aaaaaaaaaaaaaaaaaaaaaaaaaa.credit"),
        ("pay_aaaaaaaaaaaaaaaaaaaaaaaaaa.put-back", "aaaaaaaaaaaaaaaaaaaaaaaaaa.put-back"),
        ("k", "k"),
        ("x" * 40, "x" * 35),
        ("a_" + "x" * 40, "x" * 35),
    ],
)
def test_a_key_fits_its_field(key: str, reference: str) -> None:
    assert reference_35(key) == reference


def planted(kind: BreakKind, key: str = "", amount_minor: int = 100) -> World:
    world = World()
    card = CardClient(world)
    for name in ("k1", "k2"):
        card.instruct(name, "0000", "debit")
    world.bank.plant_break(Break(kind, "card", "USD", key, amount_minor))
    world.bank.advance(3 * DAY)
    return world


@pytest.mark.parametrize(
    ("kind", "first", "second", "closing"),
    [
        (BreakKind.MISSING, ["k1"], [], AMOUNT),
        (BreakKind.UNKNOWN, ["k1", "k2", "unknown-1"], [], 2 * AMOUNT + 100),
        (BreakKind.WRONG_AMOUNT, ["k1", "k2"], [], 2 * AMOUNT + 100),
        (BreakKind.DUPLICATED, ["k1", "k2", "k2"], [], 3 * AMOUNT),
        (BreakKind.DAY_LATE, ["k1"], ["k2"], 2 * AMOUNT),
    ],
)
def test_a_planted_break_strikes_once_and_statements_still_add_up(
    kind: BreakKind, first: list[str], second: list[str], closing: int
) -> None:
    world = planted(kind, "" if kind is BreakKind.UNKNOWN else "k2")
    found = statements(world, "card")
    assert [keys(one.entries) for one in found] == [first, second, []]
    assert closing_minor(found[2]) == closing
    (struck,) = world.bank.summary()["statements"]["breaks"]
    assert (struck["kind"], struck["day"]) == (kind, "2026-03-02")
    assert struck["key"] == ("unknown-1" if kind is BreakKind.UNKNOWN else "k2")
    assert world.rail("card")["balances_minor"] == {"USD": 2 * AMOUNT}


def test_a_break_waits_for_an_entry_that_it_fits() -> None:
    world = planted(BreakKind.MISSING, "k9")
    assert world.bank.summary()["statements"]["breaks_waiting"] == 1
    CardClient(world).instruct("k9", "0000", "debit")
    world.bank.advance(DAY)
    assert world.bank.summary()["statements"]["breaks_waiting"] == 0
    assert statements(world, "card")[3].entries == ()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "fire", "rail": "card", "currency": "USD"},
        {"kind": "missing", "rail": "", "currency": "USD"},
        {"kind": "missing", "rail": "card", "currency": "usd"},
        {"kind": "missing", "rail": "card", "currency": "USD", "key": 1},
        {"kind": "unknown", "rail": "card", "currency": "USD", "amount_minor": 0},
        {"kind": "missing", "rail": "card", "currency": "USD", "more": 1},
    ],
)
def test_a_bad_break_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(FieldError):
        parse_break(body)


@pytest.mark.parametrize(
    ("rail", "at", "day"),
    [
        ("card", datetime(2026, 3, 2, 23, 59, tzinfo=UTC), date(2026, 3, 2)),
        ("instant", datetime(2026, 3, 8, 0, 0, tzinfo=UTC), date(2026, 3, 8)),
        ("ach", datetime(2026, 3, 2, 23, 29, tzinfo=UTC), date(2026, 3, 2)),
        ("ach", datetime(2026, 3, 2, 23, 30, tzinfo=UTC), date(2026, 3, 3)),
        ("ach", datetime(2026, 3, 6, 23, 30, tzinfo=UTC), date(2026, 3, 9)),
    ],
)
def test_an_entry_belongs_to_the_day_of_its_rail(rail: str, at: datetime, day: date) -> None:
    assert day_of(rail, at) == day
    assert end_of(rail, day) > at


def test_the_federal_reserves_holidays() -> None:
    assert sorted(holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 2, 16),
        date(2026, 5, 25),
        date(2026, 6, 19),
        date(2026, 7, 4),  # a Saturday: the Friday before is open
        date(2026, 9, 7),
        date(2026, 10, 12),
        date(2026, 11, 11),
        date(2026, 11, 26),
        date(2026, 12, 25),
    ]
    assert is_banking_day(date(2026, 7, 3))
    assert date(2023, 1, 2) in holidays(2023)  # New Year's Day was a Sunday
    assert date(2021, 6, 18) not in holidays(2021)


def test_banking_days_are_counted_over_weekends_and_holidays() -> None:
    friday = date(2026, 5, 22)
    assert banking_days_after(friday, 1) == date(2026, 5, 26)
    assert banking_days_between(friday, date(2026, 5, 28)) == 3
    assert on_or_before(date(2026, 5, 25)) == friday
    assert START.date() + timedelta(days=1) == banking_days_after(START.date(), 1)


def test_ninety_days_of_statements_hold_every_entry_once_but_for_what_was_planted() -> None:
    world = World()
    clients: dict[str, Client] = {"card": CardClient(world), "instant": InstantClient(world)}
    endings = ("0000", "0102", "0303", "0701", "0705", "0801", "0830", "0860", "0306", "0307", "0105", "0204")
    for number in range(600):
        rail = "card" if number % 2 else "instant"
        carry_out(clients[rail], world, f"{rail}-{number}", endings[number % len(endings)], "credit")
        world.bank.advance(90 * DAY / 700)
    for kind in (BreakKind.MISSING, BreakKind.DUPLICATED, BreakKind.DAY_LATE):
        world.bank.plant_break(Break(kind, "card", "USD", f"planted-{kind}"))
        CardClient(world).instruct(f"planted-{kind}", "0000", "debit")
        world.bank.advance(2 * DAY)
    world.bank.advance(62 * DAY)
    for rail, off in (("card", ["planted-duplicated"]), ("instant", [])):
        shown = [key for one in statements(world, rail) for key in keys(one.entries)]
        booked = [one.key for one in world.bank.accounts.bookings(rail) if one.key != "planted-missing"]
        assert sorted(shown) == sorted(booked + off)
        assert world.rail(rail)["moved"]["more_than_once"] == []
