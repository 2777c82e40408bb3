"""The object store: whole files under names, for what is exchanged with banks as files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class ObjectStore(Protocol):
    """Named files. A file is never changed: what two processes write under one name is written by the first.

    A name is a path of folders and a file, `ach/outbound/ACH-1.ach`: 1 to 1,024 bytes of UTF-8, printable, with neither
    an empty part (so no slash at either end) nor one of `.` or `..`. Every call raises MISUSE for any other name, and
    for a store that is not there.
    """

    def put_new(self, name: str, data: bytes) -> bool:
        """Store a file that must not exist; False when there is one of this name, which stays as it is.

        Of many callers one hears True. Where an answer is lost on the way, the call is repeated by itself, and may then
        find the file that its lost try has stored: it answers True if the file there holds these very bytes, and False
        if it holds others. So after a lost answer two callers with the same bytes may both hear True, but it never
        happens that nobody does: what follows a True must bear being done twice.

        Raises UNAVAILABLE when the store cannot be reached. A call that raised may still have stored the file.
        """
        ...

    def get(self, name: str) -> bytes | None:
        """The file's content; None when there is none of this name. Raises UNAVAILABLE."""
        ...

    def list(self, prefix: str, *, after: str = "", limit: int = 1_000) -> Sequence[str]:
        """Names that begin with `prefix` and come after `after`, in order, at most `limit`. Raises UNAVAILABLE.

        The order is that of code points, and a file is listed as soon as `put_new` has answered. `prefix` and `after`
        are any printable text of at most 1,024 bytes, empty ones included; `limit` is at least 1 (MISUSE otherwise).
        """
        ...
