"""The settlement queue of the project that a function runs in."""

from __future__ import annotations

from shared.adapters.tasks.client import make_client
from shared.adapters.tasks.queue import CloudTasksQueue
from shared.runtime.dispatch import SETTLEMENT_QUEUE
from shared.runtime.settings import Settings


def settlement_queue(settings: Settings) -> CloudTasksQueue:
    """The queue whose tasks call the function `settlement`."""
    return CloudTasksQueue(
        make_client(settings.tasks_emulator),
        project=settings.project,
        location=settings.region,
        targets={SETTLEMENT_QUEUE: settings.settlement_url},
        service_account=settings.invoker_service_account,
    )
