"""The optimistic loop: run, commit, and on a conflict run again after a full-jitter pause, until a deadline.

Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter (a pause drawn evenly from zero to
a growing bound), which keeps writers of one hot document from meeting again and again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

from shared.adapters.staging import Create, Fetch, Staging, Write
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.usage import usage
from shared.ports.clock import Clock
from shared.ports.documents import Committed, Document, Key, Transaction

T = TypeVar("T")

PAUSE_BASE_S = 0.005
PAUSE_MAX_S = 0.5

Commit = Callable[[Sequence[Write]], Mapping[Key, Document]]


class StaleError(Exception):
    """A commit was refused because something changed since the reads; `exists` when a created document was there."""

    def __init__(self, *, exists: bool = False) -> None:
        super().__init__()
        self.exists = exists


def run_optimistically(
    work: Callable[[Transaction], T],
    *,
    fetch: Fetch,
    commit: Commit,
    known: Sequence[Document],
    clock: Clock,
    deadline_s: float,
) -> Committed[T]:
    """See `Transactor.run`. `commit` applies all writes or none, and raises StaleError when a precondition fails."""
    deadline = clock.now() + timedelta(seconds=deadline_s)
    seeds = {document.key: document for document in known}
    attempt = 0
    while True:
        staging = Staging(fetch, seeds)
        value = work(staging)
        writes = staging.checked()
        if not writes:
            return Committed(value, {})
        try:
            documents = commit(writes)
        except StaleError as stale:
            usage().conflicts += 1
            attempt += 1
            if stale.exists and _reading_cannot_help(staging, writes, attempt):
                raise ClearwayError(KernelError.ALREADY_EXISTS, "a document to be created exists") from None
            pause_s = random.random() * min(PAUSE_MAX_S, PAUSE_BASE_S * 2**attempt)  # noqa: S311 - no secret in it
            if clock.now() + timedelta(seconds=pause_s) > deadline:
                raise ClearwayError(KernelError.CONTENDED, f"gave way {attempt} times to other writers") from None
            seeds = {}
            clock.sleep(pause_s)
        else:
            usage().writes += len(writes)
            return Committed(value, documents)


def _reading_cannot_help(staging: Staging, writes: Sequence[Write], attempt: int) -> bool:
    """Whether a work that created blindly would meet the same document again.

    A work that reads nothing will; one that reads something else gets a second run, since what it reads (the payment)
    usually tells that its step was taken, and taken steps stage no create.
    """
    blind = any(isinstance(write, Create) and write.key not in staging.reads for write in writes)
    return blind and (not staging.reads or attempt > 1)
