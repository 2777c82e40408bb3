"""Names of ended tasks, refused for a while: the half of de-duplication that outlives a task."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Name = TypeVar("Name")


class EndedNames(Generic[Name]):
    """Remembers each name for `kept` after its end, and forgets it then. Not thread-safe."""

    def __init__(self, kept: timedelta) -> None:
        self._kept = kept
        self._until: dict[Name, datetime] = {}
        self._releases: deque[tuple[datetime, Name]] = deque()  # in order of time: every name is kept equally long

    def add(self, name: Name, now: datetime) -> None:
        """The task of this name has ended."""
        while self._releases and self._releases[0][0] <= now:
            until, released = self._releases.popleft()
            if self._until.get(released) == until:
                del self._until[released]
        self._until[name] = now + self._kept
        self._releases.append((now + self._kept, name))

    def refuses(self, name: Name, now: datetime) -> bool:
        """Whether a task of this name ended too short a time ago."""
        return self._until.get(name, now) > now
