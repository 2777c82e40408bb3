"""Prenotes in the API: `POST` and `GET /v1/customers/{id}/instruments/{instrument}/prenote`."""

from __future__ import annotations

import re
from typing import Any, Protocol

from shared.customers.documents import customer_from, customer_key
from shared.customers.domain.errors import CustomerError
from shared.kernel.errors import ClearwayError
from shared.kernel.party import PartyType
from shared.rails.commands.ach.prenotes import Prenote, get_prenote, send_prenote
from shared.runtime.backbone import Backbone
from shared.runtime.web import HttpRequest, Reply, json_reply

# The path's two ids reach a route as one text: a customer's has this many characters.
CUSTOMER_ID_CHARS = 30
_PATH = re.compile(r"/v1/customers/(cus_[a-z2-7]{26})/instruments/([A-Za-z0-9._-]{1,64})/prenote")


class HasBackbone(Protocol):
    """What of the API's object the routes use."""

    @property
    def backbone(self) -> Backbone:
        """The ports."""
        ...


def post_prenote(api: HasBackbone, _: HttpRequest, tenant: str, ids: str) -> Reply:
    """202 with the prenote's state; the same account again is the same prenote. 404 for another tenant's customer."""
    customer_id, instrument_id = ids[:CUSTOMER_ID_CHARS], ids[CUSTOMER_ID_CHARS:]
    backbone = api.backbone
    document = backbone.documents.get(customer_key(customer_id))
    if document is None or document.fields["tenant"] != tenant:
        raise ClearwayError(CustomerError.NOT_FOUND, "the tenant has no such customer")
    customer = customer_from(document)
    instrument = customer.instruments.get(instrument_id)
    if instrument is None:
        raise ClearwayError(CustomerError.NOT_FOUND, "the customer has no such instrument")
    prenote = send_prenote(
        customer_id,
        instrument,
        tenant=tenant,
        holder_name=instrument.holder_name or customer.name,
        # Of a saved payee nothing but the name is known; see `Customer.party`.
        holder_type=PartyType.INDIVIDUAL if instrument.holder_name else customer.type,
        transactor=backbone.documents,
        clock=backbone.clock,
    )
    return json_reply(202, prenote_answer(prenote))


def read_prenote(api: HasBackbone, _: HttpRequest, tenant: str, ids: str) -> Reply:
    """200 with the prenote's state; 404 for an instrument that was not prenoted, or is another tenant's."""
    customer_id, instrument_id = ids[:CUSTOMER_ID_CHARS], ids[CUSTOMER_ID_CHARS:]
    prenote = get_prenote(customer_id, instrument_id, tenant=tenant, reader=api.backbone.documents)
    return json_reply(200, prenote_answer(prenote))


def prenote_answer(prenote: Prenote) -> dict[str, Any]:
    """A prenote as the API shows it: no account, and the return code of a failed one."""
    return {
        "customer_id": prenote.customer_id,
        "instrument_id": prenote.instrument_id,
        "status": prenote.status.value,
        "sent_at": prenote.sent_at.isoformat(),
        "clear_at": prenote.clear_at.isoformat(),
        **({"return_code": prenote.code} if prenote.code else {}),
    }


PRENOTE_ROUTES = (("POST", _PATH, post_prenote), ("GET", _PATH, read_prenote))
