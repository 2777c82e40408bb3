"""The document store: keys, documents, and the one way to change them, the optimistic transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")

# Plain values only: None, bool, int (64 bit), float, str, bytes, aware datetime, lists and string-keyed maps of them.
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """Address of a document: a top-level collection and an id."""

    collection: str
    id: str

    def __str__(self) -> str:
        """The path, `collection/id`."""
        return f"{self.collection}/{self.id}"


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it stood at `version`, an opaque token that moves with every write to it."""

    key: Key
    fields: Fields
    version: Any


class Transaction(Protocol):
    """One optimistic unit of work: all reads, then all writes. A read after a write raises MISUSE."""

    def get(self, *keys: Key) -> tuple[Document | None, ...]:
        """Read the documents in one call, in the order of the keys; None for one that does not exist.

        A key that this run has read already is answered from memory: a second read costs nothing and sees the same.
        """
        ...

    def create(self, key: Key, fields: Fields) -> None:
        """Write a document that must not exist when the commit happens."""
        ...

    def replace(self, key: Key, fields: Fields) -> None:
        """Write a whole document which this transaction has read, and which must still be at the version it read.

        Raises MISUSE for fields equal to those read: such a write would not move the version, and so guard nothing.
        """
        ...

    def add(self, key: Key, amounts: Mapping[str, int], fields: Fields | None = None) -> None:
        """Add to integer fields without reading (absent counts as 0), and set `fields`; makes the document if need be.

        Only beside a `create` or a `replace` in the same transaction (MISUSE otherwise): a client library may send a
        commit twice, and that guard is what makes the second one fail instead of adding twice.
        """
        ...


@dataclass(frozen=True, slots=True)
class Committed(Generic[T]):
    """What `work` returned, and the documents that it created or replaced, at their new versions."""

    value: T
    documents: Mapping[Key, Document]


class Transactor(Protocol):
    """Runs units of work; the only way to change a document."""

    def run(
        self, work: Callable[[Transaction], T], *, known: Sequence[Document] = (), deadline_s: float = 20.0
    ) -> Committed[T]:
        """Run `work` and commit what it staged, in one atomic write whose preconditions are the versions it read.

        On a conflict `work` runs again on fresh reads, after a full-jitter pause, until it commits or `deadline_s`
        seconds have passed; so it does nothing but read, decide and stage. An exception of `work` passes through and
        nothing is written. A `work` that stages nothing makes no commit.
        `known` are documents whose version an earlier commit of this process returned: the first run takes them without
        a read. They are trusted once; were they stale, the commit's preconditions fail and the second run reads.

        Raises CONTENDED when the deadline passes, UNAVAILABLE when the store cannot be reached, ALREADY_EXISTS when a
        `create` meets a document that `work` could have read but did not, MISUSE for a broken rule of this page.
        """
        ...


class DocumentReader(Protocol):
    """Queries outside of transactions. The hot path uses keys only; these are for people, sweeps and proofs."""

    def get(self, key: Key) -> Document | None:
        """Read one document."""
        ...

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
        """Documents that meet every condition given, at most `limit`, starting behind the document `after` (paging).

        Their fields equal `equal`; their array field `contains[0]` has an element equal to `contains[1]`; their field
        `at_least[0]` exists and is not below `at_least[1]`; their field `at_most[0]` exists and is not above
        `at_most[1]`. The two bounds include their value and are of one field. Values compare within their type only.
        Ordered by the field of the bounds, if given, then by id, both `descending` or both ascending.

        Any two of equalities, `contains` and bounds in one query need a composite index, one for each order, to be
        described in infra/firestore/indexes.json (`{"path": ..., "array": "CONTAINS"}` for the array's field).
        Raises MISUSE for bounds of two fields, for a bound or an element that is null, a list or a map, and for
        `descending` without a bound.
        """
        ...


class Snapshots(Protocol):
    """The store as it stood at one moment, for proofs that compare documents with each other while others write."""

    def snapshot(self) -> DocumentReader:
        """A reader all of whose answers are of one moment: that of its first answer, which comes after this call.

        What was committed by then is seen whole, and nothing that was committed later is. It answers for an hour, then
        it raises MISUSE; it is for one thread.
        """
        ...


PAGE = 500


def every_document(
    reader: DocumentReader, collection: str, *, equal: Mapping[str, Any] | None = None
) -> Iterator[Document]:
    """All documents of a collection whose fields equal `equal`, by id, read page by page."""
    page = reader.find(collection, equal=equal, limit=PAGE)
    while page:
        yield from page
        page = reader.find(collection, equal=equal, limit=PAGE, after=page[-1]) if len(page) == PAGE else []


def keep(tx: Transaction, key: Key, before: Document | None, fields: Fields) -> None:
    """Stage `fields` over what this transaction read at `key`: created, replaced, or left when they are the same."""
    if before is None:
        tx.create(key, fields)
    elif before.fields != fields:
        tx.replace(key, fields)
