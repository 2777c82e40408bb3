"""The timer's job `sweep`: payments that lie still, or whose day has come, are driven on."""

from __future__ import annotations

from collections.abc import Mapping

from shared.kernel.errors import ClearwayError
from shared.payments.commands.redrive_payments import let_rest, overdue_payments, put_off
from shared.payments.domain.events import owed_by_live
from shared.ports.documents import Document
from shared.runtime.backbone import Backbone
from shared.runtime.dispatch import dispatch
from shared.runtime.logs import log


def sweep(backbone: Backbone) -> Mapping[str, int]:
    """How many payments were `driven` on, and how many were not: these `failed` and the next sweep finds them."""
    driven = failed = 0
    try:
        for found in overdue_payments(pipeline=backbone.pipeline, reader=backbone.documents):
            try:
                driven += _driven(found, backbone)
            except ClearwayError as error:
                failed += 1
                log("ERROR", "timer: not driven", payment_id=found.key.id, code=error.code.code, detail=error.detail)
            except Exception as error:  # noqa: BLE001 - a bug that one payment meets must not stop the others
                failed += 1
                log("ERROR", "timer: not driven", payment_id=found.key.id, code=type(error).__name__)
    except ClearwayError as error:
        failed += 1
        log("ERROR", "timer: sweep cut short", code=error.code.code)
    return {"driven": driven, "failed": failed}


def _driven(found: Document, backbone: Backbone) -> bool:
    payment = put_off(found, pipeline=backbone.pipeline)
    if payment is None:
        return False
    log("WARNING", "timer: overdue", payment_id=payment.id, state=payment.state, drives=payment.drives)
    dispatch(payment, owed_by_live(payment), backbone)
    let_rest(payment, pipeline=backbone.pipeline)
    return True
