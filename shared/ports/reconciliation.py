"""What reconciliation asks of the rest of the house: what was booked, and what a file held that a bank settles as one.

Amounts are signed as our account at the rail's bank feels them: above zero money came in, below zero it went out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class BookedItem:
    """One entry of the books that moved our money at a rail's bank; `returned` when it is a leg's way back."""

    entry_id: str
    amount_minor: int
    at: datetime
    returned: bool = False


@dataclass(frozen=True, slots=True)
class BookedLeg:
    """A leg of a payment, and what was booked for it on one rail: nothing yet, its money's way, and its way back."""

    payment_id: str
    tenant: str
    items: tuple[BookedItem, ...] = ()


class LegBook(Protocol):
    """Legs of payments, by the key under which a rail knows them."""

    def booked(self, rail: str, currency: str, keys: Sequence[str]) -> Mapping[str, BookedLeg]:
        """What was booked on a rail's account for the legs with these keys; a key that is no leg is not in the answer.

        A leg that another rail carries, or that is in another currency, is there without items.
        """
        ...


@dataclass(frozen=True, slots=True)
class RailAccount:
    """Our account at the bank of a rail, and its balance in our own books."""

    rail: str
    currency: str
    balance_minor: int


@dataclass(frozen=True, slots=True)
class JournalItem:
    """What one journal entry moved on a rail's account; `key` is that of the leg, empty where no leg was moved."""

    entry_id: str
    payment_id: str
    key: str
    amount_minor: int
    at: datetime
    returned: bool = False


class RailJournal(Protocol):
    """The rails' accounts in our own books."""

    def accounts(self) -> Sequence[RailAccount]:
        """Every rail account on which something was ever booked, in order."""
        ...

    def items(
        self, rail: str, currency: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[JournalItem]:
        """What was booked on a rail's account from `since` to `until`, both included, in the order of time.

        Of any moment that lies far enough back for every commit to have ended, the answer is the same for ever.
        """
        ...


@dataclass(frozen=True, slots=True)
class BatchRef:
    """The entries of one direction in one file: `outgoing` are those that pay out."""

    file_id: str
    outgoing: bool


class Batches(Protocol):
    """Files whose entries a bank settles as one. Of a rail without files every answer is empty."""

    def contents(self, rail: str, batch: BatchRef) -> Mapping[str, int]:
        """Signed minor units by the key of the leg; empty for a file that was never made."""
        ...

    def batches_of(self, rail: str, keys: Sequence[str]) -> Mapping[str, BatchRef]:
        """In which batch each of these legs was sent; legs that were not are not in the answer."""
        ...

    def keys_of(self, rail: str, traces: Sequence[str]) -> Mapping[str, str]:
        """The key of the leg behind each trace number; a stranger's is not in the answer."""
        ...
