"""The timer's job `schedules`: occurrences that are due become payments."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.kernel.usage import measured
from shared.payments.commands.stage_payment import stage_payment
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.events import owed_by_step
from shared.payments.domain.payment import SUBMISSION, Payment
from shared.payments.domain.request import InstrumentRef, PaymentRequest
from shared.ports.documents import Document, Transaction
from shared.rails.domain.banking_days import is_banking_day
from shared.runtime.backbone import Backbone
from shared.runtime.dispatch import dispatch
from shared.runtime.logs import log
from shared.schedules.commands.make_due_payments import Making, due_schedules, make_due_payments
from shared.schedules.domain.occurrences import BankingDay
from shared.schedules.domain.schedule import DuePayment, Outcome, Past, Side


@dataclass(slots=True)
class ScheduleCounts:
    """What a run did with the occurrences that were due; `failed` are schedules to which the next run comes back."""

    made: int = 0
    skipped: int = 0
    refused: int = 0
    failed: int = 0

    def count(self, outcome: Outcome) -> None:
        """One occurrence more."""
        match outcome:
            case Outcome.MADE:
                self.made += 1
            case Outcome.SKIPPED:
                self.skipped += 1
            case Outcome.REFUSED:
                self.refused += 1


def run_due_schedules(backbone: Backbone, *, is_banking_day: BankingDay = is_banking_day) -> ScheduleCounts:
    """Make the payments that are due, each once, however often and wherever a run dies.

    A schedule that cannot be taken further now does not stop the others. A payment whose request was not published,
    because the process died or the broker was away, is found by the sweep.
    """
    done = ScheduleCounts()
    staging = _Staging(backbone)
    making = Making(backbone.documents, backbone.documents, backbone.clock, staging.stage, is_banking_day)
    with measured() as counts:
        try:
            for found in due_schedules(making):
                _take_on(found, making, staging, done)
        except ClearwayError as error:
            done.failed += 1
            log("ERROR", "timer: schedules cut short", code=error.code.code)
        log("INFO", "timer: schedules", step="timer", **asdict(done), usage=counts.as_dict())
    return done


@dataclass(slots=True)
class _Staging:
    """Submits occurrences for the schedules context, and keeps each payment until it is safe to speak of."""

    backbone: Backbone
    payments: dict[str, Payment] = field(default_factory=dict)

    def stage(self, tx: Transaction, due: DuePayment) -> str | Reason:
        """Implements `MakePayment`."""
        try:
            payment = stage_payment(tx, _request(due), pipeline=self.backbone.pipeline)
        except ClearwayError as error:
            if error.code is not PaymentError.IDEMPOTENCY_CONFLICT:
                raise
            # The tenant used the occurrence's key for a payment of its own; no retry can change that.
            return Reason(error.code.code, error.detail)
        self.payments[payment.id] = payment
        return payment.id


def _take_on(found: Document, making: Making, staging: _Staging, done: ScheduleCounts) -> None:
    try:
        for past in make_due_payments(found, making):
            done.count(past.outcome)
            _tell(found, past, staging)
    except ClearwayError as error:
        done.failed += 1
        log("ERROR", "timer: schedule not taken on", schedule_id=found.key.id, code=error.code.code)
    except Exception as error:  # noqa: BLE001 - a bug that one schedule meets must not stop the others
        done.failed += 1
        log("ERROR", "timer: schedule not taken on", schedule_id=found.key.id, code=type(error).__name__)


def _tell(found: Document, past: Past, staging: _Staging) -> None:
    if past.outcome is not Outcome.MADE:
        code = past.reason.code if past.reason else ""
        log("WARNING", f"timer: occurrence {past.outcome}", schedule_id=found.key.id, code=code)
        return
    payment = staging.payments.pop(past.payment_id)
    dispatch(payment, owed_by_step(payment, SUBMISSION), staging.backbone)


def _request(due: DuePayment) -> PaymentRequest:
    template = due.template
    return PaymentRequest(
        tenant=due.tenant,
        idempotency_key=due.idempotency_key,
        money=template.money,
        source=_ref(template.source),
        destination=_ref(template.destination),
        description=template.description,
        speed=template.speed,
        schedule_id=due.schedule_id,
    )


def _ref(side: Side) -> InstrumentRef:
    return InstrumentRef(side.customer_id, side.instrument_id)
