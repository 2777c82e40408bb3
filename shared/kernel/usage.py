"""Counts of billed operations in the present unit of work: what a step costs is counted, logged and asserted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Usage:
    """Documents read and written, messages published, tasks created, rail calls made and commits that started again."""

    reads: int = 0
    writes: int = 0
    messages: int = 0
    tasks: int = 0
    rail_calls: int = 0
    conflicts: int = 0

    def as_dict(self) -> dict[str, int]:
        """The counts by name, for a log line."""
        return asdict(self)


_current: ContextVar[Usage | None] = ContextVar("clearway_usage", default=None)


def usage() -> Usage:
    """The counters of the present unit of work; a throw-away one outside of any."""
    return _current.get() or Usage()


@contextmanager
def measured() -> Iterator[Usage]:
    """Count everything that this thread does inside the block."""
    counts = Usage()
    token = _current.set(counts)
    try:
        yield counts
    finally:
        _current.reset(token)
