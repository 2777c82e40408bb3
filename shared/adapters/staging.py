"""What every document store has in common: the rules of a transaction, held in one place so that no twin is laxer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.adapters.values import check_fields
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.documents import Document, Fields, Key

Fetch = Callable[[Sequence[Key]], Sequence[Document | None]]


@dataclass(frozen=True, slots=True)
class Create:
    """Write a document that must not exist."""

    key: Key
    fields: Fields


@dataclass(frozen=True, slots=True)
class Replace:
    """Write a document that must still stand as it was read; `read` tells which fields have to go."""

    key: Key
    fields: Fields
    read: Document


@dataclass(frozen=True, slots=True)
class Add:
    """Add to integer fields, and set others, of a document that need not exist."""

    key: Key
    amounts: Mapping[str, int]
    fields: Fields


Write = Create | Replace | Add


@dataclass(slots=True)
class Staging:
    """One run of a unit of work: a Transaction that remembers what was read and what is to be written."""

    fetch: Fetch
    known: Mapping[Key, Document] = field(default_factory=dict)
    reads: dict[Key, Document | None] = field(default_factory=dict)
    writes: dict[Key, Write] = field(default_factory=dict)

    def get(self, *keys: Key) -> tuple[Document | None, ...]:
        """See `Transaction.get`."""
        if self.writes:
            raise ClearwayError(KernelError.MISUSE, "a transaction reads before it writes")
        self.reads.update({key: self.known[key] for key in keys if key in self.known and key not in self.reads})
        missing = [key for key in dict.fromkeys(keys) if key not in self.reads]
        if missing:
            self.reads.update(zip(missing, self.fetch(missing), strict=True))
        return tuple(self.reads[key] for key in keys)

    def create(self, key: Key, fields: Fields) -> None:
        """See `Transaction.create`."""
        self._stage(Create(key, check_fields(key, fields)))

    def replace(self, key: Key, fields: Fields) -> None:
        """See `Transaction.replace`."""
        read = self.reads.get(key)
        if read is None:
            raise ClearwayError(KernelError.MISUSE, f"a document of {key.collection} is replaced that was not read")
        checked = check_fields(key, fields)
        if checked == read.fields:
            # Firestore leaves the update time of an unchanged document as it is, so this write would guard nothing.
            raise ClearwayError(KernelError.MISUSE, f"a document of {key.collection} is replaced by what it was")
        self._stage(Replace(key, checked, read))

    def add(self, key: Key, amounts: Mapping[str, int], fields: Fields | None = None) -> None:
        """See `Transaction.add`."""
        if any(type(amount) is not int for amount in amounts.values()) or set(amounts) & set(fields or {}):
            raise ClearwayError(KernelError.MISUSE, f"amounts added in {key.collection} are integers, each field once")
        if any(isinstance(value, dict) for value in (fields or {}).values()):
            # Firestore would merge the map into the stored one, name by name; that is never meant here.
            raise ClearwayError(KernelError.MISUSE, f"a map set beside an addition in {key.collection}")
        check_fields(key, amounts)
        self._stage(Add(key, dict(amounts), check_fields(key, fields or {})))

    def checked(self) -> Sequence[Write]:
        """The staged writes, in order; raises MISUSE for additions that nothing guards against a second commit."""
        writes = list(self.writes.values())
        if writes and all(isinstance(write, Add) for write in writes):
            raise ClearwayError(KernelError.MISUSE, "an addition needs a guarding create or replace beside it")
        return writes

    def _stage(self, write: Write) -> None:
        if write.key in self.writes:
            raise ClearwayError(KernelError.MISUSE, f"a document of {write.key.collection} is written twice")
        self.writes[write.key] = write
