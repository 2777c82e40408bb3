"""Legs of payments as reconciliation asks for them: by the key under which their rail knows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.kernel.party import Direction
from shared.payments.documents import payment_from, payment_key
from shared.payments.domain.legs import Leg, LegStatus
from shared.payments.domain.payment import Payment
from shared.ports.documents import Transactor
from shared.ports.reconciliation import BookedItem, BookedLeg


@dataclass(frozen=True, slots=True)
class LegBookOfPayments:
    """Implements `LegBook` over the payments, which are read by their keys in one call."""

    transactor: Transactor

    def booked(self, rail: str, currency: str, keys: Sequence[str]) -> Mapping[str, BookedLeg]:
        """See `LegBook.booked`."""
        wanted = list(dict.fromkeys(_payment_id(key) for key in keys))
        if not wanted:
            return {}
        found = self.transactor.run(lambda tx: tx.get(*(payment_key(one) for one in wanted))).value
        payments = {document.key.id: payment_from(document) for document in found if document}
        legs: dict[str, BookedLeg] = {}
        for key in keys:
            payment = payments.get(_payment_id(key))
            leg = next((one for one in payment.legs if one.key == key), None) if payment else None
            if payment is not None and leg is not None:
                here = leg.rail == rail and payment.request.money.currency == currency
                items = tuple(_items(payment, leg)) if here else ()
                legs[key] = BookedLeg(payment.id, payment.request.tenant, items)
        return legs


def _payment_id(key: str) -> str:
    return key.partition(".")[0]


def _items(payment: Payment, leg: Leg) -> Iterator[BookedItem]:
    """What was booked for a leg. Money that was collected came in; what was paid out or put back went out.

    A leg that came back before it counted as accepted was never booked, and names no entry.
    """
    if leg.status not in (LegStatus.ACCEPTED, LegStatus.RETURNED) or not leg.entry_id:
        return
    amount_minor = payment.leg_money(leg.role).amount_minor
    signed_minor = amount_minor if leg.direction is Direction.DEBIT else -amount_minor
    yield BookedItem(leg.entry_id, signed_minor, _moment(payment, leg.entry_id))
    if leg.status is LegStatus.RETURNED:
        entry_id = f"{payment.id}.{leg.role.value}.returned"
        yield BookedItem(entry_id, -signed_minor, payment.history[-1].at, returned=True)


def _moment(payment: Payment, entry_id: str) -> datetime:
    """When an entry was booked, which is named after the payment's version at that moment."""
    version = entry_id.rpartition(".")[2]
    at = next((entry.at for entry in payment.history if str(entry.version) == version), None)
    return at or payment.history[-1].at
