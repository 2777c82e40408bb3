"""The function `api`: the public API."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from shared.contracts.answers import payment_answer, submission_answer
from shared.contracts.base import parse
from shared.contracts.customers import CustomerRegistration, customer_answer
from shared.contracts.errors import ContractError
from shared.contracts.payments import PaymentSubmission, RefundSubmission
from shared.customers.commands.register_customer import register_customer
from shared.kernel.errors import ClearwayError
from shared.kernel.usage import measured
from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.ledger.commands.open_account import open_account
from shared.payments.commands.cancel_payment import STEP as CANCELLATION
from shared.payments.commands.cancel_payment import cancel_payment
from shared.payments.commands.redrive_payments import let_rest
from shared.payments.commands.refund_payment import RefundRequest, refund_payment
from shared.payments.commands.submit_payment import Submitted, submit_payment
from shared.payments.domain.events import owed_by_step
from shared.payments.domain.payment import SUBMISSION
from shared.payments.queries.get_payment import get_payment
from shared.runtime.api_keys import ApiKeys
from shared.runtime.backbone import Backbone
from shared.runtime.dispatch import dispatch
from shared.runtime.idempotency import idempotency_key
from shared.runtime.logs import log
from shared.runtime.steps.api_accounts import ACCOUNT_ROUTES
from shared.runtime.steps.api_prenotes import PRENOTE_ROUTES
from shared.runtime.steps.api_schedules import SCHEDULE_ROUTES
from shared.runtime.web import Endpoint, HttpRequest, Reply, json_reply, problem_reply

# A customer with all its 50 instruments, every character of its names escaped, is some 110 kB.
BODY_BYTES_MAX = 262_144

Route = Callable[["Api", HttpRequest, str, str], Reply]


class Api:
    """The routes, over a backbone. Each takes the request, the caller's tenant and the id in the path."""

    def __init__(self, backbone: Backbone) -> None:
        self.backbone = backbone
        self.ledger = DoubleEntryLedger()

    def submit_payment(self, request: HttpRequest, tenant: str, _: str) -> Reply:
        """`POST /v1/payments`: 202 and the same bytes for the same key; 409 naming the field for other content."""
        key = idempotency_key(request)
        submission = parse(PaymentSubmission, request.body)
        submitted = submit_payment(
            submission.to_domain(tenant, key), pipeline=self.backbone.pipeline, reader=self.backbone.documents
        )
        return self._submitted(submitted)

    def _submitted(self, submitted: Submitted) -> Reply:
        payment = submitted.payment
        dispatch(payment, owed_by_step(payment, SUBMISSION), self.backbone)
        headers = {"Location": f"/v1/payments/{payment.id}"}
        if submitted.replayed:
            headers["Idempotency-Replayed"] = "true"
        return json_reply(202, submission_answer(payment), headers)

    def get_payment(self, _: HttpRequest, tenant: str, payment_id: str) -> Reply:
        """`GET /v1/payments/{id}`: the payment with its timeline."""
        return json_reply(200, payment_answer(get_payment(payment_id, tenant=tenant, reader=self.backbone.documents)))

    def cancel_payment(self, _: HttpRequest, tenant: str, payment_id: str) -> Reply:
        """`POST /v1/payments/{id}/cancel`: the payment, cancelled; 409 once a rail may have been told."""
        payment = cancel_payment(payment_id, tenant=tenant, pipeline=self.backbone.pipeline, ledger=self.ledger)
        dispatch(payment, owed_by_step(payment, CANCELLATION), self.backbone)
        let_rest(payment, pipeline=self.backbone.pipeline)
        return json_reply(200, payment_answer(payment))

    def refund_payment(self, request: HttpRequest, tenant: str, payment_id: str) -> Reply:
        """`POST /v1/payments/{id}/refunds`: 202 and a new payment that gives this one back, in whole or in part."""
        key = idempotency_key(request)
        body = parse(RefundSubmission, request.body or b"{}")
        asked = RefundRequest(tenant, payment_id, key, body.amount_minor, body.description)
        return self._submitted(refund_payment(asked, pipeline=self.backbone.pipeline))

    def register_customer(self, request: HttpRequest, tenant: str, _: str) -> Reply:
        """`POST /v1/customers`: 201; the same registration again is the same answer, another content a 409."""
        registration = parse(CustomerRegistration, request.body)
        customer = register_customer(
            registration.to_domain(tenant), transactor=self.backbone.documents, open_account=open_account
        )
        return json_reply(201, customer_answer(customer))


_ROUTES: tuple[tuple[str, re.Pattern[str], Route], ...] = (
    ("POST", re.compile(r"/v1/payments"), Api.submit_payment),
    ("GET", re.compile(r"/v1/payments/(pay_[a-z2-7]{26})"), Api.get_payment),
    ("POST", re.compile(r"/v1/payments/(pay_[a-z2-7]{26})/cancel"), Api.cancel_payment),
    ("POST", re.compile(r"/v1/payments/(pay_[a-z2-7]{26})/refunds"), Api.refund_payment),
    ("POST", re.compile(r"/v1/customers"), Api.register_customer),
    *ACCOUNT_ROUTES,
    *SCHEDULE_ROUTES,
    *PRENOTE_ROUTES,
)


def api_endpoint(backbone: Backbone, keys: ApiKeys) -> Endpoint:
    """The API over these ports; every route needs a key."""
    api = Api(backbone)

    def endpoint(request: HttpRequest) -> Reply:
        started = time.monotonic()
        with measured() as counts:
            try:
                tenant = keys.tenant_of(request.header("Authorization"))
                route, path_id = _route_of(request)
                reply = route(api, request, tenant, path_id)
            except ClearwayError as error:
                log("WARNING", "api: refused", code=error.code.code, usage=counts.as_dict())
                return problem_reply(error)
            log(
                "INFO",
                f"api: {reply.status}",
                step=f"api.{route.__name__}",
                duration_ms=round((time.monotonic() - started) * 1000, 1),
                usage=counts.as_dict(),
            )
            return reply

    return endpoint


def _route_of(request: HttpRequest) -> tuple[Route, str]:
    for method, pattern, route in _ROUTES:
        found = pattern.fullmatch(request.path)
        if found and method == request.method:
            return route, "".join(found.groups())
    raise ClearwayError(ContractError.ROUTE_NOT_FOUND, "no such method and path")
