"""A time-out after the rail has paid never pays twice: on any rail, in any role of a leg, whatever dies in between.

The rows whose answers or instructions are lost, each undisturbed, each with every callback lost, and each with the
process dying right after any one of its calls on a rail or on the store, from the first mark of the leg on. The bank
counts by key what it was told and what it moved; the end is the one of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import pytest

from emulators.bank.table.outcomes import RailName, Row
from emulators.bank.table.table import ROWS
from shared.payments.domain.legs import LegStatus
from shared.payments.domain.states import State
from shared.runtime.web import Reply
from tests.pipeline.expectations import AMOUNT, CREDIT, expected
from tests.support.bank_world import CARD, FEE, BankWorld, Booked
from tests.support.builders import BANK, PAYEE, WALLET
from tests.support.crashes import Crash, CrashPoints

# What is lost on its way or broken, before or after the rail has acted.
LOST = ("02", "05", "06")
# What is decided later, and told by a callback where one comes.
CALLED_BACK = ("0303", "0305", "0306", "0308", *(f"07{number:02}" for number in range(1, 10)))
# An hour until the bank decides, and the sweep's longest pause.
LONG_ENOUGH = timedelta(hours=3)
# A file settles, comes back two banking days later, and what was collected is safe by then.
SETTLED_AND_RETURNED = timedelta(days=9)
REFUSED = "0102"  # by every rail, as a payout


@dataclass(frozen=True)
class Story:
    """A payment: the rails that are there, endings by instrument, what is submitted, and how it has to end.

    `counted` is by rail: instructions taken, movements, returns. `refunds` has the first payment refunded whole, and is
    about the refund.
    """

    rails: tuple[str, ...]
    endings: dict[str, str]
    source: str
    destination: str
    states: tuple[State, ...]
    entries: list[Booked]
    counted: dict[str, tuple[int, int, int]]
    refunds: bool = False
    lives: timedelta = LONG_ENOUGH

    def play(self, points: CrashPoints | None = None, *, deaf: bool = False) -> tuple[BankWorld, str]:
        """Let it happen, through crashes; `deaf` has every callback refused. The id is the payment's it is about."""
        world = BankWorld(self.rails, self.endings, wrapping=points.wrapping() if points else None)
        if deaf:
            world.twins.bank.call_back_to(lambda _: Reply(503))
        die_after = points.die_after if points else set()
        if points and self.refunds:
            points.die_after = set()
        payment_id = self._through(world, lambda: world.pay("key-1", AMOUNT, self.source, self.destination))
        if self.refunds:
            world.live(self.lives)
            if points:
                points.calls.clear()
                points.die_after = die_after
            payment_id = self._through(world, lambda: world.refund(payment_id, "key-2"))
        while True:
            try:
                world.live(self.lives)
            except Crash:
                continue
            return world, payment_id

    @staticmethod
    def _through(world: BankWorld, submit: Callable[[], str]) -> str:
        try:
            return submit()
        except Crash:  # the client saw its connection break, and asks again with the same key
            return submit()

    def check(self, world: BankWorld, payment_id: str) -> None:
        """The end that was promised, and nothing moved twice."""
        payment = world.payment(payment_id)
        assert tuple(entry.state for entry in payment.history)[4:] == self.states
        assert world.entries(payment_id) == self.entries
        assert {rail: world.counted(rail) for rail in self.rails} == self.counted
        assert world.books().balanced
        assert world.cases() == []
        assert world.events(payment_id) == [f"payment.{entry.state.value}" for entry in payment.history[1:]]


def of_row(row: Row, direction: str) -> Story:
    """A payment out of the wallet, or into it, over the rail of a row."""
    outside = CARD if row.rail is RailName.CARD else BANK
    ends = (WALLET, outside) if direction == CREDIT else (outside, WALLET)
    rail = row.rail.value
    wanted = expected(row, direction, rail)
    lives = SETTLED_AND_RETURNED if row.rail is RailName.ACH else LONG_ENOUGH
    endings, counted = {outside: row.ending}, {rail: wanted.counted}
    return Story((rail,), endings, *ends, wanted.states[4:], wanted.entries, counted, lives=lives)


def put_back(
    rail: str,
    ending: str,
    *,
    counted: dict[str, tuple[int, int, int]],
    out: str = "",
    lives: timedelta = LONG_ENOUGH,
) -> Story:
    """A transfer from outside to outside, whose second leg is refused: what was collected goes back as it came."""
    source = CARD if rail == "card" else BANK
    states = (State.COLLECTING, State.COLLECTED, State.PAYING_OUT, State.PUTTING_BACK, State.FAILED)
    entries = [
        Booked("6", "collection", {rail: -AMOUNT, "in-transit": AMOUNT}, "debit"),
        Booked("9", "put_back", {"in-transit": -AMOUNT, rail: AMOUNT}, "put-back"),
    ]
    rails = tuple(dict.fromkeys((rail, out or rail)))
    return Story(rails, {source: ending, PAYEE: REFUSED}, source, PAYEE, states, entries, counted, lives=lives)


