"""The ports of the project that a function runs in; each main.py adds what it alone needs."""

from __future__ import annotations

from shared.adapters.firestore.client import make_client as firestore_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.pubsub.client import make_publisher_client
from shared.adapters.pubsub.publisher import PubsubPublisher
from shared.adapters.system_clock import SystemClock
from shared.payments.domain.payment import DrivePolicy
from shared.ports.tasks import TaskQueue
from shared.runtime.backbone import Backbone
from shared.runtime.settings import Settings


def cloud_backbone(settings: Settings, tasks: TaskQueue | None = None) -> Backbone:
    """Clients are built here and first called in a request: after the server has forked its workers."""
    clock = SystemClock()
    return Backbone(
        documents=FirestoreDocuments(firestore_client(settings.project, settings.firestore_emulator), clock),
        publisher=PubsubPublisher(make_publisher_client(settings.pubsub_emulator), settings.project),
        clock=clock,
        tasks=tasks,
        drive=DrivePolicy(after_s=settings.drive_after_s),
    )
