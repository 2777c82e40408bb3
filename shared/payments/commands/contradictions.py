"""A rail that says the opposite of what it said: nothing moves, and people are asked once."""

from __future__ import annotations

from shared.kernel.assessment import Reason
from shared.payments.commands.cases import case_fields
from shared.payments.commands.settlement import STEP, Unit
from shared.payments.documents import CASES
from shared.payments.domain.legs import Leg
from shared.payments.domain.payment import Payment
from shared.ports.documents import Key
from shared.ports.rail import Answer


def contradicted(unit: Unit, payment: Payment, leg: Leg, answer: Answer) -> Payment:
    """The payment as it is, with a case on it."""
    reason = Reason("rail_contradiction", f"the rail said {answer.status} of a leg that it had {leg.status}")
    key = Key(CASES, f"{payment.id}.{leg.role.value}.{answer.status.value}")
    (present,) = unit.tx.get(key)
    if present is None:
        unit.tx.create(key, case_fields(payment, gate=STEP, reasons=(reason,), now=unit.now))
    return payment