def refund(rail: str, ending: str) -> Story:
    """A deposit that is refunded: a payout back to where it came from, as a payment of its own."""
    source = CARD if rail == "card" else BANK
    states = (State.PAYING_OUT, State.COMPLETED)
    moved = {"wallet": -(AMOUNT + FEE), rail: AMOUNT, "fees": FEE}
    entries = [Booked("6", "payout", moved, "credit")]
    counted = {rail: (2, 2, 0)}
    return Story((rail,), {source: ending}, source, WALLET, states, entries, counted, refunds=True)


LOSING = [row for row in ROWS if row.rail is not RailName.ACH and row.ending[:2] in LOST]
OVER_ACH = [row for row in ROWS if row.rail is RailName.ACH and row.ending in ("0000", "0102")]
STORIES: dict[str, Story] = {
    **{f"{row.rail}-{row.ending}-{way}": of_row(row, way) for row in LOSING for way in row.directions},
    # Nothing of ACH is lost on a wire: what dies there are processes, until the file is cut and when it has settled.
    **{f"ach-{row.ending}-{way}": of_row(row, way) for row in OVER_ACH for way in row.directions},
    "put-back-ach-0000": put_back(
        "ach", "0000", counted={"ach": (2, 2, 0), "instant": (1, 0, 0)}, out="instant", lives=SETTLED_AND_RETURNED
    ),
    # The first leg over the same account is lost in the same way, so that each story has it twice.
    **{
        f"put-back-bank-{ending}": put_back("bank", ending, counted={"bank": (3, 2, 0)})
        for ending in ("0201", "0202", "0204", "0500", "0601", "0602")
    },
    **{
        f"put-back-card-{ending}": put_back(
            "card", ending, counted={"card": (2, 2, 0), "instant": (1, 0, 0)}, out="instant"
        )
        for ending in ("0000", "0201", "0202", "0204", "0604", "1002", "1003", "1004")
    },
    **{f"refund-bank-{ending}": refund("bank", ending) for ending in ("0201", "0204", "0601")},
    **{f"refund-card-{ending}": refund("card", ending) for ending in ("0201", "0204", "0602", "0604")},
}
UNTOLD: dict[str, Story] = {
    f"{row.rail}-{row.ending}-{way}": of_row(row, way)
    for row in ROWS
    if row.rail is not RailName.ACH and row.ending in (*CALLED_BACK, "0206") and row.ending != "0705"
    for way in row.directions
}


@cache
def calls_of(name: str) -> Sequence[str]:
    """The port calls of a story that nothing disturbs."""
    points = CrashPoints()
    STORIES[name].check(*STORIES[name].play(points))
    return tuple(points.calls)


def deaths(calls: Sequence[str]) -> list[int]:
    """Numbers of the calls to die after: on rails, and commits, from the commit before the first call of a rail on."""
    first = next(number for number, call in enumerate(calls, start=1) if call.startswith("rail."))
    marks = [number for number, call in enumerate(calls, start=1) if call == "commit" and number < first]
    told = [n for n, call in enumerate(calls, start=1) if n >= marks[-1] and (call == "commit" or call[:5] == "rail.")]
    rest = told[EACH_OF_THE_FIRST:]
    # A story that waits for its bank has many inquiries, one like the other.
    return told[:EACH_OF_THE_FIRST] + rest[:: max(1, len(rest) // OF_THE_REST)]


EACH_OF_THE_FIRST, OF_THE_REST = 8, 5


@pytest.mark.parametrize("name", STORIES)
def test_a_leg_that_times_out_moves_its_money_once_whatever_dies(name: str) -> None:
    story, calls = STORIES[name], calls_of(name)
    for number in deaths(calls):
        points = CrashPoints(number)
        world, payment_id = story.play(points)
        assert points.calls[number - 1] == calls[number - 1]
        try:
            story.check(world, payment_id)
        except AssertionError as error:
            error.add_note(f"after a crash behind call {number} ({calls[number - 1]})")
            raise


@pytest.mark.parametrize("name", UNTOLD)
def test_without_any_callback_the_end_is_found_out_by_asking(name: str) -> None:
    story = UNTOLD[name]
    story.check(*story.play(deaf=True))


def test_a_process_that_dies_twice_over_a_lost_answer_still_pays_once() -> None:
    story, calls = STORIES["instant-0201-credit"], calls_of("instant-0201-credit")
    for first in deaths(calls):
        points = CrashPoints(first)
        story.play(points)
        for second in deaths(points.calls):
            if second > first:
                story.check(*story.play(CrashPoints(first, second)))


@pytest.mark.parametrize(("rail", "outside"), [("bank", BANK), ("instant", BANK), ("card", CARD)])
def test_a_rail_that_had_an_instruction_and_denies_it_later_is_not_instructed_again(rail: str, outside: str) -> None:
    world = BankWorld((rail,), {outside: "0304"})
    payment_id = world.pay("key-1", AMOUNT, WALLET, outside)
    world.live(LONG_ENOUGH)
    assert world.payment(payment_id).legs[0].status is LegStatus.PENDING
    world.twins.bank.simulator.reset()
    world.live(LONG_ENOUGH)
    assert world.twins.bank.simulator.summary()["rails"][rail]["instructions"]["total"] == 0
    payment = world.payment(payment_id)
    assert (payment.legs[0].status, payment.drive_at is not None) == (LegStatus.PENDING, True)
