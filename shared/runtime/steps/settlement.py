"""The function `settlement`: a task in, one leg moved over its rail, or its outcome found out."""

from __future__ import annotations

import time

from shared.contracts.base import parse
from shared.contracts.payments import SettlementTaskV1
from shared.kernel.errors import ClearwayError, Disposition
from shared.kernel.usage import measured
from shared.payments.commands.settle_payment import settle_payment
from shared.payments.commands.settlement import STEP, Settlement
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.events import owed_by_step
from shared.ports.rail import RailError
from shared.runtime.backbone import Backbone
from shared.runtime.dispatch import SETTLEMENT_QUEUE, dispatch
from shared.runtime.envelopes import Push
from shared.runtime.logs import log
from shared.runtime.quarantine import quarantine
from shared.runtime.web import Endpoint, HttpRequest, Reply

_FINAL = {Disposition.MALFORMED, Disposition.NOT_FOUND}
# While a rail leaves an outcome open, the queue calls a task again this often, which takes about two minutes; then the
# sweep asks, at its own pace. Were it called for ever, each sweep would add one more task that asks for ever.
OPEN_RETRIES_MAX = 8
_OPEN = {
    RailError.NOT_SENT,
    RailError.OUTCOME_UNKNOWN,
    PaymentError.OUTCOME_PENDING,
    PaymentError.TOO_EARLY_TO_BELIEVE,
    PaymentError.RAIL_NOT_CONNECTED,
    PaymentError.NOT_BOOKED,  # a bug, which no number of calls mends
}


def settlement_endpoint(backbone: Backbone, settlement: Settlement) -> Endpoint:
    """Settlement over these ports and rails: 204 when the task is done, 503 to be called again after the back-off.

    A payment whose money may have moved is never given up on, so only a task that names nothing is set aside. One whose
    rail leaves it open is live, and the sweep takes it up: its task ends after OPEN_RETRIES_MAX retries.
    """

    def endpoint(request: HttpRequest) -> Reply:
        started = time.monotonic()
        with measured() as counts:
            try:
                task = parse(SettlementTaskV1, request.body)
                payment = settle_payment(task.payment_id, settlement)
                dispatch(payment, owed_by_step(payment, STEP), backbone)
            except ClearwayError as error:
                if error.disposition in _FINAL:
                    return _set_aside(request, error)
                if error.code in _OPEN and _retries(request) >= OPEN_RETRIES_MAX:
                    log("WARNING", f"{STEP}: left to the sweep", code=error.code.code, usage=counts.as_dict())
                    return Reply(204)
                log("WARNING", f"{STEP}: call again", code=error.code.code, usage=counts.as_dict())
                return Reply(503)
            except Exception as error:  # noqa: BLE001 - the queue calls again; the text may hold data of the payment
                log("ERROR", f"{STEP}: call again", code=type(error).__name__)
                return Reply(500)
            log(
                "INFO",
                f"{STEP}: {payment.state.value}",
                step=STEP,
                payment_id=payment.id,
                duration_ms=round((time.monotonic() - started) * 1000, 1),
                usage=counts.as_dict(),
            )
            return Reply(204)

    def _set_aside(request: HttpRequest, error: ClearwayError) -> Reply:
        name = request.header("X-CloudTasks-TaskName") or "unnamed"
        push = Push(SETTLEMENT_QUEUE, name, request.body, {}, 1)
        now = backbone.clock.now()
        quarantine(push, topic="", code=error.code.code, detail=error.detail, now=now, transactor=backbone.documents)
        log("ERROR", f"{STEP}: quarantined", code=error.code.code, task=name)
        return Reply(204)

    return endpoint


def _retries(request: HttpRequest) -> int:
    """How often the queue has called this task before, by the header that Cloud Tasks sends; 0 without it."""
    told = request.header("X-CloudTasks-TaskRetryCount") or ""
    return int(told) if told.isdecimal() else 0
