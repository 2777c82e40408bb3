"""Which of the bank simulator's magic accounts a day meets, and what must come of a payment over each.

Left out are the accounts whose payments do not end by themselves while a demonstration runs: 0203 and 0304 never do,
and 0303 only when somebody advances the bank's clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from emulators.bank.magic import MAGIC
from emulators.traffic.plan import Expected


@dataclass(frozen=True, slots=True)
class RailCase:
    """A magic ending, what the report calls it, and the direction in which it is met."""

    last4: str
    variety: str
    direction: str = "credit"

    @property
    def expected(self) -> Expected:
        """A payment that the bank rejects fails and its money is back; any other completes, once, however it looked."""
        return Expected(states=frozenset({"failed" if MAGIC[self.last4].reason_code else "completed"}))


RAIL_CASES = (
    RailCase("0102", "rejected"),
    RailCase("0201", "reply_lost_after_paying"),
    RailCase("0202", "silent_before_acting"),
    RailCase("0503", "unavailable_503"),
    RailCase("0429", "throttled_429"),
    RailCase("0601", "reset_after_acting"),
    RailCase("0301", "pending_then_accepted"),
    RailCase("0110", "debit_rejected", "debit"),
    RailCase("0500", "answers_500_after_paying"),
    RailCase("0205", "rejected_and_reply_lost"),
    RailCase("0302", "pending_then_rejected"),
    RailCase("0204", "denied_then_paid"),
    RailCase("0602", "broken_reply_after_paying"),
    RailCase("0116", "rejected"),
    RailCase("0603", "slow_reply"),
    RailCase("0201", "debit_reply_lost_after_collecting", "debit"),
)
