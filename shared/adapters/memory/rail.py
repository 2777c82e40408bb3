"""A rail in memory: the twin of the bank's, as strict and as treacherous, on a clock that tests and simulation own."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.adapters.memory.rail_outcomes import ACCEPTED, OUTCOMES, Loss, Outcome, Settles
from shared.kernel.errors import ClearwayError
from shared.kernel.usage import usage
from shared.ports.clock import Clock
from shared.ports.rail import Answer, Instruction, RailStatus
from shared.ports.rail_words import check_key, invalid_instruction, key_reused

PENDING_INQUIRIES = 2
PENDING = timedelta(hours=1)
_ROUTING_NUMBER = re.compile(r"[A-Z0-9]{4,35}")
_ACCOUNT_NUMBER = re.compile(r"[A-Z0-9]{4,34}")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,140}")
_DESCRIPTION = re.compile(r"[^\x00-\x1f\x7f]{0,140}")


@dataclass(slots=True)
class _Leg:
    instruction: Instruction
    outcome: Outcome
    status: RailStatus | None  # None while the rail denies to know it
    decide_at: datetime | None = None
    inquiries: int = 0


class InMemoryRail:
    """The Rail port over a dictionary, scripted by `outcomes` (last four digits of the account: what happens).

    `instructions` counts, by key, the instructions that the rail took: more than one is a repetition that no caller may
    make. `moved` counts, by key, how often money moved: more than one would be the rail's own fault. `unseen_s` is how
    long an UNSEEN instruction lies in a queue, by default longer than a call may take.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        name: str = "bank",
        timeout_s: float = 5.0,
        unseen_s: float | None = None,
        outcomes: Mapping[str, Outcome] = OUTCOMES,
    ) -> None:
        self.name = name
        self.timeout_s = timeout_s
        self.instructions: Counter[str] = Counter()
        self._clock = clock
        self._unseen = timedelta(seconds=1.6 * timeout_s if unseen_s is None else unseen_s)
        self._outcomes = outcomes
        self._lock = threading.Lock()
        self._at_door: Counter[str] = Counter()
        self._moved: Counter[str] = Counter()
        self._legs: dict[str, _Leg] = {}

    @property
    def moved(self) -> Counter[str]:
        """By key, how often money has moved by now."""
        with self._lock:
            for leg in self._legs.values():
                self._catch_up(leg)
            return Counter(self._moved)

    @property
    def movements(self) -> list[Instruction]:
        """The instructions whose money has moved by now, in the order in which they were taken."""
        moved = self.moved
        return [leg.instruction for key, leg in list(self._legs.items()) for _ in range(moved[key])]

    def submit(self, instruction: Instruction) -> Answer:
        """See `Rail.submit`. Raises MISUSE when the key is known with other content."""
        check_key(instruction.key)
        usage().rail_calls += 1
        pointer = _refused_field(instruction)
        if pointer:
            return invalid_instruction(pointer)
        with self._lock:
            loss, answer = self._taken(instruction)
        if loss is None:
            return answer
        if loss is Loss.TIMED_OUT:
            self._clock.sleep(self.timeout_s)
        raise ClearwayError(loss.error, f"{self.name} gave no answer ({loss})")

    def inquire(self, key: str) -> Answer | None:
        """See `Rail.inquire`."""
        check_key(key)
        usage().rail_calls += 1
        with self._lock:
            leg = self._legs.get(key)
            if leg is None:
                return None
            self._catch_up(leg)
            if leg.status is None:
                return None
            leg.inquiries += 1
            if leg.status is RailStatus.PENDING and leg.outcome.settles is Settles.ON_INQUIRY:
                self._settle(leg, due=leg.inquiries >= PENDING_INQUIRIES)
            return _answer(leg)

    def _taken(self, instruction: Instruction) -> tuple[Loss | None, Answer]:
        key = instruction.key
        leg = self._legs.get(key)
        if leg is not None:
            if _content(leg.instruction) != _content(instruction):
                raise key_reused()
            self.instructions[key] += 1
            self._catch_up(leg)
            return (Loss.TIMED_OUT if leg.status is None else None), _answer(leg)
        outcome = self._outcomes.get(instruction.instrument.account_number[-4:], ACCEPTED)
        if instruction.direction not in outcome.directions:
            outcome = ACCEPTED
        leg = _Leg(instruction, outcome, RailStatus.PENDING)
        if outcome.lost_before is not None:
            self._at_door[key] += 1
            if self._at_door[key] <= outcome.lost_before_times:
                return outcome.lost_before, _answer(leg)
        self.instructions[key] += 1
        self._legs[key] = leg
        if outcome.settles is Settles.UNSEEN:
            leg.status, leg.decide_at = None, self._clock.now() + self._unseen
        elif outcome.settles is Settles.BY_CLOCK:
            leg.decide_at = self._clock.now() + PENDING
        self._settle(leg, due=outcome.settles is Settles.AT_ONCE)
        return outcome.lost_after, _answer(leg)

    def _catch_up(self, leg: _Leg) -> None:
        self._settle(leg, due=leg.decide_at is not None and leg.decide_at <= self._clock.now())

    def _settle(self, leg: _Leg, *, due: bool) -> None:
        if not due or leg.status in (RailStatus.ACCEPTED, RailStatus.REJECTED):
            return
        if leg.outcome.reason_code:
            leg.status = RailStatus.REJECTED
            return
        leg.status = RailStatus.ACCEPTED
        self._moved[leg.instruction.key] += 1


def _answer(leg: _Leg) -> Answer:
    status = leg.status or RailStatus.PENDING
    code = leg.outcome.reason_code if status is RailStatus.REJECTED else ""
    return Answer(status, f"mem-{leg.instruction.key}", code, f"rejected with {code}" if code else "")


def _content(instruction: Instruction) -> tuple[object, ...]:
    """What the rail was told; the id of the instrument and the like are ours and never reach it."""
    instrument = instruction.instrument
    return (
        instruction.direction,
        instruction.money,
        instrument.routing_number,
        instrument.account_number,
        instruction.holder_name,
        instruction.description,
    )


def _refused_field(instruction: Instruction) -> str:
    """JSON pointer of a field that no bank takes; empty when all are well."""
    checks = {
        "/amount_minor": instruction.money.amount_minor > 0,
        "/routing_number": _ROUTING_NUMBER.fullmatch(instruction.instrument.routing_number),
        "/account_number": _ACCOUNT_NUMBER.fullmatch(instruction.instrument.account_number),
        "/holder_name": _NAME.fullmatch(instruction.holder_name),
        "/description": _DESCRIPTION.fullmatch(instruction.description),
    }
    return next((pointer for pointer, well in checks.items() if not well), "")
