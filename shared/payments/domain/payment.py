"""The payment: one aggregate, its state machine, its own inbox and outbox."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.kernel.facts import PaymentFacts
from shared.kernel.hold import Hold, HoldStatus
from shared.kernel.money import Money
from shared.kernel.party import Party
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.history import Entry, sealed
from shared.payments.domain.legs import Leg, LegRole, Route
from shared.payments.domain.request import PaymentRequest
from shared.payments.domain.states import ALLOWED, AT_REST, ENDED, State

DRIVE_SHARDS = 8
SUBMISSION = "submission"


@dataclass(frozen=True, slots=True)
class DrivePolicy:
    """When the sweep takes up a live payment that nothing moved: after `after_s`, doubled each time to `at_most_s`.

    A payment that was driven on `people_after_drives` times since it last moved (by default in some 20 hours) is shown
    to people: its rail does not say what became of it.
    """

    after_s: float = 120.0
    at_most_s: float = 3600.0
    people_after_drives: int = 24

    def due(self, now: datetime, drives: int) -> datetime:
        """The moment at which the payment is overdue, when it has been driven on `drives` times since it last moved."""
        return now + timedelta(seconds=min(self.at_most_s, self.after_s * 2 ** min(drives, 20)))


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment at one version.

    `drive_at` is when the sweep takes it up; None once it is at rest. `drives` counts the sweeps since it last moved.
    `holds` are on its wallets: what it is to pay with, and what is kept back of what it collected. `safe_at` is when
    collected money may be passed on. `refunded_minor` is how much of it later payments have been made to give back.
    """

    request: PaymentRequest
    state: State
    history: tuple[Entry, ...]
    drive_at: datetime | None
    drives: int = 0
    source: Party | None = None
    destination: Party | None = None
    route: Route | None = None
    fee_minor: int = 0
    holds: tuple[Hold, ...] = ()
    legs: tuple[Leg, ...] = ()
    safe_at: datetime | None = None
    refunded_minor: int = 0

    @property
    def id(self) -> str:
        """The id that tenant and idempotency key stand for."""
        return self.request.payment_id

    @property
    def version(self) -> int:
        """The number of history entries."""
        return len(self.history)

    @property
    def submitted_at(self) -> datetime:
        """When it was first taken down; the time that fraud and compliance judge it at."""
        return self.history[0].at

    @property
    def ended(self) -> bool:
        """Whether it has reached an end."""
        return self.state in ENDED

    @property
    def open_holds(self) -> tuple[Hold, ...]:
        """The holds that still weigh on its wallets."""
        return tuple(hold for hold in self.holds if hold.open)

    @property
    def held_minor(self) -> int:
        """What its open holds come to."""
        return sum(hold.money.amount_minor for hold in self.open_holds)

    @property
    def fee(self) -> Money:
        """What the house charges for it."""
        return Money(self.fee_minor, self.request.money.currency)

    @property
    def leg(self) -> Leg | None:
        """The leg that was begun last."""
        return self.legs[-1] if self.legs else None

    def leg_of(self, role: LegRole) -> Leg | None:
        """Its leg in this role."""
        return next((leg for leg in self.legs if leg.role is role), None)

    def leg_money(self, role: LegRole) -> Money:
        """What a leg moves. A wallet pays the fee on top; where there is none, it is kept from what is passed on."""
        money = self.request.money
        return money - self.fee if role is LegRole.PAY_OUT and self.route is Route.TRANSFER else money

    def with_leg(self, leg: Leg) -> Payment:
        """The payment with this leg in the place of the one with its key, or behind the others."""
        known = any(one.key == leg.key for one in self.legs)
        legs = tuple(leg if one.key == leg.key else one for one in self.legs) if known else (*self.legs, leg)
        return replace(self, legs=legs)

    def with_holds_ended(self, status: HoldStatus) -> Payment:
        """The payment with its open holds given back; the caller releases them on the ledger."""
        return replace(self, holds=tuple(hold.ended(status) if hold.open else hold for hold in self.holds))

    @property
    def drive_shard(self) -> int:
        """Spreads the index over `drive_at`, which would be a hot spot in the order of time."""
        return zlib.crc32(self.id.encode()) % DRIVE_SHARDS

    def taken_by(self, step: str) -> bool:
        """Whether a step has already done its work on this payment: the inbox."""
        return any(entry.step == step for entry in self.history)

    def facts(self) -> PaymentFacts:
        """What a gate may know of it; only of a received payment."""
        if self.source is None or self.destination is None:
            raise ClearwayError(PaymentError.FORBIDDEN_TRANSITION, "the payment has not been received")
        return PaymentFacts(
            self.id, self.request.tenant, self.request.money, self.source, self.destination, self.submitted_at
        )

    def advance(
        self,
        state: State,
        *,
        step: str,
        now: datetime,
        drive: DrivePolicy,
        reasons: tuple[Reason, ...] = (),
        evidence: Mapping[str, Any] | None = None,
        wake_at: datetime | None = None,
    ) -> Payment:
        """The payment one state further, with its history entry; raises FORBIDDEN_TRANSITION for a step back.

        `wake_at` is when something is due although, or before which, nothing moves it.
        """
        if state not in ALLOWED[self.state]:
            raise ClearwayError(PaymentError.FORBIDDEN_TRANSITION, f"{self.state} cannot become {state}")
        entry = Entry(self.version + 1, state, step, now, reasons, evidence or {})
        entry = replace(entry, hash=sealed(entry, self.history[-1].hash))
        drive_at = wake_at or (None if state in AT_REST else drive.due(now, 0))
        return replace(self, state=state, history=(*self.history, entry), drive_at=drive_at, drives=0)

    def waiting(self, until: datetime | None) -> Payment:
        """The payment left in peace until then; no version of its history, so the count of its sweeps goes on.

        A sweep's task is named after version and count, and the queue remembers the names of the last hour.
        """
        return replace(self, drive_at=until)

    def driven(self, *, now: datetime, drive: DrivePolicy) -> Payment:
        """The payment with its next sweep put off; no version of its history, since nothing happened to it."""
        return replace(self, drives=self.drives + 1, drive_at=drive.due(now, self.drives + 1))


def submitted(request: PaymentRequest, *, now: datetime, drive: DrivePolicy) -> Payment:
    """A new payment at version 1."""
    entry = Entry(1, State.SUBMITTED, SUBMISSION, now)
    entry = replace(entry, hash=sealed(entry, ""))
    return Payment(request, State.SUBMITTED, (entry,), drive.due(now, 0))
