"""Bring quarantined messages back, once what was wrong has been mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.documents import Document, DocumentReader, Key, Transaction, every_document
from shared.ports.publisher import Message
from shared.ports.tasks import Task
from shared.runtime.backbone import Backbone
from shared.runtime.quarantine import QUARANTINE

# Where callbacks of rails are said to come from: no subscription and no queue has this name.
CALLBACKS = "rail_callback"
# Attributes that Pub/Sub gives a message: of the topic's schema, and of the subscription that it was dead-lettered by.
# It takes none from a publisher that begins with the first, and says the others anew.
_PUBSUBS_OWN = ("goog", "CloudPubSub")
# Takes a callback of a rail, by the rail's name and the body.
TakeCallback = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that was set aside, with its cause. `topic` is empty for a task and for a rail's callback."""

    id: str
    topic: str
    subscription: str
    data: bytes
    attributes: Mapping[str, str]
    code: str
    detail: str
    status: str
    quarantined_at: datetime


def quarantined(reader: DocumentReader, *, status: str = "open") -> Iterator[Quarantined]:
    """What stands in quarantine with this status, by id."""
    return map(_from, every_document(reader, QUARANTINE, equal={"status": status}))


def own_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    """The attributes that a message was published with, without those that Pub/Sub added on its way."""
    return {name: value for name, value in attributes.items() if not name.startswith(_PUBSUBS_OWN)}


def replay(
    one: Quarantined, backbone: Backbone, *, data: bytes | None = None, take_callback: TakeCallback | None = None
) -> None:
    """Send the message again to where it came from, with `data` in place of its own if given, and mark it replayed.

    Sending comes first: should this process die in between, the message is sent twice, which every step accepts.
    A message on a topic reaches all of the topic's subscriptions again; those that had taken it find it taken. A
    callback is not sent anywhere, since its signature is too old to be believed again: `take_callback` takes it here.
    Raises MISUSE for one where there is none, and for data that the topic's schema refuses; the message then waits on.
    """
    sent = one.data if data is None else data
    if one.topic:
        attributes = {**own_attributes(one.attributes), "replayed_from": one.id}
        backbone.publisher.publish(Message(one.topic, sent, attributes))
    elif one.subscription == CALLBACKS:
        if take_callback is None:
            raise ClearwayError(KernelError.MISUSE, f"{one.id} is a rail's callback, which cannot be taken here")
        take_callback(one.attributes["rail"], sent)
    else:
        # A task's name is remembered for about an hour, so the replayed one needs another.
        name = f"replay-{int(backbone.clock.now().timestamp() * 1000)}-{one.id.rsplit('.', 1)[-1]}"[:500]
        backbone.queue().enqueue(Task(one.subscription, name, sent))

    def work(tx: Transaction) -> None:
        (document,) = tx.get(_key(one))
        if document is None:
            raise ClearwayError(KernelError.CONTENDED, "the quarantined message was there and is not")
        if document.fields["status"] != "replayed":
            tx.replace(document.key, {**document.fields, "status": "replayed", "replayed_at": backbone.clock.now()})

    backbone.documents.run(work)


def _key(one: Quarantined) -> Key:
    return Key(QUARANTINE, one.id)


def _from(document: Document) -> Quarantined:
    stored = document.fields
    return Quarantined(
        id=document.key.id,
        topic=stored["topic"],
        subscription=stored["subscription"],
        data=stored["data"],
        attributes=stored["attributes"],
        code=stored["code"],
        detail=stored["detail"],
        status=stored["status"],
        quarantined_at=stored["quarantined_at"],
    )
