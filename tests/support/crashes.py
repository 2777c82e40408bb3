"""A process that dies: right after any one of its port calls, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from emulators.embedded import Wrapping
from shared.ports.documents import Committed, Document, DocumentReader, Fields, Key, Transaction
from shared.ports.objects import ObjectInfo, ObjectStore
from shared.ports.publisher import Message, Publisher
from shared.ports.rail import Answer, Instruction, Rail
from shared.ports.tasks import Task, TaskQueue
from shared.runtime.backbone import Documents

T = TypeVar("T")


class Crash(BaseException):
    """The process is gone. Not an Exception: nothing in the product may catch it, as nothing catches SIGKILL."""


class CrashPoints:
    """Counts port calls, and dies right after those whose numbers (from 1) are in `die_after`."""

    def __init__(self, *die_after: int) -> None:
        self.calls: list[str] = []
        self.die_after = set(die_after)

    def passed(self, call: str) -> None:
        """A call has returned."""
        self.calls.append(call)
        if len(self.calls) in self.die_after:
            raise Crash(call)

    def wrapping(self) -> Wrapping:
        """Every port with this put behind it."""
        return Wrapping(
            documents=lambda port: _Documents(port, self),
            publisher=lambda port: _Publisher(port, self),
            tasks=lambda port: _Tasks(port, self),
            rail=lambda port: _Rail(port, self),
        )

    def documents(self, port: Documents) -> Documents:
        """A document store with this put behind it."""
        return _Documents(port, self)

    def objects(self, port: ObjectStore) -> ObjectStore:
        """An object store with this put behind it."""
        return _Objects(port, self)


class Meanwhile(CrashPoints):
    """Counts port calls, and lets something else happen right after one of them, once."""

    def __init__(self, number: int, other: Callable[[], object]) -> None:
        super().__init__()
        self.number, self.other = number, other

    def passed(self, call: str) -> None:
        """A call has returned."""
        self.calls.append(call)
        if len(self.calls) == self.number:
            self.other()


class _Transaction:
    def __init__(self, inner: Transaction, points: CrashPoints) -> None:
        self.inner, self.points, self.staged = inner, points, False

    def get(self, *keys: Key) -> tuple[Document | None, ...]:
        found = self.inner.get(*keys)
        self.points.passed("read")
        return found

    def create(self, key: Key, fields: Fields) -> None:
        self.staged = True
        self.inner.create(key, fields)

    def replace(self, key: Key, fields: Fields) -> None:
        self.staged = True
        self.inner.replace(key, fields)

    def add(self, key: Key, amounts: Mapping[str, int], fields: Fields | None = None) -> None:
        self.staged = True
        self.inner.add(key, amounts, fields)


class _Documents:
    def __init__(self, inner: Documents, points: CrashPoints) -> None:
        self.inner, self.points = inner, points

    def run(
        self, work: Callable[[Transaction], T], *, known: Sequence[Document] = (), deadline_s: float = 20.0
    ) -> Committed[T]:
        transactions: list[_Transaction] = []

        def watched(tx: Transaction) -> T:
            transactions.append(_Transaction(tx, self.points))
            return work(transactions[-1])

        committed = self.inner.run(watched, known=known, deadline_s=deadline_s)
        if transactions[-1].staged:
            self.points.passed("commit")
        return committed

    def get(self, key: Key) -> Document | None:
        found = self.inner.get(key)
        self.points.passed("get")
        return found

    def find(self, collection: str, **how: Any) -> Sequence[Document]:
        found = self.inner.find(collection, **how)
        self.points.passed("find")
        return found

    def snapshot(self) -> DocumentReader:
        return self.inner.snapshot()


class _Publisher:
    def __init__(self, inner: Publisher, points: CrashPoints) -> None:
        self.inner, self.points = inner, points

    def publish(self, message: Message) -> str:
        message_id = self.inner.publish(message)
        self.points.passed(f"publish {message.attributes['type']}")
        return message_id


class _Tasks:
    def __init__(self, inner: TaskQueue, points: CrashPoints) -> None:
        self.inner, self.points = inner, points

    def enqueue(self, task: Task) -> bool:
        created = self.inner.enqueue(task)
        self.points.passed("enqueue")
        return created


class _Rail:
    def __init__(self, inner: Rail, points: CrashPoints) -> None:
        self.inner, self.points = inner, points
        self.name, self.timeout_s = inner.name, inner.timeout_s

    def submit(self, instruction: Instruction) -> Answer:
        try:
            return self.inner.submit(instruction)
        finally:  # also of a call whose answer is lost
            self.points.passed("rail.submit")

    def inquire(self, key: str) -> Answer | None:
        try:
            return self.inner.inquire(key)
        finally:
            self.points.passed("rail.inquire")


class _Objects:
    def __init__(self, inner: ObjectStore, points: CrashPoints) -> None:
        self.inner, self.points = inner, points

    def put_new(self, name: str, data: bytes) -> bool:
        stored = self.inner.put_new(name, data)
        self.points.passed("objects.put_new")
        return stored

    def get(self, name: str) -> bytes | None:
        found = self.inner.get(name)
        self.points.passed("objects.get")
        return found

    def describe(self, name: str) -> ObjectInfo | None:
        found = self.inner.describe(name)
        self.points.passed("objects.describe")
        return found

    def list(self, prefix: str, *, after: str = "", limit: int = 1_000) -> Sequence[str]:
        found = self.inner.list(prefix, after=after, limit=limit)
        self.points.passed("objects.list")
        return found
