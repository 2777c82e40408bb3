"""The object store: whole files under names, for what is exchanged with banks as files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class ObjectStore(Protocol):
    """Named files. A file is never changed: what two processes write under one name is written by the first."""

    def put_new(self, name: str, data: bytes) -> bool:
        """Store a file that must not exist; False when there is one of this name, which stays as it is.

        Raises UNAVAILABLE when the store cannot be reached. A call that raised may still have stored the file.
        """
        ...

    def get(self, name: str) -> bytes | None:
        """The file's content; None when there is none of this name. Raises UNAVAILABLE."""
        ...

    def list(self, prefix: str, *, after: str = "", limit: int = 1_000) -> Sequence[str]:
        """Names that begin with `prefix` and come after `after`, in order, at most `limit`. Raises UNAVAILABLE."""
        ...
