"""Things that tests are about, each with every field set to something ordinary."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.kernel import ids
from shared.kernel.money import Money
from shared.kernel.party import Instrument, InstrumentKind, Party, PartyType
from shared.payments.domain.payment import DrivePolicy, Payment, submitted
from shared.payments.domain.request import InstrumentRef, PaymentRequest

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
TENANT = "demo"
ADA = ids.customer_id(TENANT, "ada")
BOB = ids.customer_id(TENANT, "bob")
WALLET, BANK, PAYEE = "wallet-usd", "bank-main", "payee-1"
DRIVE = DrivePolicy()


def an_instrument(
    kind: InstrumentKind = InstrumentKind.WALLET, customer: str = ADA, currency: str = "USD"
) -> Instrument:
    """A wallet or a bank account."""
    if kind is InstrumentKind.WALLET:
        return Instrument(WALLET, kind, "USD", account_id=ids.wallet_account_id(customer, WALLET))
    return Instrument(BANK, kind, "USD", routing_number="021000021", account_number="100000000")


def a_party(kind: InstrumentKind = InstrumentKind.WALLET, customer: str = ADA, name: str = "Ada Brook") -> Party:
    """A natural person with one instrument."""
    return Party(customer, name, PartyType.INDIVIDUAL, "US", "verified", an_instrument(kind, customer))


def a_request(key: str = "key-1", amount_minor: int = 12_50, **changes: object) -> PaymentRequest:
    """A wallet payout of 12.50 US dollars to the customer's own bank account."""
    fields: dict[str, object] = {
        "tenant": TENANT,
        "idempotency_key": key,
        "money": Money(amount_minor, "USD"),
        "source": InstrumentRef(ADA, WALLET),
        "destination": InstrumentRef(ADA, BANK),
        "description": "rent",
    }
    return PaymentRequest(**{**fields, **changes})  # type: ignore[arg-type]


def a_payment(key: str = "key-1") -> Payment:
    """A payment just submitted."""
    return submitted(a_request(key), now=NOON, drive=DRIVE)
