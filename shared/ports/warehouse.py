"""The analytics store: append only, at least once, read through the view that removes repetitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventTotals:
    """`rows` as they landed (repetitions included), `events` once each after the dedupe view, and these by type."""

    rows: int
    events: int
    by_type: Mapping[str, int]


class Warehouse(Protocol):
    """Events as analysts see them. Columns are those of `infra/bigquery/events.json`."""

    def append_events(self, rows: Sequence[Row]) -> None:
        """Append rows to the events table; the same event may be appended twice.

        Raises UNAVAILABLE when the store cannot be reached, MISUSE for a row that does not fit the table (none of the
        batch may then be taken as stored).
        """
        ...

    def events_of(self, payment_id: str) -> Sequence[Row]:
        """The payment's events, each once, in the order of the payment's versions."""
        ...

    def totals(self) -> EventTotals:
        """Counts over everything that has landed."""
        ...
