"""How payments lie in documents: collection `payments`, one document with everything, `cases` beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from shared.kernel.assessment import Reason
from shared.kernel.money import Money
from shared.kernel.party import Direction, Instrument, InstrumentKind, Party, PartyType
from shared.payments.domain.history import Entry
from shared.payments.domain.legs import Leg, LegStatus, Route
from shared.payments.domain.payment import Payment
from shared.payments.domain.request import InstrumentRef, PaymentRequest
from shared.payments.domain.states import State
from shared.ports.documents import Document, Key

PAYMENTS = "payments"
CASES = "cases"


def payment_key(payment_id: str) -> Key:
    """Where a payment stands."""
    return Key(PAYMENTS, payment_id)


def case_key(payment_id: str, version: int) -> Key:
    """Where the case stands that a payment opened at a version."""
    return Key(CASES, f"{payment_id}.{version}")


def payment_to_fields(payment: Payment) -> dict[str, Any]:
    """A payment as a document. `drive_at` is absent at rest, which takes it out of the sweep's index."""
    request = payment.request
    stored: dict[str, Any] = {
        "tenant": request.tenant,
        "idempotency_key": request.idempotency_key,
        "amount_minor": request.money.amount_minor,
        "currency": request.money.currency,
        "source": _ref_to_fields(request.source),
        "destination": _ref_to_fields(request.destination),
        "description": request.description,
        "state": payment.state.value,
        "version": payment.version,
        "history": [_entry_to_fields(entry) for entry in payment.history],
        "drive_shard": payment.drive_shard,
        "drives": payment.drives,
        "held_minor": payment.held_minor,
    }
    if payment.drive_at is not None:
        stored["drive_at"] = payment.drive_at
    if payment.source is not None and payment.destination is not None:
        stored["parties"] = {
            "source": _party_to_fields(payment.source),
            "destination": _party_to_fields(payment.destination),
        }
    if payment.route is not None:
        stored["route"] = payment.route.value
    if payment.leg is not None:
        stored["leg"] = {each.name: getattr(payment.leg, each.name) for each in fields(Leg)}
        stored["leg"] |= {"direction": payment.leg.direction.value, "status": payment.leg.status.value}
    return stored


def payment_from(document: Document) -> Payment:
    """A payment from its document."""
    stored = document.fields
    parties = stored.get("parties")
    leg = stored.get("leg")
    return Payment(
        request=PaymentRequest(
            tenant=stored["tenant"],
            idempotency_key=stored["idempotency_key"],
            money=Money(stored["amount_minor"], stored["currency"]),
            source=InstrumentRef(**stored["source"]),
            destination=InstrumentRef(**stored["destination"]),
            description=stored["description"],
        ),
        state=State(stored["state"]),
        history=tuple(_entry_from(entry) for entry in stored["history"]),
        drive_at=stored.get("drive_at"),
        drives=stored["drives"],
        source=_party_from(parties["source"]) if parties else None,
        destination=_party_from(parties["destination"]) if parties else None,
        route=Route(stored["route"]) if "route" in stored else None,
        held_minor=stored["held_minor"],
        leg=Leg(**{**leg, "direction": Direction(leg["direction"]), "status": LegStatus(leg["status"])})
        if leg
        else None,
    )


def _ref_to_fields(ref: InstrumentRef) -> dict[str, str]:
    return {"customer_id": ref.customer_id, "instrument_id": ref.instrument_id}


def _entry_to_fields(entry: Entry) -> dict[str, Any]:
    return {
        "version": entry.version,
        "state": entry.state.value,
        "step": entry.step,
        "at": entry.at,
        "reasons": [{"code": reason.code, "text": reason.text} for reason in entry.reasons],
        "evidence": dict(entry.evidence),
        "hash": entry.hash,
    }


def _entry_from(stored: Mapping[str, Any]) -> Entry:
    return Entry(
        version=stored["version"],
        state=State(stored["state"]),
        step=stored["step"],
        at=stored["at"],
        reasons=tuple(Reason(reason["code"], reason["text"]) for reason in stored["reasons"]),
        evidence=stored["evidence"],
        hash=stored["hash"],
    )


def _party_to_fields(party: Party) -> dict[str, Any]:
    return {
        "customer_id": party.customer_id,
        "name": party.name,
        "type": party.type.value,
        "country": party.country,
        "tier": party.tier,
        "born_on": party.born_on.isoformat() if party.born_on else None,
        "instrument": {
            **{each.name: getattr(party.instrument, each.name) for each in fields(Instrument)},
            "kind": party.instrument.kind.value,
        },
    }


def _party_from(stored: Mapping[str, Any]) -> Party:
    instrument = stored["instrument"]
    return Party(
        customer_id=stored["customer_id"],
        name=stored["name"],
        type=PartyType(stored["type"]),
        country=stored["country"],
        tier=stored["tier"],
        instrument=Instrument(**{**instrument, "kind": InstrumentKind(instrument["kind"])}),
        born_on=date.fromisoformat(stored["born_on"]) if stored["born_on"] else None,
    )
