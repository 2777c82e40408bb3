"""Messages as hypothesis draws them: any that the models of the wire take."""

from __future__ import annotations

from datetime import UTC
from typing import get_args

from hypothesis import strategies as st

from shared.contracts.catalogue import EVENT_TYPES
from shared.contracts.events import KnownKind, PaymentEventV1
from shared.contracts.payments import InstrumentRefBody, PaymentRequestV1, PaymentSubmission
from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.money import AMOUNT_MINOR_MAX
from shared.kernel.party import Speed


def _id(prefix: str) -> st.SearchStrategy[str]:
    return st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26).map(lambda end: f"{prefix}_{end}")


TENANTS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)
CURRENCIES = st.sampled_from(sorted(MINOR_UNIT_DIGITS))
KINDS = st.sampled_from(get_args(KnownKind))
# Letters alone never look like a card number, which the models refuse; the marks are those that JSON writes otherwise.
_WORDS = st.text(st.characters(categories=["L"]) | st.sampled_from("\"\\/<>' "), max_size=140).filter(str.isprintable)

EVENTS: st.SearchStrategy[PaymentEventV1] = st.builds(
    PaymentEventV1,
    event_id=st.text(st.characters(exclude_categories=["Cs"])),
    type=st.sampled_from(EVENT_TYPES),
    payment_id=_id("pay"),
    payment_version=st.integers(1, 2**31),
    tenant=TENANTS,
    state=st.text(st.characters(exclude_categories=["Cs"])),
    step=st.text(st.characters(exclude_categories=["Cs"])),
    occurred_at=st.datetimes(timezones=st.just(UTC)),
    amount_minor=st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX),
    currency=CURRENCIES,
    source_customer_id=_id("cus"),
    source_kind=KINDS,
    destination_customer_id=_id("cus"),
    destination_kind=KINDS,
    reason_codes=st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
    entry_hash=st.text("0123456789abcdef", min_size=64, max_size=64),
)

_REFS = st.builds(
    InstrumentRefBody, customer_id=_id("cus"), instrument_id=st.from_regex(r"[A-Za-z._-]{1,64}", fullmatch=True)
)

REQUESTS: st.SearchStrategy[PaymentRequestV1] = st.builds(
    PaymentRequestV1,
    tenant=TENANTS,
    idempotency_key=st.from_regex(r"[\x21-\x2f\x3a-\x7e]{1,255}", fullmatch=True),
    payment=st.builds(
        PaymentSubmission,
        amount_minor=st.integers(1, AMOUNT_MINOR_MAX),
        currency=CURRENCIES,
        source=_REFS,
        destination=_REFS,
        description=_WORDS,
        speed=st.sampled_from([speed.value for speed in Speed]),
    ),
    refund_of=st.just("") | _id("pay"),
    schedule_id=st.just("") | _id("sch"),
)
