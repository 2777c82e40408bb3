"""What stands still: gauges with a bounded cost, each of which says "at least so many" once it reaches its limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.payments.documents import CASES, PAYMENTS
from shared.payments.domain.payment import DRIVE_SHARDS
from shared.ports.documents import DocumentReader


@dataclass(frozen=True, slots=True)
class Overdue:
    """Payments that nobody has driven on: how many, at least, and since when the first of them is due."""

    count: int
    since: datetime | None


def overdue(reader: DocumentReader, *, due_by: datetime, limit_per_shard: int) -> Overdue:
    """Payments that were to be driven on at `due_by` or before; reads at most `limit_per_shard` of each shard."""
    pages = [
        reader.find(PAYMENTS, equal={"drive_shard": shard}, at_most=("drive_at", due_by), limit=limit_per_shard)
        for shard in range(DRIVE_SHARDS)
    ]
    # The longest due stands first in each page.
    first = [page[0].fields["drive_at"] for page in pages if page]
    return Overdue(sum(map(len, pages)), min(first, default=None))


def open_cases(reader: DocumentReader, *, limit: int) -> int:
    """How many cases wait for people, at most `limit`: those of all contexts, which keep theirs in one place."""
    return len(reader.find(CASES, equal={"status": "open"}, limit=limit))
