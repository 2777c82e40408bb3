"""Between a push subscription and a step: decode, run, pay what is owed, and answer acknowledge or retry."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from shared.contracts.base import WireModel
from shared.contracts.catalogue import decode
from shared.kernel.errors import ClearwayError
from shared.kernel.usage import Usage, measured
from shared.payments.domain.events import owed_by_step
from shared.payments.domain.payment import Payment
from shared.runtime.backbone import Backbone
from shared.runtime.dispatch import dispatch
from shared.runtime.envelopes import Push, push_from
from shared.runtime.logs import log
from shared.runtime.quarantine import quarantine
from shared.runtime.web import Endpoint, HttpRequest, Reply

ACKNOWLEDGED = Reply(204)
Step = Callable[[WireModel], Payment]


class Sources(Protocol):
    """Where messages come from, when that is not one topic, and what each of them may ask for."""

    def topic_of(self, push: Push) -> str:
        """The topic of a delivery."""
        ...

    def admit(self, push: Push, message: WireModel) -> None:
        """Raises ClearwayError for a message that its source may not send."""
        ...


def pubsub_endpoint(
    name: str,
    step: Step,
    *,
    topic: str,
    backbone: Backbone,
    delivery_attempts_max: int,
    sources: Sources | None = None,
) -> Endpoint:
    """The endpoint of one step. `topic` is where its messages come from, for the replay of a quarantined one; with
    `sources`, they say it.

    Answers 204 (done, taken before, or quarantined) or 503 (deliver again). An error that a retry cannot help is
    quarantined at once; any other after `delivery_attempts_max` deliveries, so that its cause is kept with it.
    """

    def endpoint(request: HttpRequest) -> Reply:
        started = time.monotonic()
        with measured() as counts:
            try:
                push = push_from(request.body)
            except ClearwayError as error:
                # Nobody but Pub/Sub may call this function, so there is no message to keep.
                log("ERROR", f"{name}: {error.detail}", code=error.code.code)
                return Reply(400)
            try:
                message = decode(push.data, push.attributes)
                if sources is not None:
                    sources.admit(push, message)
                payment = step(message)
                dispatch(payment, owed_by_step(payment, name), backbone)
            except ClearwayError as error:
                if error.retryable and push.attempt < delivery_attempts_max:
                    return _again(name, push, error.code.code)
                return _give_up(name, push, error.code.code, error.detail)
            except Exception as error:  # noqa: BLE001 - a bug in one message must not stop the others
                # The text of a foreign exception may hold data of the message; its type may not.
                if push.attempt < delivery_attempts_max:
                    return _again(name, push, type(error).__name__)
                return _give_up(name, push, "unexpected_error", type(error).__name__)
            _log_done(name, payment, push, counts, started)
            return ACKNOWLEDGED

    def _give_up(name: str, push: Push, code: str, detail: str) -> Reply:
        try:
            now = backbone.clock.now()
            origin = sources.topic_of(push) if sources else topic
            quarantine(push, topic=origin, code=code, detail=detail, now=now, transactor=backbone.documents)
        except ClearwayError as error:
            # Left to the subscription's dead letter, which keeps it too, though without its cause.
            return _again(name, push, error.code.code)
        log("ERROR", f"{name}: quarantined", code=code, detail=detail, message_id=push.message_id)
        return ACKNOWLEDGED

    return endpoint


def _again(name: str, push: Push, code: str) -> Reply:
    log("WARNING", f"{name}: deliver again", code=code, message_id=push.message_id, attempt=push.attempt)
    return Reply(503)


def _log_done(name: str, payment: Payment, push: Push, counts: Usage, started: float) -> None:
    log(
        "INFO",
        f"{name}: {payment.state.value}",
        step=name,
        payment_id=payment.id,
        message_id=push.message_id,
        attempt=push.attempt,
        duration_ms=round((time.monotonic() - started) * 1000, 1),
        usage=counts.as_dict(),
    )
