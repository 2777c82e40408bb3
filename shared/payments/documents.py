"""How payments lie in documents: collection `payments`, one document with everything, `cases` beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from shared.kernel.assessment import Reason
from shared.kernel.hold import Hold, HoldStatus
from shared.kernel.money import Money
from shared.kernel.party import Instrument, InstrumentKind, Party, PartyType, Speed
from shared.payments.domain.history import Entry
from shared.payments.domain.legs import Leg, LegRole, LegStatus, Route
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
        "speed": request.speed.value,
        "refund_of": request.refund_of,
        "schedule_id": request.schedule_id,
        "state": payment.state.value,
        "version": payment.version,
        "history": [_entry_to_fields(entry) for entry in payment.history],
        "drive_shard": payment.drive_shard,
        "drives": payment.drives,
        "fee_minor": payment.fee_minor,
        "refunded_minor": payment.refunded_minor,
        "holds": [_hold_to_fields(hold) for hold in payment.holds],
        "legs": [_leg_to_fields(leg) for leg in payment.legs],
    }
    if payment.safe_at is not None:
        stored["safe_at"] = payment.safe_at
    if payment.drive_at is not None:
        stored["drive_at"] = payment.drive_at
    if payment.source is not None and payment.destination is not None:
        stored["parties"] = {
            "source": _party_to_fields(payment.source),
            "destination": _party_to_fields(payment.destination),
        }
    if payment.route is not None:
        stored["route"] = payment.route.value
    return stored


def payment_from(document: Document) -> Payment:
    """A payment from its document."""
    stored = document.fields
    parties = stored.get("parties")
    return Payment(
        request=PaymentRequest(
            tenant=stored["tenant"],
            idempotency_key=stored["idempotency_key"],
            money=Money(stored["amount_minor"], stored["currency"]),
            source=InstrumentRef(**stored["source"]),
            destination=InstrumentRef(**stored["destination"]),
            description=stored["description"],
            speed=Speed(stored["speed"]),
            refund_of=stored["refund_of"],
            schedule_id=stored["schedule_id"],
        ),
        state=State(stored["state"]),
        history=tuple(_entry_from(entry) for entry in stored["history"]),
        drive_at=stored.get("drive_at"),
        drives=stored["drives"],
        source=_party_from(parties["source"]) if parties else None,
        destination=_party_from(parties["destination"]) if parties else None,
        route=Route(stored["route"]) if "route" in stored else None,
        fee_minor=stored["fee_minor"],
        holds=tuple(_hold_from(hold) for hold in stored["holds"]),
        legs=tuple(_leg_from(leg) for leg in stored["legs"]),
        safe_at=stored.get("safe_at"),
        refunded_minor=stored["refunded_minor"],
    )


def _ref_to_fields(ref: InstrumentRef) -> dict[str, str]:
    return {"customer_id": ref.customer_id, "instrument_id": ref.instrument_id}


def _hold_to_fields(hold: Hold) -> dict[str, Any]:
    return {
        "id": hold.id,
        "account_id": hold.account_id,
        "amount_minor": hold.money.amount_minor,
        "currency": hold.money.currency,
        "at": hold.at,
        "expires_at": hold.expires_at,
        "status": hold.status.value,
        "posted_minor": hold.posted_minor,
    }


def _hold_from(stored: Mapping[str, Any]) -> Hold:
    return Hold(
        id=stored["id"],
        account_id=stored["account_id"],
        money=Money(stored["amount_minor"], stored["currency"]),
        at=stored["at"],
        expires_at=stored["expires_at"],
        status=HoldStatus(stored["status"]),
        posted_minor=stored["posted_minor"],
    )


def _leg_to_fields(leg: Leg) -> dict[str, Any]:
    return {
        **{each.name: getattr(leg, each.name) for each in fields(Leg)},
        "role": leg.role.value,
        "status": leg.status.value,
        "others": list(leg.others),
        "settled_on": leg.settled_on.isoformat() if leg.settled_on else None,
    }


def _leg_from(stored: Mapping[str, Any]) -> Leg:
    settled_on = stored["settled_on"]
    return Leg(
        **{
            **stored,
            "role": LegRole(stored["role"]),
            "status": LegStatus(stored["status"]),
            "others": tuple(stored["others"]),
            "settled_on": date.fromisoformat(settled_on) if settled_on else None,
        }
    )


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
