"""What moving money needs, and what every command that moves it shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.payments.commands.pipeline import Pipeline
from shared.payments.documents import payment_from, payment_key, payment_to_fields
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.ports.documents import Transaction
from shared.ports.ledger import Ledger
from shared.ports.rail import Rail
from shared.ports.routing import HoldPolicy, Router

STEP = "settlement"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A rail of this deployment. `inquiry_grace_s` is how long its "never heard of it" is not yet believed."""

    rail: Rail
    inquiry_grace_s: float


@dataclass(frozen=True, slots=True)
class Settlement:
    """What settling needs. `carriers` are by the rail's name."""

    pipeline: Pipeline
    ledger: Ledger
    router: Router
    hold_policy: HoldPolicy
    carriers: Mapping[str, Carrier]

    def carrier(self, rail: str) -> Carrier:
        """The rail of this name; raises RAIL_NOT_CONNECTED."""
        carrier = self.carriers.get(rail)
        if carrier is None:
            raise ClearwayError(PaymentError.RAIL_NOT_CONNECTED, f"no rail {rail} is connected here")
        return carrier


@dataclass(frozen=True, slots=True)
class Unit:
    """One run of a unit of work on a payment's money: its transaction, its moment, and what settling needs."""

    tx: Transaction
    settlement: Settlement
    now: datetime

    @property
    def ledger(self) -> Ledger:
        """The ledger that books in this transaction."""
        return self.settlement.ledger

    def advance(
        self,
        payment: Payment,
        state: State,
        *,
        reasons: tuple[Reason, ...] = (),
        evidence: Mapping[str, Any] | None = None,
        wake_at: datetime | None = None,
    ) -> Payment:
        """See `Payment.advance`."""
        drive = self.settlement.pipeline.drive
        return payment.advance(
            state, step=STEP, now=self.now, drive=drive, reasons=reasons, evidence=evidence, wake_at=wake_at
        )


def read_payment(tx: Transaction, payment_id: str) -> Payment:
    """The payment; raises NOT_FOUND."""
    (document,) = tx.get(payment_key(payment_id))
    if document is None:
        raise ClearwayError(PaymentError.NOT_FOUND, "a task or a rail names a payment that does not exist")
    return payment_from(document)


def write_payment(tx: Transaction, before: Payment, after: Payment) -> None:
    """Stage the payment, where it has changed."""
    if after != before:
        tx.replace(payment_key(after.id), payment_to_fields(after))
