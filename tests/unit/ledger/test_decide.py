"""What may be done to accounts: one line is one case, in the order in which the outcomes take precedence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.kernel.hold import Hold, HoldStatus
from shared.kernel.money import AMOUNT_MINOR_MAX, Money
from shared.ledger.domain.account import COUNTER_MAX, Account, AccountStatus, Counters, LimitRule
from shared.ledger.domain.decide import Found, Posted, against_posting, give_back, pend, post, same_or_different
from shared.ledger.domain.journal import JournalEntry, Line, Side
from shared.ledger.domain.outcomes import Outcome
from shared.ledger.domain.transfer import Flow, Transfer, lines_of
from tests.support.builders import NOON

RAIL, FEES, OWED = "house.rail-settlement.ach.USD", "house.fees.USD", "house.receivable.USD"
LATER = NOON + timedelta(seconds=1)


def wallet(minor: int = 100, **changes: Any) -> Account:
    return replace(Account("a", "demo", "c", "USD", Counters(credits_posted_minor=minor)), **changes)


def held(minor: int = 10, account: str = "a", currency: str = "USD", **changes: Any) -> Hold:
    return replace(Hold("h", account, Money(minor, currency), NOON), **changes)


def transfer(*flows: tuple[str, str, int], **changes: Any) -> Transfer:
    lines = lines_of(Flow(*flow) for flow in flows)
    return replace(Transfer("e", "p", "USD", lines, NOON, "book"), **changes)


FROZEN, CLOSED = wallet(status=AccountStatus.FROZEN), wallet(status=AccountStatus.CLOSED)
ASSET = wallet(
    0,
    normal_side=Side.DEBIT,
    limit_rule=LimitRule.CREDITS_MUST_NOT_EXCEED_DEBITS,
    counters=Counters(debits_posted_minor=100),
)
HOLDING = wallet(counters=Counters(8, 0, 0, 100))
UNLIMITED = wallet(0, limit_rule=LimitRule.NONE)


@pytest.mark.parametrize(
    ("account", "hold", "outcome"),
    [
        (wallet(), held(100), None),
        (UNLIMITED, held(101), None),
        (wallet(), held(0), Outcome.AMOUNT_OUT_OF_RANGE),
        (wallet(), held(-1), Outcome.AMOUNT_OUT_OF_RANGE),
        (wallet(), held().posted(10), Outcome.HOLD_NOT_OPEN),
        (wallet(), held(expires_at=NOON), Outcome.HOLD_EXPIRED),
        (wallet(), held(expires_at=LATER), None),
        (None, held(), Outcome.ACCOUNT_NOT_FOUND),
        (wallet(), held(currency="JPY"), Outcome.CURRENCY_MISMATCH),
        (CLOSED, held(), Outcome.ACCOUNT_CLOSED),
        (FROZEN, held(), Outcome.ACCOUNT_FROZEN),
        (wallet(), held(101), Outcome.INSUFFICIENT_FUNDS),
        (wallet(counters=Counters(40, 0, 500, 100)), held(61), Outcome.INSUFFICIENT_FUNDS),
        (wallet(counters=Counters(40, 0, 500, 100)), held(60), None),
        (wallet(counters=Counters(COUNTER_MAX, 0, 0, 1)), held(1), Outcome.COUNTER_OVERFLOW),
        # Two things are wrong: the one that takes precedence is told.
        (FROZEN, held(101), Outcome.ACCOUNT_FROZEN),
        (FROZEN, held(currency="JPY"), Outcome.CURRENCY_MISMATCH),
        (None, held(0), Outcome.AMOUNT_OUT_OF_RANGE),
    ],
)
def test_pend(account: Account | None, hold: Hold, outcome: Outcome | None) -> None:
    found = pend(account, hold)
    if outcome is None:
        assert account is not None
        assert found == account.with_change(Counters(debits_pending_minor=hold.money.amount_minor))
    else:
        assert found is outcome


@pytest.mark.parametrize("status", HoldStatus)
def test_only_an_open_hold_is_given_back(status: HoldStatus) -> None:
    given_back = give_back(replace(held(), status=status))
    expected = Counters(debits_pending_minor=-10) if status is HoldStatus.PENDING else Outcome.HOLD_NOT_OPEN
    assert given_back == expected


OUT = ("a", RAIL, 10)
IN = (RAIL, "a", 10)
A = {"a": wallet()}
NO_ACCOUNT: Mapping[str, Account | None] = {"a": None}
BOOKED = JournalEntry("e0", "p", "USD", lines_of([Flow(RAIL, "a", 9), Flow(RAIL, FEES, 1)]), NOON, kind="deposit")


def reversing(*flows: tuple[str, str, int], **changes: Any) -> Transfer:
    return transfer(*flows, reverses="e0", **changes)


def found(entry: JournalEntry | None = BOOKED, by: str = "", **accounts: Account | None) -> Found:
    return Found(accounts, entry, by)


@pytest.mark.parametrize(
    ("wanted", "found", "outcome"),
    [
        # At once, in, out, and from one wallet to another.
        (transfer(IN), Found(), None),
        (transfer(("a", RAIL, 100)), Found(A), None),
        (transfer(("a", "b", 100)), Found(A), None),
        # From a hold: in full and in part, without a look at the account.
        (transfer(OUT, holds=(held(10),)), Found(), None),
        (transfer(OUT, holds=(held(15),)), Found(), None),
        (transfer(IN, new_holds=(held(10, expires_at=LATER),)), Found(), None),
        # Refused for what it asks.
        (transfer(), Found(), Outcome.AMOUNT_OUT_OF_RANGE),
        (transfer(("a", RAIL, 0)), Found(), Outcome.AMOUNT_OUT_OF_RANGE),
        (transfer(("a", RAIL, -1)), Found(), Outcome.AMOUNT_OUT_OF_RANGE),
        (transfer(OUT, ("a", RAIL, -1)), Found(A), Outcome.AMOUNT_OUT_OF_RANGE),
        (transfer((RAIL, "a", AMOUNT_MINOR_MAX + 1)), Found(), Outcome.AMOUNT_OUT_OF_RANGE),
        (transfer(IN, new_holds=(held(0),)), Found(), Outcome.AMOUNT_OUT_OF_RANGE),
        (transfer(("a", "a", 10)), Found(), Outcome.SAME_ACCOUNT),
        (transfer(OUT, holds=(held().posted(10),)), Found(), Outcome.HOLD_NOT_OPEN),
        (transfer(("a", RAIL, 20), holds=(held(), held())), Found(), Outcome.HOLD_NOT_OPEN),
        (transfer(("b", RAIL, 10), holds=(held(),)), Found({"b": wallet()}), Outcome.HOLD_OF_ANOTHER_ACCOUNT),
        (transfer(OUT, holds=(held(expires_at=NOON),)), Found(), Outcome.HOLD_EXPIRED),
        # Refused for what it reverses.
        (reversing(("a", RAIL, 9), (FEES, RAIL, 1)), found(a=wallet()), None),
        (reversing(("a", RAIL, 5), (OWED, RAIL, 4), (FEES, RAIL, 1)), found(a=wallet(5)), None),
        (reversing(("a", RAIL, 9), holds=(held(4, expires_at=NOON),)), found(a=HOLDING), None),
        (reversing(("a", RAIL, 9)), found(None, a=wallet()), Outcome.ENTRY_NOT_FOUND),
        (reversing(("a", RAIL, 9)), found(by="r", a=wallet()), Outcome.ALREADY_REVERSED),
        (reversing(OUT), found(a=wallet()), Outcome.NOT_REVERSIBLE),
        (reversing(("a", RAIL, 9), payment_id="q"), found(a=wallet()), Outcome.NOT_REVERSIBLE),
        (reversing((RAIL, "a", 9)), found(), Outcome.NOT_REVERSIBLE),
        (reversing(("b", "c", 9)), found(b=wallet()), Outcome.NOT_REVERSIBLE),
        (reversing(("a", RAIL, 9)), found(replace(BOOKED, reverses="e"), a=wallet()), Outcome.NOT_REVERSIBLE),
        (reversing(("a", RAIL, 9)), found(replace(BOOKED, currency="JPY"), a=wallet()), Outcome.NOT_REVERSIBLE),
        # Refused for the accounts.
        (transfer(OUT), Found(NO_ACCOUNT), Outcome.ACCOUNT_NOT_FOUND),
        (transfer(IN, new_holds=(held(5, account=RAIL),)), Found(), Outcome.ACCOUNT_NOT_FOUND),
        (transfer(OUT, currency="JPY"), Found(A), Outcome.CURRENCY_MISMATCH),
        (transfer(OUT, holds=(held(currency="JPY"),)), Found(), Outcome.CURRENCY_MISMATCH),
        (transfer(OUT), Found({"a": CLOSED}), Outcome.ACCOUNT_CLOSED),
        (transfer(OUT), Found({"a": FROZEN}), Outcome.ACCOUNT_FROZEN),
        (reversing(("a", RAIL, 9)), found(a=FROZEN), None),
        # Refused for what is in them.
        (transfer(("a", RAIL, 11), holds=(held(),)), Found(A), Outcome.EXCEEDS_HOLD),
        (reversing(("a", RAIL, 9), holds=(held(8),)), found(a=HOLDING), None),
        (transfer(IN, new_holds=(held(11),)), Found(), Outcome.EXCEEDS_WHAT_COMES_IN),
        (transfer(IN, new_holds=(held(5, account="b"),)), Found(), Outcome.EXCEEDS_WHAT_COMES_IN),
        (transfer(IN, ("a", FEES, 1), new_holds=(held(10),)), Found(), Outcome.EXCEEDS_WHAT_COMES_IN),
        (transfer(IN, ("a", FEES, 1), new_holds=(held(9),)), Found(), None),
        (transfer(("a", RAIL, 101)), Found(A), Outcome.INSUFFICIENT_FUNDS),
        (transfer(("a", RAIL, 70)), Found({"a": wallet(counters=Counters(31, 0, 0, 100))}), Outcome.INSUFFICIENT_FUNDS),
        (transfer((RAIL, "a", 101)), Found({"a": ASSET}), Outcome.EXCEEDS_DEBITS),
        (transfer((RAIL, "a", 100)), Found({"a": ASSET}), None),
        (transfer(OUT), Found({"a": wallet(counters=Counters(0, COUNTER_MAX, 0, 1))}), Outcome.COUNTER_OVERFLOW),
        # Two things are wrong: the one that takes precedence is told.
        (transfer(("a", RAIL, 101)), Found({"a": FROZEN}), Outcome.ACCOUNT_FROZEN),
        (transfer(("a", RAIL, 11), holds=(held(expires_at=NOON),)), Found(A), Outcome.HOLD_EXPIRED),
        (reversing(("a", RAIL, 101)), found(a=wallet()), Outcome.NOT_REVERSIBLE),
    ],
)
def test_post(wanted: Transfer, found: Found, outcome: Outcome | None) -> None:
    against = list(against_posting(wanted, found))
    assert [one.precedence for one in against] == sorted(one.precedence for one in against)
    posted = post(wanted, found)
    if outcome is not None:
        assert posted is outcome
        return
    assert isinstance(posted, Posted)
    changes = dict(posted.changes) | {
        one.id: one.counters - before.counters for one in posted.accounts if (before := found.accounts[one.id])
    }
    assert sum(one.debits_posted_minor for one in changes.values()) == sum(
        one.credits_posted_minor for one in changes.values()
    )
    pending = sum(one.debits_pending_minor for one in changes.values())
    assert pending == sum(one.money.amount_minor for one in wanted.new_holds) - sum(
        one.money.amount_minor for one in wanted.holds
    )


def test_only_what_draws_on_an_available_balance_has_to_be_read() -> None:
    cases = [
        (transfer(IN), ()),
        (transfer(OUT), ("a",)),
        (transfer(OUT, holds=(held(10),)), ()),
        (transfer(("a", RAIL, 11), holds=(held(10),)), ("a",)),
        (transfer(IN, ("a", FEES, 1)), ()),
        (transfer(("a", "b", 1)), ("a",)),
        (transfer(("a", RAIL, 1), ("b", RAIL, 1)), ("a", "b")),
    ]
    assert [one.draws_on for one, _ in cases] == [accounts for _, accounts in cases]


def test_lines_of_one_account_on_one_side_are_one_line() -> None:
    lines = lines_of([Flow("a", RAIL, 7), Flow("a", FEES, 2), Flow(RAIL, "a", 1)])
    assert lines == (
        Line("a", Side.DEBIT, 9),
        Line(RAIL, Side.CREDIT, 7),
        Line(FEES, Side.CREDIT, 2),
        Line(RAIL, Side.DEBIT, 1),
        Line("a", Side.CREDIT, 1),
    )


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"at": LATER}, Outcome.EXISTS),
        ({"kind": "payout"}, Outcome.EXISTS_WITH_DIFFERENT_CONTENT),
        ({"payment_id": "q"}, Outcome.EXISTS_WITH_DIFFERENT_CONTENT),
        ({"currency": "JPY"}, Outcome.EXISTS_WITH_DIFFERENT_CONTENT),
        ({"lines": lines_of([Flow("a", "b", 1)])}, Outcome.EXISTS_WITH_DIFFERENT_CONTENT),
    ],
    ids=str,
)
def test_a_second_booking_of_an_id_is_the_same_or_another(change: dict[str, Any], outcome: Outcome) -> None:
    assert same_or_different(BOOKED, replace(BOOKED, **change)) is outcome


def test_outcomes_have_codes_of_their_own_and_say_whether_to_try_again() -> None:
    codes = [outcome.code for outcome in Outcome]
    assert len(set(codes)) == len(codes)
    assert {outcome.code for outcome in Outcome if outcome.may_succeed_later} == {
        "entry_not_found",
        "account_not_found",
        "account_frozen",
        "exceeds_debits",
        "insufficient_funds",
    }
    assert [outcome.precedence for outcome in Outcome] == list(range(len(Outcome)))
