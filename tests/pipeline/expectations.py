"""What a row of the bank simulator's table makes of a payment: one mapping, by hand, that calls nothing of the product.

The bank promises a last word, and what its money did. From these follow the payment's states, what is booked and held,
what is published, and what people are asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from emulators.bank.table.outcomes import AchScript, RailName, Row, Script, Voice, Word
from shared.kernel.hold import HoldStatus
from shared.payments.domain.legs import LegStatus
from shared.payments.domain.states import State
from tests.support.bank_world import FEE, Booked

AMOUNT = 40_00
CREDIT, DEBIT = "credit", "debit"

# Until a rail comes into it.
BEFORE = (State.SUBMITTED, State.RECEIVED, State.SCORED, State.APPROVED)
MOVING = {CREDIT: State.PAYING_OUT, DEBIT: State.COLLECTING}
ENDS = {
    Word.ACCEPTED: (State.COMPLETED,),
    Word.REJECTED: (State.FAILED,),
    Word.RETURNED: (State.COMPLETED, State.RETURNED),
    Word.PENDING: (),
    Word.UNKNOWN: (),
}
LEGS = {
    Word.ACCEPTED: LegStatus.ACCEPTED,
    Word.REJECTED: LegStatus.REJECTED,
    Word.RETURNED: LegStatus.RETURNED,
    Word.PENDING: LegStatus.PENDING,
    Word.UNKNOWN: LegStatus.SUBMITTING,
}
# Minor units by account, below zero where it is debited. A wallet pays the fee on top of what it pays out, and is
# credited what comes in less the fee. A returned payout gives no fee back; the fee of a returned deposit is given up.
KINDS = {CREDIT: "payout", DEBIT: "deposit"}
BOOKED = {
    CREDIT: {"wallet": -(AMOUNT + FEE), "rail": AMOUNT, "fees": FEE},
    DEBIT: {"rail": -AMOUNT, "wallet": AMOUNT - FEE, "fees": FEE},
}
UNDONE = {
    CREDIT: {"rail": -AMOUNT, "wallet": AMOUNT},
    DEBIT: {"wallet": -(AMOUNT - FEE), "fees": -FEE, "rail": AMOUNT},
}
# What is kept back of a collection, by holds.toml: all that came in over ACH for two banking days, and of a card
# payment five per cent for 120 days.
CARD_KEPT = AMOUNT * 5 // 100
ACH_KEPT_FOR = timedelta(days=7)
# Changes that name nothing which an instrument has; people see them.
NOT_OF_AN_INSTRUMENT = ("C04", "C09")


@dataclass(frozen=True)
class Expected:
    """How a payment of AMOUNT stands when the row's time is over.

    `entries` are the payment's in the journal. `holds` are what became
    of the payment's holds, and `held_minor` is what they still hold. `counted` is the bank's own count: instructions
    taken, movements of money, returns.
    """

    states: tuple[State, ...]
    leg: LegStatus
    leg_reason: str
    reasons: tuple[str, ...]
    entries: list[Booked]
    holds: tuple[HoldStatus, ...]
    held_minor: int
    cases: list[str]
    counted: tuple[int, int, int]

    @property
    def events(self) -> list[str]:
        """One for each state but the first, which is the client's own doing."""
        return [f"payment.{state.value}" for state in self.states[1:]]


def expected(row: Row, direction: str, rail: str) -> Expected:
    """The row, read as a payment over the rail that Clearway knows by this name."""
    said = row.expected
    # Money that came back before the rail ever said that it was accepted: to the payment, it never moved.
    early = _came_back_early(row)
    ends = (State.FAILED,) if early else ENDS[said.word]
    states = (*BEFORE, MOVING[direction], *ends)
    version = str(states.index(State.COMPLETED) + 1) if State.COMPLETED in states else ""
    entries = [Booked(version, KINDS[direction], _on(rail, BOOKED[direction]), direction)] if version else []
    if State.RETURNED in states:
        undone = _on(rail, UNDONE[direction])
        entries.append(Booked(f"{direction}.returned", "return", undone, direction, reverses=version))
    wrong = said.word in (Word.REJECTED, Word.RETURNED)
    holds = _holds(row, direction, states)
    return Expected(
        states=states,
        leg=LEGS[said.word],
        leg_reason=said.reason_code if wrong else "",
        reasons=(f"rail_{said.reason_code}",) if wrong else (),
        entries=entries,
        holds=holds,
        held_minor=_held(direction, holds),
        cases=_cases(row),
        counted=(int(said.word is not Word.UNKNOWN), int(said.moved), int(said.came_back)),
    )


def _came_back_early(row: Row) -> bool:
    return row.expected.word is Word.RETURNED and isinstance(row.script, Script) and row.script.unposted


def _on(rail: str, moved: dict[str, int]) -> dict[str, int]:
    return {rail if account == "rail" else account: minor for account, minor in moved.items()}


def _holds(row: Row, direction: str, states: tuple[State, ...]) -> tuple[HoldStatus, ...]:
    if direction == CREDIT:  # what the wallet pays with, from the beginning
        if State.COMPLETED in states:
            return (HoldStatus.POSTED,)
        return (HoldStatus.VOIDED,) if State.FAILED in states else (HoldStatus.PENDING,)
    if State.COMPLETED not in states:
        return ()
    returned = State.RETURNED in states
    if row.rail is RailName.CARD:
        return (HoldStatus.POSTED,) if returned else (HoldStatus.PENDING,)
    if row.rail is RailName.ACH:
        soon = returned and row.expected.within <= ACH_KEPT_FOR
        return (HoldStatus.POSTED,) if soon else (HoldStatus.EXPIRED,)
    return ()


def _held(direction: str, holds: tuple[HoldStatus, ...]) -> int:
    if holds != (HoldStatus.PENDING,):
        return 0
    return AMOUNT + FEE if direction == CREDIT else CARD_KEPT


def _cases(row: Row) -> list[str]:
    cases = []
    if isinstance(row.script, Script) and row.script.voice is Voice.CONTRADICTORY:
        cases.append("rail_contradiction")
    if _came_back_early(row):
        cases.append("stalled")  # it is a day until then, and after 20 hours people are asked
    if row.expected.change_code in NOT_OF_AN_INSTRUMENT:
        cases.append("ach_unreadable")
    if row.expected.dishonour:
        cases.append("ach_dishonored")
    if isinstance(row.script, AchScript) and row.script.contests_with:
        cases.append("ach_contested")
    return sorted(cases)
