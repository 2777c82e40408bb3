"""A document store that notes every write that was committed through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.ports.documents import Committed, Document, DocumentReader, Fields, Key, Transaction
from shared.runtime.backbone import Documents

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Written:
    """One write; an addition has the fields that it sets, not those that it adds to."""

    key: Key
    fields: Fields


class RecordedDocuments:
    """Documents that are those of `port`; `written` is in the order of the commits."""

    def __init__(self, port: Documents) -> None:
        self._port = port
        self.written: list[Written] = []

    def run(
        self, work: Callable[[Transaction], T], *, known: Sequence[Document] = (), deadline_s: float = 20.0
    ) -> Committed[T]:
        """See `Transactor.run`."""
        staged: list[Written] = []

        def noted(tx: Transaction) -> T:
            staged.clear()  # it begins again
            return work(_Noting(tx, staged))

        done = self._port.run(noted, known=known, deadline_s=deadline_s)
        self.written += staged
        return done

    def get(self, key: Key) -> Document | None:
        """See `DocumentReader.get`."""
        return self._port.get(key)

    def find(self, collection: str, **conditions: Any) -> Sequence[Document]:
        """See `DocumentReader.find`."""
        return self._port.find(collection, **conditions)

    def snapshot(self) -> DocumentReader:
        """See `Snapshots.snapshot`."""
        return self._port.snapshot()


class _Noting:
    """A transaction that notes what is staged."""

    def __init__(self, tx: Transaction, staged: list[Written]) -> None:
        self._tx, self._staged = tx, staged

    def get(self, *keys: Key) -> tuple[Document | None, ...]:
        return self._tx.get(*keys)

    def create(self, key: Key, fields: Fields) -> None:
        self._tx.create(key, fields)
        self._staged.append(Written(key, fields))

    def replace(self, key: Key, fields: Fields) -> None:
        self._tx.replace(key, fields)
        self._staged.append(Written(key, fields))

    def add(self, key: Key, amounts: Mapping[str, int], fields: Fields | None = None) -> None:
        self._tx.add(key, amounts, fields)
        self._staged.append(Written(key, {**(fields or {}), **amounts}))
