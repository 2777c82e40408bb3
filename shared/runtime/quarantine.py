"""Quarantine: a message that cannot succeed is kept with its cause and acknowledged, so that it slows nobody.

Push back-off is per subscription: were such a message refused again and again, every other would wait for it.
"""

from __future__ import annotations

from datetime import datetime

from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.documents import Key, Transactor
from shared.runtime.envelopes import Push

QUARANTINE = "quarantine"
# A document takes 1 MiB. A larger message is refused instead, and ends in the dead-letter topic, which takes 10 MB.
DATA_BYTES_MAX = 900_000


def quarantine(push: Push, *, topic: str, code: str, detail: str, now: datetime, transactor: Transactor) -> None:
    """Keep the message; one that is kept already stays as it is. Raises MISUSE for a message too large to keep."""
    if len(push.data) > DATA_BYTES_MAX:
        raise ClearwayError(KernelError.MISUSE, "the message is too large for quarantine")
    fields = {
        "topic": topic,
        "subscription": push.subscription,
        "message_id": push.message_id,
        "data": push.data,
        "attributes": dict(push.attributes),
        "attempt": push.attempt,
        "code": code,
        "detail": detail,
        "status": "open",
        "quarantined_at": now,
    }
    try:
        transactor.run(lambda tx: tx.create(Key(QUARANTINE, f"{push.subscription}.{push.message_id}"), fields))
    except ClearwayError as error:
        if error.code is not KernelError.ALREADY_EXISTS:
            raise
