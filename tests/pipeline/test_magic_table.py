"""Every magic value of every rail through the whole pipeline: right state, postings, events and reasons; paid once.

Each row of the bank simulator's table is a payment of its own in a fresh world, from the API over intake, fraud,
compliance, settlement and the rail to callbacks, files and the ledger. Only the rail of the row is there, so that the
router has to choose it. `expectations.py` says what a row makes of a payment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from emulators.bank.table.outcomes import RailName, Row
from emulators.bank.table.table import ROWS
from shared.payments.domain.history import chain_is_whole
from shared.payments.domain.payment import Payment
from tests.pipeline.expectations import AMOUNT, CREDIT, DEBIT, Expected, expected
from tests.support.bank_world import CARD, FUNDED, FUNDS_RAIL, BankWorld
from tests.support.builders import BANK, WALLET

# Longer than any answer, inquiry or sweep may take; with ACH, until the file has settled, over a weekend or a holiday.
MARGIN = {RailName.ACH: timedelta(days=6)}
MARGIN_ELSE = timedelta(hours=6)


def cases() -> Iterator[Any]:
    """Each row in each of its directions; those of the JSON rail over the bank, and over the twin in memory too."""
    for row in ROWS:
        for direction in row.directions:
            for rail in ("bank", "simulator") if row.rail is RailName.BANK else (row.rail.value,):
                yield pytest.param(row, direction, rail, id=f"{rail}-{row.ending}-{direction}")


def played(row: Row, direction: str, rail: str) -> tuple[BankWorld, str]:
    """A world in which the payment of a row was made, and its time has passed; and the payment's id."""
    outside = CARD if row.rail is RailName.CARD else BANK
    world = BankWorld((rail,), {outside: row.ending})
    source, destination = (WALLET, outside) if direction == CREDIT else (outside, WALLET)
    speed = "standard" if row.rail is RailName.ACH else "fastest"
    payment_id = world.pay("key-1", AMOUNT, source, destination, speed=speed)
    world.live(row.expected.within + MARGIN.get(row.rail, MARGIN_ELSE))
    return world, payment_id


@pytest.mark.parametrize(("row", "direction", "rail"), list(cases()))
def test_a_payment_ends_as_the_table_says(row: Row, direction: str, rail: str) -> None:
    wanted = expected(row, direction, rail)
    world, payment_id = played(row, direction, rail)
    payment = world.payment(payment_id)
    check_payment(payment, wanted, rail)
    check_timeline(world.call("GET", f"/v1/payments/{payment_id}"), wanted)
    check_books(world, payment_id, wanted)
    assert world.events(payment_id) == wanted.events
    assert world.cases() == wanted.cases
    assert world.twins.documents.find("quarantine") == []
    assert world.counted(rail) == wanted.counted
    assert is_awaited(payment, world)


def check_payment(payment: Payment, wanted: Expected, rail: str) -> None:
    """The aggregate: its states in their order, its one leg, its holds."""
    assert tuple(entry.state for entry in payment.history) == wanted.states
    assert chain_is_whole(payment.history)
    (leg,) = payment.legs
    assert (leg.rail, leg.status) == (rail, wanted.leg)
    assert leg.reason == wanted.leg_reason
    assert (leg.settled_on is not None) == bool(wanted.entries)
    assert tuple(hold.status for hold in payment.holds) == wanted.holds


def check_timeline(answer: dict[str, Any], wanted: Expected) -> None:
    """What a client reads: the same states, and the rail's reason at the end, in words too."""
    timeline = answer["timeline"]
    assert [entry["status"] for entry in timeline] == [state.value for state in wanted.states]
    assert [entry["reasons"] for entry in timeline[:-1] if entry["reasons"]] == []
    last = timeline[-1]["reasons"]
    assert tuple(reason["code"] for reason in last) == wanted.reasons
    assert all(reason["text"] for reason in last)
    assert answer["held_minor"] == wanted.held_minor


def check_books(world: BankWorld, payment_id: str, wanted: Expected) -> None:
    """Exactly these postings, and balances and holds that follow from them and from the funding."""
    assert world.entries(payment_id) == wanted.entries
    sums = Counter({"wallet": FUNDED, FUNDS_RAIL: -FUNDED})
    for booked in wanted.entries:
        sums.update(booked.moved)
    assert world.balances() == {account: minor for account, minor in sums.items() if minor}
    assert world.wallet() == {"posted": sums["wallet"], "held": wanted.held_minor}
    assert world.books().differences == ()
    assert world.books().balanced


def is_awaited(payment: Payment, world: BankWorld) -> bool:
    """Whether the sweep still looks after what is not over, and leaves alone what is.

    A payment whose rail never decides is asked about for ever; one that keeps something back is taken up when that is
    safe.
    """
    if payment.ended and not payment.open_holds:
        return payment.drive_at is None
    return payment.drive_at is not None and payment.drive_at > world.twins.clock.now() - timedelta(minutes=2)


def test_the_table_has_every_rail_and_every_direction() -> None:
    """Were a rail's rows lost, the table above would pass without them."""
    found = Counter((row.rail, direction) for row in ROWS for direction in row.directions)
    assert {rail for rail, _ in found} == set(RailName)
    assert (RailName.INSTANT, DEBIT) not in found, "an instant rail collects nothing"
    assert all(found[rail, DEBIT] >= 20 for rail in RailName if rail is not RailName.INSTANT)
    assert all(found[rail, CREDIT] >= 20 for rail in RailName)
