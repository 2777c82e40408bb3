"""Our accounts at the bank, one for each rail and currency, which begin at zero; each movement of money is an entry."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulators.bank.counting import by_key


@dataclass(frozen=True, slots=True)
class Booking:
    """An entry on one of our accounts. `amount_minor` is above zero when money came in, below when it went out.

    `key` is what a client knows the payment by: the key of its leg, or the trace number of an ACH entry; empty for a
    batch. `reference` is the bank's own. `original_key` is that of the instruction which a reversal or a return undoes,
    and `reason_code` why. `message_id` is that of the message which brought it (ACH: the file's id), `instruction_id`
    and `uetr` what the payment has besides a key, and a `batched` one sums up so many `transactions`.
    """

    rail: str
    currency: str
    amount_minor: int
    at: datetime
    reference: str
    key: str = ""
    original_key: str = ""
    reason_code: str = ""
    message_id: str = ""
    instruction_id: str = ""
    uetr: str = ""
    batched: bool = False
    transactions: int = 1
    information: str = ""

    @property
    def account(self) -> tuple[str, str]:
        """Rail and currency."""
        return self.rail, self.currency


class Accounts:
    """Every entry ever booked, in the order of booking. Whoever wants to know of each one registers in `listeners`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.listeners: list[Callable[[Booking], None]] = []
        self.reset()

    def reset(self) -> None:
        """Forget all entries."""
        with self._lock:
            self._bookings: list[Booking] = []
            self._balances: Counter[tuple[str, str]] = Counter()

    def book(self, booking: Booking) -> None:
        """Book one entry."""
        with self._lock:
            self._bookings.append(booking)
            self._balances[booking.account] += booking.amount_minor
        for listener in self.listeners:
            listener(booking)

    def bookings(self, rail: str, currency: str = "") -> tuple[Booking, ...]:
        """The entries of a rail, of one currency or of all."""
        with self._lock:
            return tuple(one for one in self._bookings if one.rail == rail and currency in ("", one.currency))

    def balance_minor(self, rail: str, currency: str) -> int:
        """What we have at the bank: below zero when more was paid out than came in."""
        with self._lock:
            return self._balances[rail, currency]

    def summary(self, rail: str) -> dict[str, Any]:
        """Balances, and how often money moved for each key; a return and a reversal count by themselves."""
        bookings = self.bookings(rail)
        moved = Counter(one.key for one in bookings if one.key and not one.reason_code)
        returned = Counter(one.key for one in bookings if one.key and one.reason_code)
        balances: Counter[str] = Counter()
        for one in bookings:
            balances[one.currency] += one.amount_minor
        return {
            "moved": by_key(moved),
            "returned": by_key(returned),
            "balances_minor": dict(sorted(balances.items())),
            "entries": len(bookings),
        }
