"""The document store on Firestore: reads in one call, then one atomic commit with preconditions. No locks are held.

On a hot account locking transactions were measured at 0.6 a second, preconditions at 100, guarded increments at 600.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from shared.adapters.firestore.calls import Calls
from shared.adapters.firestore.client import FirestoreClient
from shared.adapters.firestore.codec import plain_fields, version_of
from shared.adapters.firestore.queries import raw_query
from shared.adapters.firestore.writes import raw_write
from shared.adapters.optimism import run_optimistically
from shared.adapters.selection import Selection
from shared.adapters.staging import Create, Replace, Write
from shared.kernel.usage import usage
from shared.ports.clock import Clock
from shared.ports.documents import Committed, Document, Key, Transaction

T = TypeVar("T")


class FirestoreDocuments:
    """Transactor and DocumentReader; a document's version is its update time. Safe for threads."""

    def __init__(self, client: FirestoreClient, clock: Clock) -> None:
        self._calls = Calls(client, clock)
        self._clock = clock

    def run(
        self, work: Callable[[Transaction], T], *, known: Sequence[Document] = (), deadline_s: float = 20.0
    ) -> Committed[T]:
        """See `Transactor.run`."""
        return run_optimistically(
            work, fetch=self._fetch, commit=self._commit, known=known, clock=self._clock, deadline_s=deadline_s
        )

    def get(self, key: Key) -> Document | None:
        """See `DocumentReader.get`."""
        return self._fetch([key])[0]

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
            after_name=self._name(after.key) if after else "",
        )
        raws = self._calls.run_query(query)
        usage().reads += max(1, len(raws))  # an empty query is billed as one read
        return [_document(Key(collection, raw.name.rpartition("/")[2]), raw) for raw in raws]

    def _name(self, key: Key) -> str:
        return f"{self._calls.root}/{key}"

    def _fetch(self, keys: Sequence[Key]) -> Sequence[Document | None]:
        usage().reads += len(keys)
        names = [self._name(key) for key in keys]
        raws = {raw.name: raw for raw in self._calls.batch_get(names)}
        return [_document(key, raws[name]) if name in raws else None for key, name in zip(keys, names, strict=True)]

    def _commit(self, writes: Sequence[Write]) -> Mapping[Key, Document]:
        times = self._calls.commit([raw_write(self._name(write.key), write) for write in writes])
        return {
            write.key: Document(write.key, write.fields, version_of(time))
            for write, time in zip(writes, times, strict=True)
            if isinstance(write, Create | Replace)
        }


def _document(key: Key, raw: Any) -> Document:
    return Document(key, plain_fields(raw.fields), version_of(raw.update_time))
