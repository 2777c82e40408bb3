"""Buckets and their objects, in memory. Each call is one step under one lock, so preconditions hold among threads."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from emulators.storage.errors import bucket_exists, condition_not_met, invalid, no_bucket, no_object

NAME_BYTES_MAX = 1_024
PAGE_MAX = 1_000
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Content:
    """What an upload brings."""

    data: bytes
    content_type: str
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it stands. `generation` is its version: larger than that of any object stored before it."""

    bucket: str
    name: str
    content: Content
    generation: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket's own description."""

    name: str
    location: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Objects in the order of their names, and the name to go on after; None for the last page."""

    objects: Sequence[StoredObject]
    more_after: str | None


class Objects:
    """All buckets of the stand-in, and what is in them. Raises StorageError as the service would refuse."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}
        self._objects: dict[str, dict[str, StoredObject]] = {}
        self._generation = 0

    def create_bucket(self, name: str, location: str) -> Bucket:
        """A new, empty bucket; names are unique over all projects."""
        if not _BUCKET_NAME.fullmatch(name):
            raise invalid("Invalid bucket name.")
        with self._lock:
            if name in self._buckets:
                raise bucket_exists()
            bucket = Bucket(name, location.upper(), self._clock())
            self._buckets[name], self._objects[name] = bucket, {}
        return bucket

    def bucket(self, name: str) -> Bucket:
        """A bucket's description."""
        with self._lock:
            self._in(name)
            return self._buckets[name]

    def check(self, bucket: str, name: str, if_generation: int | None) -> None:
        """Refuse what `insert` would refuse now, before the content of a long upload is sent."""
        check_name(name)
        with self._lock:
            _require(self._in(bucket).get(name), if_generation)

    def insert(self, bucket: str, name: str, content: Content, if_generation: int | None) -> StoredObject:
        """Store an object over what has its name, if that is of generation `if_generation` (0: if there is none)."""
        check_name(name)
        with self._lock:
            there = self._in(bucket)
            _require(there.get(name), if_generation)
            now = self._clock()
            # As the service: microseconds since 1970, but never one that has been.
            self._generation = max(self._generation + 1, int(now.timestamp() * 1_000_000))
            there[name] = StoredObject(bucket, name, content, self._generation, now)
            return there[name]

    def get(self, bucket: str, name: str, if_generation: int | None) -> StoredObject:
        """An object, if it is of generation `if_generation`."""
        with self._lock:
            found = self._in(bucket).get(name)
            if found is None:
                raise no_object(bucket, name)
            _require(found, if_generation)
            return found

    def delete(self, bucket: str, name: str, if_generation: int | None) -> None:
        """Remove an object, if it is of generation `if_generation`."""
        with self._lock:
            there = self._in(bucket)
            if name not in there:
                raise no_object(bucket, name)
            _require(there[name], if_generation)
            del there[name]

    def page(self, bucket: str, *, prefix: str, start: str, after: str, limit: int) -> Page:
        """Objects whose names begin with `prefix`, from `start` on, itself included, and behind `after`."""
        with self._lock:
            there = self._in(bucket)
            names = sorted(name for name in there if name.startswith(prefix) and name >= start and name > after)
            found = [there[name] for name in names[: min(limit, PAGE_MAX)]]
        return Page(found, found[-1].name if len(found) < len(names) else None)

    def _in(self, bucket: str) -> dict[str, StoredObject]:
        if bucket not in self._objects:
            raise no_bucket()
        return self._objects[bucket]


def _require(present: StoredObject | None, if_generation: int | None) -> None:
    if if_generation is not None and (present.generation if present else 0) != if_generation:
        raise condition_not_met()


def check_name(name: str) -> None:
    """Raises for a name that no object may have: https://cloud.google.com/storage/docs/objects#naming."""
    if not name:
        raise invalid("Required parameter: name")
    if name in {".", ".."} or "\r" in name or "\n" in name or len(name.encode()) > NAME_BYTES_MAX:
        raise invalid("Invalid object name.")
