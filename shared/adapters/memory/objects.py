"""The object store in memory: the twin of Cloud Storage, as strict, for tests, simulation and the one-process mode."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from shared.adapters.object_names import check_listing, check_name
from shared.adapters.system_clock import SystemClock
from shared.ports.clock import Clock
from shared.ports.objects import ObjectInfo


class InMemoryObjects:
    """ObjectStore over a dictionary. Thread-safe. No answer is ever lost, so True is heard once a name."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._files: dict[str, tuple[bytes, ObjectInfo]] = {}
        self._generation = 0

    def put_new(self, name: str, data: bytes) -> bool:
        """See `ObjectStore.put_new`."""
        check_name(name)
        with self._lock:
            if name in self._files:
                return False
            self._store(name, data)
        return True

    def upload(self, name: str, data: bytes) -> None:
        """What the port does not do and people do: store a file, over what has its name."""
        check_name(name)
        with self._lock:
            self._store(name, data)

    def delete(self, name: str) -> None:
        """The same: remove a file, if it is there."""
        with self._lock:
            self._files.pop(name, None)

    def get(self, name: str) -> bytes | None:
        """See `ObjectStore.get`."""
        found = self._found(name)
        return found[0] if found else None

    def describe(self, name: str) -> ObjectInfo | None:
        """See `ObjectStore.describe`."""
        found = self._found(name)
        return found[1] if found else None

    def list(self, prefix: str, *, after: str = "", limit: int = 1_000) -> Sequence[str]:
        """See `ObjectStore.list`."""
        check_listing(prefix, after, limit)
        with self._lock:
            found = sorted(name for name in self._files if name.startswith(prefix) and name > after)
        return found[:limit]

    def _found(self, name: str) -> tuple[bytes, ObjectInfo] | None:
        check_name(name)
        with self._lock:
            return self._files.get(name)

    def _store(self, name: str, data: bytes) -> None:
        now = self._clock.now()
        # As the service: microseconds since 1970, but never one that has been.
        self._generation = max(self._generation + 1, int(now.timestamp() * 1_000_000))
        self._files[name] = bytes(data), ObjectInfo(self._generation, now, len(data))
