"""The warehouse in memory: the twin of BigQuery, as strict, for tests, simulation and the one-process mode."""

from __future__ import annotations

import copy
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.adapters.bigquery.columns import check_row, columns_from_schema, stored
from shared.ports.warehouse import EventTotals, Row

# What the view events_deduplicated tells events by; only the first may differ between two events.
_IDENTITY = ("event_id", "occurred_at", "tenant", "type", "payment_id")


class InMemoryWarehouse:
    """Warehouse over a list; `schema` is the events table's, in BigQuery's JSON form. Thread-safe."""

    def __init__(self, schema: Iterable[Mapping[str, Any]]) -> None:
        self._columns = columns_from_schema(schema)
        self._lock = threading.Lock()
        self._rows: list[dict[str, Any]] = []

    def append_events(self, rows: Sequence[Row]) -> None:
        """See `Warehouse.append_events`."""
        for row in rows:
            check_row(row, self._columns)
        taken = [stored(row, self._columns) for row in rows]
        with self._lock:
            self._rows.extend(taken)

    def events_of(self, payment_id: str) -> Sequence[Row]:
        """See `Warehouse.events_of`."""
        with self._lock:
            there = [row for row in self._rows if row["payment_id"] == payment_id]
        return sorted(copy.deepcopy(_deduplicated(there)), key=lambda row: (row["payment_version"], row["event_id"]))

    def totals(self) -> EventTotals:
        """See `Warehouse.totals`."""
        with self._lock:
            there = list(self._rows)
        by_type = Counter(row["type"] for row in _deduplicated(there))
        return EventTotals(rows=len(there), events=by_type.total(), by_type=dict(by_type))


def _deduplicated(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each event once, by its earliest publication, as the view has it: nulls come first."""
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        identity = tuple(row[name] for name in _IDENTITY)
        if identity not in kept or _publication(row) < _publication(kept[identity]):
            kept[identity] = row
    return list(kept.values())


def _publication(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple((row[name] is not None, row[name]) for name in ("publish_time", "message_id"))
