"""The object store: whole files under names, for what is exchanged with banks, and for lists kept up from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """Which state of a file is there: `generation` grows with every upload under the name, also of equal bytes.

    `stored_at` is when this content, of `size_bytes`, was uploaded; what is changed of a file's metadata afterwards
    does not move it.
    """

    generation: int
    stored_at: datetime
    size_bytes: int


class ObjectStore(Protocol):
    """Named files. This port never changes one: what two processes write under one name is written by the first.

    Somebody else may upload another file over one, or delete it: see `describe`.

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

    def describe(self, name: str) -> ObjectInfo | None:
        """Which state of a file is there; None when there is none of this name. Raises UNAVAILABLE.

        Content that is read afterwards is of this state or of a later one.
        """
        ...

    def list(self, prefix: str, *, after: str = "", limit: int = 1_000) -> Sequence[str]:
        """Names that begin with `prefix` and come after `after`, in order, at most `limit`. Raises UNAVAILABLE.

        The order is that of code points, and a file is listed as soon as `put_new` has answered. `prefix` and `after`
        are any printable text of at most 1,024 bytes, empty ones included; `limit` is at least 1 (MISUSE otherwise).
        """
        ...
