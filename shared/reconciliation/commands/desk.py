"""What every job of reconciliation needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.ports.clock import Clock
from shared.ports.documents import DocumentReader, Transactor
from shared.ports.objects import ObjectStore
from shared.ports.reconciliation import Batches, LegBook, RailJournal
from shared.reconciliation.domain.rail_days import RailDays
from shared.reconciliation.domain.tolerances import Tolerance, Tolerances

FOLDER = "statements/inbound/"


class Documents(Transactor, DocumentReader, Protocol):
    """Both halves of the document store."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The stores, the time, the books on our side, and how long each side may take.

    `chunk` is how many slots one transaction settles: each is a write of its own, and at most two cases beside it.
    """

    documents: Documents
    objects: ObjectStore
    clock: Clock
    legs: LegBook
    journal: RailJournal
    batches: Batches
    tolerances: Tolerances
    is_banking_day: Callable[[date], bool]
    chunk: int = 100

    @property
    def today(self) -> date:
        """The day in UTC, by which tolerances are counted."""
        return self.clock.now().date()

    def tolerance(self, rail: str) -> Tolerance:
        """What holds for a rail today."""
        return self.tolerances.of(rail, self.today)

    def days(self, rail: str) -> RailDays:
        """The days of a rail's account."""
        return self.tolerance(rail).days(self.is_banking_day)
