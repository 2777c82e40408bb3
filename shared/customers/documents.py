"""How customers lie in documents: collection `customers`."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from typing import Any

from shared.customers.domain.customer import BankAccount, Customer, InstrumentCorrection, Status, Tier
from shared.kernel.party import Instrument, InstrumentKind, PartyType
from shared.ports.documents import Document, Key

CUSTOMERS = "customers"
_INSTRUMENT_TEXTS = tuple(each.name for each in fields(Instrument) if each.name not in {"id", "kind"})


def customer_key(customer_id: str) -> Key:
    """Where a customer stands."""
    return Key(CUSTOMERS, customer_id)


def customer_to_fields(customer: Customer) -> dict[str, Any]:
    """A customer as a document. `corrections` is absent where there are none."""
    corrections = [asdict(one) for one in customer.corrections]
    return {
        "tenant": customer.tenant,
        "reference": customer.reference,
        "type": customer.type.value,
        "name": customer.name,
        "country": customer.country,
        "born_on": customer.born_on.isoformat() if customer.born_on else None,
        "tier": customer.tier.value,
        "status": customer.status.value,
        "instruments": {
            instrument.id: {
                "kind": instrument.kind.value,
                **{name: getattr(instrument, name) for name in _INSTRUMENT_TEXTS if getattr(instrument, name)},
            }
            for instrument in customer.instruments.values()
        },
        **({"corrections": corrections} if corrections else {}),
    }


def customer_from(document: Document) -> Customer:
    """A customer from its document."""
    stored = document.fields
    return Customer(
        id=document.key.id,
        tenant=stored["tenant"],
        reference=stored["reference"],
        type=PartyType(stored["type"]),
        name=stored["name"],
        country=stored["country"],
        born_on=date.fromisoformat(stored["born_on"]) if stored["born_on"] else None,
        tier=Tier(stored["tier"]),
        status=Status(stored["status"]),
        instruments={
            instrument_id: Instrument(
                id=instrument_id,
                kind=InstrumentKind(instrument["kind"]),
                **{name: instrument.get(name, "") for name in _INSTRUMENT_TEXTS},
            )
            for instrument_id, instrument in stored["instruments"].items()
        },
        corrections=tuple(
            InstrumentCorrection(
                **{**one, "before": BankAccount(**one["before"]), "after": BankAccount(**one["after"])}
            )
            for one in stored.get("corrections", ())
        ),
    )
