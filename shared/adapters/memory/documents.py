"""The document store in memory: the twin of Firestore, as strict, for tests, simulation and the one-process mode."""

from __future__ import annotations

import operator
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from shared.adapters.optimism import StaleError, run_optimistically
from shared.adapters.selection import Selection
from shared.adapters.staging import Add, Create, Replace, Write
from shared.kernel.usage import usage
from shared.ports.clock import Clock
from shared.ports.documents import Committed, Document, DocumentReader, Fields, Key, Transaction

T = TypeVar("T")


class InMemoryDocuments:
    """Transactor, DocumentReader and Snapshots over a dictionary.

    Versions are numbers of one counter, as update times are.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._collections: defaultdict[str, dict[Key, Document]] = defaultdict(dict)
        self._version = 0

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
        selection = Selection(equal or {}, contains, at_least, at_most, descending)
        with self._lock:
            there = list(self._collections[collection].values())
        found = sorted(selection.among(there), key=selection.position, reverse=descending)
        if after is not None:
            end, past = selection.position(after), operator.lt if descending else operator.gt
            found = [document for document in found if past(selection.position(document), end)]
        usage().reads += max(1, len(found[:limit]))  # an empty query is billed as one read
        return [_copied(document) for document in found[:limit]]

    def snapshot(self) -> DocumentReader:
        """See `Snapshots.snapshot`."""
        return _Snapshot(self)

    def frozen(self) -> InMemoryDocuments:
        """A copy as of now. A document is replaced and never changed, so only the dictionaries are copied."""
        copy = InMemoryDocuments(self._clock)
        with self._lock:
            copy._collections.update({name: dict(there) for name, there in self._collections.items()})
        return copy

    def _fetch(self, keys: Sequence[Key]) -> Sequence[Document | None]:
        usage().reads += len(keys)
        with self._lock:
            found = [self._collections[key.collection].get(key) for key in keys]
        return [document and _copied(document) for document in found]

    def _commit(self, writes: Sequence[Write]) -> Mapping[Key, Document]:
        with self._lock:
            for write in writes:
                self._check(write)
            put = [self._put(write.key, self._fields_after(write)) for write in writes]
        return {
            document.key: _copied(document)
            for write, document in zip(writes, put, strict=True)
            if isinstance(write, Create | Replace)
        }

    def _check(self, write: Write) -> None:
        present = self._collections[write.key.collection].get(write.key)
        match write:
            case Create() if present is not None:
                raise StaleError(exists=True)
            case Replace(read=read) if present is None or present.version != read.version:
                raise StaleError
            case _:
                return

    def _fields_after(self, write: Write) -> Fields:
        if not isinstance(write, Add):
            return write.fields
        present = self._collections[write.key.collection].get(write.key)
        before = dict(present.fields) if present else {}
        sums = {name: before.get(name, 0) + amount for name, amount in write.amounts.items()}
        return {**before, **write.fields, **sums}

    def _put(self, key: Key, fields: Fields) -> Document:
        self._version += 1
        document = Document(key, fields, self._version)
        self._collections[key.collection][key] = document
        return document


class _Snapshot:
    """DocumentReader as of its first answer, as Firestore names the moment only with one."""

    def __init__(self, documents: InMemoryDocuments) -> None:
        self._documents = documents
        self._frozen: InMemoryDocuments | None = None

    def get(self, key: Key) -> Document | None:
        """See `DocumentReader.get`."""
        return self._of_the_moment().get(key)

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
        return self._of_the_moment().find(
            collection,
            equal=equal,
            contains=contains,
            at_least=at_least,
            at_most=at_most,
            descending=descending,
            limit=limit,
            after=after,
        )

    def _of_the_moment(self) -> InMemoryDocuments:
        if self._frozen is None:
            self._frozen = self._documents.frozen()
        return self._frozen


def _copied(document: Document) -> Document:
    """A document whose fields the caller may change without changing the store."""
    return Document(document.key, _copied_value(document.fields), document.version)


def _copied_value(value: Any) -> Any:
    """A value as it was staged, by exact type: maps and lists are copied, all else cannot be changed."""
    kind = type(value)
    if kind is dict:
        return {name: _copied_value(item) for name, item in value.items()}
    return [_copied_value(item) for item in value] if kind is list else value
