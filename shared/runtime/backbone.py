"""What every function is given: the store, the way out, the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from shared.kernel.errors import ClearwayError, KernelError
from shared.payments.commands.pipeline import Pipeline
from shared.payments.domain.payment import DrivePolicy
from shared.ports.clock import Clock
from shared.ports.documents import DocumentReader, Snapshots, Transactor
from shared.ports.publisher import Publisher
from shared.ports.tasks import TaskQueue


class Documents(Transactor, DocumentReader, Snapshots, Protocol):
    """All of the document store."""


@dataclass(frozen=True, slots=True)
class Backbone:
    """The technical ports of one function. `tasks` is None for a function that enqueues nothing."""

    documents: Documents
    publisher: Publisher
    clock: Clock
    tasks: TaskQueue | None = None
    drive: DrivePolicy = DrivePolicy()  # noqa: RUF009 - frozen, so one serves all

    @property
    def pipeline(self) -> Pipeline:
        """What the commands need of it."""
        return Pipeline(self.documents, self.clock, self.drive)

    def queue(self) -> TaskQueue:
        """The task queue; raises MISUSE in a function that was given none."""
        if self.tasks is None:
            raise ClearwayError(KernelError.MISUSE, "this function has no task queue")
        return self.tasks
