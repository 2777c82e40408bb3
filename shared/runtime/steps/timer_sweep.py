"""The timer's job `sweep`: payments that lie still, or whose day has come, are driven on."""

from __future__ import annotations

from collections.abc import Mapping

from shared.kernel.errors import ClearwayError
from shared.payments.commands.redrive_payments import let_rest, overdue_payments
from shared.payments.domain.events import owed_by_live
from shared.runtime.backbone import Backbone
from shared.runtime.dispatch import dispatch
from shared.runtime.logs import log


def sweep(backbone: Backbone) -> Mapping[str, int]:
    """How many payments were `driven` on, and how many were not: these `failed` and the next sweep finds them."""
    driven = failed = 0
    try:
        for payment in overdue_payments(pipeline=backbone.pipeline, reader=backbone.documents):
            log("WARNING", "timer: overdue", payment_id=payment.id, state=payment.state, drives=payment.drives)
            try:
                dispatch(payment, owed_by_live(payment), backbone)
                let_rest(payment, pipeline=backbone.pipeline)
                driven += 1
            except ClearwayError as error:
                failed += 1
                log("ERROR", "timer: not driven", payment_id=payment.id, code=error.code.code)
    except ClearwayError as error:
        failed += 1
        log("ERROR", "timer: sweep cut short", code=error.code.code)
    return {"driven": driven, "failed": failed}
