"""What the rail in memory does with an instruction, by the last four digits of the account: a table, and its words.

The table is the bank simulator's (`emulators/bank/README.md`); a contract test holds the two equal, case by case.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from shared.ports.rail import Direction, RailError


class Settles(StrEnum):
    """When an instruction that the rail has taken is decided."""

    AT_ONCE = "at_once"
    ON_INQUIRY = "on_inquiry"  # at the second one
    BY_CLOCK = "by_clock"  # an hour later
    NEVER = "never"
    UNSEEN = "unseen"  # the rail denies to know it, and decides it a little later


class Loss(StrEnum):
    """Where a call is lost. A time-out costs the caller all of `timeout_s`; the others fail at once."""

    TIMED_OUT = "timed_out"
    BROKEN = "broken"  # a reset, a 5xx, a reply that cannot be read
    THROTTLED = "throttled"  # refused before anything was read: NOT_SENT

    @property
    def error(self) -> RailError:
        """What the caller is told."""
        return RailError.NOT_SENT if self is Loss.THROTTLED else RailError.OUTCOME_UNKNOWN


_BOTH = frozenset(Direction)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens to an instruction; by default it is accepted.

    The first `lost_before_times` instructions with a key end in `lost_before`, and the rail has not acted. What passes
    is taken, and decided when `settles` says so: rejected with `reason_code`, or accepted without one. `lost_after` is
    what becomes of the answer. In a direction that is not listed, the instruction is accepted.
    """

    reason_code: str = ""
    directions: frozenset[Direction] = _BOTH
    lost_before: Loss | None = None
    lost_before_times: float = 1
    settles: Settles = Settles.AT_ONCE
    lost_after: Loss | None = None


ACCEPTED = Outcome()
_DEBIT = frozenset({Direction.DEBIT})
_CREDIT = frozenset({Direction.CREDIT})

OUTCOMES: dict[str, Outcome] = {
    **{f"01{number}": Outcome(f"R{number}") for number in ("02", "03", "04", "13", "16", "20")},
    **{f"01{number}": Outcome(f"R{number}", _DEBIT) for number in ("01", "07", "08", "09", "10", "29")},
    "0123": Outcome("R23", _CREDIT),
    "0201": Outcome(lost_after=Loss.TIMED_OUT),
    "0202": Outcome(lost_before=Loss.TIMED_OUT),
    "0203": Outcome(lost_before=Loss.TIMED_OUT, lost_before_times=math.inf),
    "0204": Outcome(settles=Settles.UNSEEN, lost_after=Loss.TIMED_OUT),
    "0205": Outcome("R02", lost_after=Loss.TIMED_OUT),
    "0301": Outcome(settles=Settles.ON_INQUIRY),
    "0302": Outcome("R03", settles=Settles.ON_INQUIRY),
    "0303": Outcome(settles=Settles.BY_CLOCK),
    "0304": Outcome(settles=Settles.NEVER),
    "0429": Outcome(lost_before=Loss.THROTTLED),
    "0500": Outcome(lost_after=Loss.BROKEN),
    "0503": Outcome(lost_before=Loss.BROKEN),
    "0601": Outcome(lost_after=Loss.BROKEN),
    "0602": Outcome(lost_after=Loss.BROKEN),
}
