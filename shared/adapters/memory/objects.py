"""The object store in memory: the twin of Cloud Storage, as strict, for tests, simulation and the one-process mode."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from shared.adapters.object_names import check_listing, check_name


class InMemoryObjects:
    """ObjectStore over a dictionary. Thread-safe. No answer is ever lost, so True is heard once a name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[str, bytes] = {}

    def put_new(self, name: str, data: bytes) -> bool:
        """See `ObjectStore.put_new`."""
        check_name(name)
        content = bytes(data)
        with self._lock:
            if name in self._files:
                return False
            self._files[name] = content
        return True

    def get(self, name: str) -> bytes | None:
        """See `ObjectStore.get`."""
        check_name(name)
        with self._lock:
            return self._files.get(name)

    def list(self, prefix: str, *, after: str = "", limit: int = 1_000) -> Sequence[str]:
        """See `ObjectStore.list`."""
        check_listing(prefix, after, limit)
        with self._lock:
            found = sorted(name for name in self._files if name.startswith(prefix) and name > after)
        return found[:limit]
