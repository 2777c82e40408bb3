"""Reads and queries of documents, each of its own moment, or all of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.adapters.firestore.calls import Calls
from shared.adapters.firestore.codec import plain_fields, version_of
from shared.adapters.firestore.queries import raw_query
from shared.adapters.selection import Selection
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.usage import usage
from shared.ports.documents import Document, Key


class FirestoreReader:
    """DocumentReader. With `pinned`, all of its answers are of the moment of the first, and it is for one thread.

    Pinned, it takes one read more, and raises UNAVAILABLE should the service not say which moment it is.

    The moment is the service's own, so no clock of ours has to agree with it. Firestore answers for any moment of the
    past hour, also without point-in-time recovery: https://cloud.google.com/firestore/docs/pitr
    """

    def __init__(self, calls: Calls, *, pinned: bool = False) -> None:
        self._calls = calls
        self._pinned = pinned
        self._moment: Any = None

    def get(self, key: Key) -> Document | None:
        """See `DocumentReader.get`."""
        return self.fetch([key])[0]

    def fetch(self, keys: Sequence[Key]) -> Sequence[Document | None]:
        """The documents in one call, in the order of the keys; None for one that does not exist."""
        self._pin()
        usage().reads += len(keys)
        names = [self.name(key) for key in keys]
        raws = {raw.name: raw for raw in self._calls.batch_get(names, self._moment)}
        return [_document(key, raws[name]) if name in raws else None for key, name in zip(keys, names, strict=True)]

    def find(
        self,
        collection: str,
        *,
        equal: Mapping[str, Any] | None = None,
        contains: tuple[str, Any] | None = None,
        at_least: tuple[str, Any] | None = None,
        at_most: tuple[str, Any] | None = None,
        descending: bool = False,
        limit: int = 1_000,
        after: Document | None = None,
    ) -> Sequence[Document]:
        """See `DocumentReader.find`."""
        query = raw_query(
            collection,
            Selection(equal or {}, contains, at_least, at_most, descending),
            limit=limit,
            after=after,
            after_name=self.name(after.key) if after else "",
        )
        self._pin()
        raws = self._calls.run_query(query, self._moment)
        usage().reads += max(1, len(raws))  # an empty query is billed as one read
        return [_document(Key(collection, raw.name.rpartition("/")[2]), raw) for raw in raws]

    def name(self, key: Key) -> str:
        """A document's resource name."""
        return f"{self._calls.root}/{key}"

    def _pin(self) -> None:
        """Ask which moment it is, so that every answer is asked of that moment.

        An answer that was asked of no moment names one too, but what it holds is not bound to be of that moment alone:
        Google's emulator streams documents that were written while it did.
        """
        if not self._pinned or self._moment is not None:
            return
        usage().reads += 1
        self._moment = self._calls.moment()
        if self._moment is None:
            raise ClearwayError(KernelError.UNAVAILABLE, "Firestore does not say of which moment its answer is")


def _document(key: Key, raw: Any) -> Document:
    return Document(key, plain_fields(raw.fields), version_of(raw.update_time))
