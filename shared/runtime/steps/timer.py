"""The function `timer`: called by the clock, it drives on what has no redelivery of its own."""

from __future__ import annotations

from shared.kernel.errors import ClearwayError
from shared.kernel.usage import measured
from shared.payments.commands.redrive_payments import let_rest, overdue_payments
from shared.payments.domain.events import owed_by_live
from shared.runtime.backbone import Backbone
from shared.runtime.dispatch import dispatch
from shared.runtime.logs import log
from shared.runtime.web import Endpoint, HttpRequest, Reply, json_reply


def timer_endpoint(backbone: Backbone) -> Endpoint:
    """`POST /sweep` answers how many payments were driven on; 503 when some were not, which the next sweep finds."""

    def endpoint(request: HttpRequest) -> Reply:
        if (request.method, request.path) != ("POST", "/sweep"):
            return json_reply(404, {"detail": "no such job"})
        driven = failed = 0
        with measured() as counts:
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
            log("INFO", "timer: swept", step="timer", driven=driven, failed=failed, usage=counts.as_dict())
        return json_reply(503 if failed else 200, {"driven": driven, "failed": failed})

    return endpoint
