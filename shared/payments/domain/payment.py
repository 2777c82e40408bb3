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
from shared.kernel.party import Party
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.history import Entry, sealed
from shared.payments.domain.legs import Leg, Route
from shared.payments.domain.request import PaymentRequest
from shared.payments.domain.states import ALLOWED, AT_REST, ENDED, State

DRIVE_SHARDS = 8
SUBMISSION = "submission"


@dataclass(frozen=True, slots=True)
class DrivePolicy:
    """When the sweep takes up a live payment that nothing moved: after `after_s`, doubled each time to `at_most_s`."""

    after_s: float = 120.0
    at_most_s: float = 3600.0

    def due(self, now: datetime, drives: int) -> datetime:
        """The moment at which the payment is overdue, when it has been driven on `drives` times since it last moved."""
        return now + timedelta(seconds=min(self.at_most_s, self.after_s * 2 ** min(drives, 20)))


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment at one version. `held_minor` is what is set aside on the source wallet for it.

    `drive_at` is when the sweep takes it up; None once it is at rest. `drives` counts the sweeps since it last moved.
    """

    request: PaymentRequest
    state: State
    history: tuple[Entry, ...]
    drive_at: datetime | None
    drives: int = 0
    source: Party | None = None
    destination: Party | None = None
    route: Route | None = None
    held_minor: int = 0
    leg: Leg | None = None

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
    ) -> Payment:
        """The payment one state further, with its history entry; raises FORBIDDEN_TRANSITION for a step back."""
        if state not in ALLOWED[self.state]:
            raise ClearwayError(PaymentError.FORBIDDEN_TRANSITION, f"{self.state} cannot become {state}")
        entry = Entry(self.version + 1, state, step, now, reasons, evidence or {})
        entry = replace(entry, hash=sealed(entry, self.history[-1].hash))
        drive_at = None if state in AT_REST else drive.due(now, 0)
        return replace(self, state=state, history=(*self.history, entry), drive_at=drive_at, drives=0)

    def driven(self, *, now: datetime, drive: DrivePolicy) -> Payment:
        """The payment with its next sweep put off; no version of its history, since nothing happened to it."""
        return replace(self, drives=self.drives + 1, drive_at=drive.due(now, self.drives + 1))


def submitted(request: PaymentRequest, *, now: datetime, drive: DrivePolicy) -> Payment:
    """A new payment at version 1."""
    entry = Entry(1, State.SUBMITTED, SUBMISSION, now)
    entry = replace(entry, hash=sealed(entry, ""))
    return Payment(request, State.SUBMITTED, (entry,), drive.due(now, 0))
