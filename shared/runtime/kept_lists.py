"""What a function makes of files in the bucket of lists: made at the first request, and again when one has changed.

Not at import: a client that is used before the server forks its workers may hang in them. A new list reaches every
running instance within CHECKED_EVERY, without a deployment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.clock import Clock
from shared.ports.objects import ObjectInfo, ObjectStore
from shared.runtime.logs import log

T = TypeVar("T")

CHECKED_EVERY = timedelta(minutes=5)
# Of each file. A watchlist takes some 8 times its size, and the older one stays until the new one is made: 25 MB in two
# files were measured to take 440 MB so, and 5 MB, which OFAC's have, 90 MB. Compliance has 1 GiB.
FILE_BYTES_MAX = 20_000_000

# The content of each file, by its name; None for one that is not there.
Files = Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    value: T
    generations: Mapping[str, int]
    checked_at: datetime


class KeptLists(Generic[T]):
    """One value over some files, for all threads of a process.

    `make` is given the content of `names`, which are read in their order, and raises ClearwayError for what it cannot
    accept. `replaces` is given the value in use and the one that was made to take its place, and raises for one that
    must not. `what` is how log lines name it. A file above FILE_BYTES_MAX is not read, and counts as one that cannot
    be.
    """

    def __init__(
        self,
        objects: ObjectStore,
        names: Sequence[str],
        make: Callable[[Files], T],
        *,
        clock: Clock,
        what: str,
        replaces: Callable[[T, T], None] | None = None,
    ) -> None:
        self._objects = objects
        self._names = tuple(names)
        self._make = make
        self._clock = clock
        self._what = what
        self._replaces = replaces
        self._lock = threading.Lock()
        self._kept: _Kept[T] | None = None
        self._loading: Future[T] | None = None
        self._checking = threading.Lock()

    def current(self) -> T:
        """The value as of the last check, which is at most CHECKED_EVERY old where the store could be reached.

        One thread makes the first and the others wait for it. Raises UNAVAILABLE when it cannot be made, whatever the
        cause, since only a good list helps: the caller's message is to be delivered again, and that tries again. Later,
        one thread checks while the others go on with what there is; what cannot be checked or made stays as it was.
        """
        kept = self._kept
        if kept is None:
            return self._first()
        if not self._is_due(kept) or not self._checking.acquire(blocking=False):
            return kept.value
        try:
            # Another thread may have checked since this one looked: what that one made is not to be undone.
            kept = self._kept or kept
            return self._checked(kept) if self._is_due(kept) else kept.value
        finally:
            self._checking.release()

    def _is_due(self, kept: _Kept[T]) -> bool:
        return self._clock.now() >= kept.checked_at + CHECKED_EVERY

    def _first(self) -> T:
        with self._lock:
            if self._kept is not None:
                return self._kept.value
            loading, mine = self._loading, self._loading is None
            if loading is None:
                loading = self._loading = Future()
        if mine:
            self._load_for_all(loading)
        return loading.result()

    def _load_for_all(self, loading: Future[T]) -> None:
        """Load, and let all who wait have the value, or the error: a failure is theirs too, and not kept."""
        try:
            kept = self._load()
        except BaseException as error:  # noqa: BLE001 - whatever it is, nobody is to wait for ever
            with self._lock:
                self._loading = None
            loading.set_exception(self._unavailable(error) if isinstance(error, Exception) else error)
            log("ERROR", f"{self._what}: not loaded", **_cause(error))
            return
        with self._lock:
            self._kept, self._loading = kept, None
        loading.set_result(kept.value)

    def _checked(self, kept: _Kept[T]) -> T:
        """What is there now: the same where nothing has changed, and where the new cannot be had."""
        now = self._clock.now()
        try:
            if _generations(self._infos()) == kept.generations:
                self._kept = _Kept(kept.value, kept.generations, now)
            else:
                found = self._load()
                if self._replaces is not None:
                    self._replaces(kept.value, found.value)
                self._kept = found
        except Exception as error:  # noqa: BLE001 - the payment at hand can be judged by what there is
            log("ERROR", f"{self._what}: the older list stays in use", **_cause(error))
            self._kept = _Kept(kept.value, kept.generations, now)
        return self._kept.value

    def _load(self) -> _Kept[T]:
        now = self._clock.now()
        # First the generations: should a file change in between, the next check finds it changed, and loads again.
        infos = self._infos()
        for name, info in infos.items():
            if info.size_bytes > FILE_BYTES_MAX:
                raise ClearwayError(KernelError.MISUSE, f"{name} has {info.size_bytes} bytes, above {FILE_BYTES_MAX}")
        files = {name: self._objects.get(name) for name in self._names}
        return _Kept(self._make(files), _generations(infos), now)

    def _infos(self) -> dict[str, ObjectInfo]:
        found = ((name, self._objects.describe(name)) for name in self._names)
        return {name: info for name, info in found if info is not None}

    def _unavailable(self, error: Exception) -> ClearwayError:
        return ClearwayError(KernelError.UNAVAILABLE, f"{self._what} could not be loaded ({_cause(error)['code']})")


def _generations(infos: Mapping[str, ObjectInfo]) -> dict[str, int]:
    return {name: info.generation for name, info in infos.items()}


def _cause(error: BaseException) -> dict[str, str]:
    """Of an error of ours, what it says; of another only its type, since its text may hold anything."""
    if isinstance(error, ClearwayError):
        return {"code": error.code.code, "detail": error.detail}
    return {"code": type(error).__name__}
