"""The ports of the project that a function runs in; each main.py adds what it alone needs."""

from __future__ import annotations

from shared.adapters.firestore.client import make_client as firestore_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.pubsub.client import make_publisher_client
from shared.adapters.pubsub.publisher import PubsubPublisher
from shared.adapters.system_clock import SystemClock
from shared.kernel.errors import ClearwayError, KernelError
from shared.payments.domain.payment import DrivePolicy
from shared.ports.clock import Clock
from shared.ports.tasks import TaskQueue
from shared.runtime.backbone import Backbone
from shared.runtime.settings import Settings


def cloud_clock(settings: Settings) -> Clock:
    """The system's time; on the emulators, where CLEARWAY_CLOCK_URL names a clock, as far ahead as that one is.

    Raises MISUSE for such a clock without emulators: real money moves in real time.
    """
    if not settings.clock_url:
        return SystemClock()
    if not (settings.firestore_emulator and settings.pubsub_emulator and settings.tasks_emulator):
        raise ClearwayError(KernelError.MISUSE, "CLEARWAY_CLOCK_URL is for the emulators alone")
    # Only there: the cloud's functions are not to load what they cannot use.
    from shared.adapters.clock_ahead import ClockAhead

    return ClockAhead(settings.clock_url)


def cloud_backbone(settings: Settings, tasks: TaskQueue | None = None) -> Backbone:
    """Clients are built here and first called in a request: after the server has forked its workers."""
    clock = cloud_clock(settings)
    return Backbone(
        documents=FirestoreDocuments(firestore_client(settings.project, settings.firestore_emulator), clock),
        publisher=PubsubPublisher(make_publisher_client(settings.pubsub_emulator), settings.project),
        clock=clock,
        tasks=tasks,
        drive=DrivePolicy(after_s=settings.drive_after_s),
    )
