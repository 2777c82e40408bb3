"""Settlement: move an approved payment's money, or find out what became of it. A rail is asked, never guessed.

The leg is marked SUBMITTING, with the rail's idempotency key, in a commit of its own before the rail is called. Whoever
finds the mark asks the rail first; only a rail that never heard of the key, once the first call can no longer be on its
way, is called again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from shared.kernel import ids
from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.payments.commands.pass_gate import released
from shared.payments.commands.pipeline import Pipeline
from shared.payments.documents import payment_from, payment_key, payment_to_fields
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.legs import Leg, LegStatus, Route
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.ports.documents import Committed, Document, Transaction
from shared.ports.ledger import Ledger, Movement, Place, RailSettlement, Wallet
from shared.ports.rail import Answer, Instruction, Rail, RailError, RailStatus

STEP = "settlement"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What settling needs. `inquiry_grace_s` is how long a rail's "never heard of it" is not yet believed."""

    pipeline: Pipeline
    ledger: Ledger
    rail: Rail
    inquiry_grace_s: float


@dataclass(frozen=True, slots=True)
class _Begun:
    payment: Payment
    fresh: bool = False  # this very call marked the leg, so the rail cannot have heard of it


def settle_payment(payment_id: str, settlement: Settlement) -> Payment:
    """The payment as far as it could be moved; untouched when it needs no settlement.

    Raises retryable errors while the outcome is not known: NOT_SENT, OUTCOME_UNKNOWN, OUTCOME_PENDING,
    TOO_EARLY_TO_BELIEVE, and NOT_FOUND for a payment that does not exist.
    """
    begun = _begin(payment_id, settlement)
    payment = begun.value.payment
    if payment.leg is None or payment.leg.status is not LegStatus.SUBMITTING:
        return payment
    answer = None if begun.value.fresh else settlement.rail.inquire(payment.leg.key)
    if answer is None:
        if not begun.value.fresh:
            begun = _renew(payment_id, settlement)
            payment = begun.value.payment
        answer = _submit(payment, settlement)
    if answer.status is RailStatus.PENDING:
        raise ClearwayError(PaymentError.OUTCOME_PENDING, "the rail has not decided")
    return _conclude(payment_id, answer, settlement, tuple(begun.documents.values()))


def _begin(payment_id: str, settlement: Settlement) -> Committed[_Begun]:
    """Mark the leg of an approved payment; a book transfer is done here and now."""
    pipeline = settlement.pipeline

    def work(tx: Transaction) -> _Begun:
        payment = _read(tx, payment_id)
        if payment.state is not State.APPROVED or payment.route is None:
            return _Begun(payment)
        now = pipeline.clock.now()
        if payment.route is Route.BOOK:
            moved = payment.advance(State.COMPLETED, step=STEP, now=now, drive=pipeline.drive)
            _write(tx, _booked(tx, moved, settlement))
            return _Begun(moved)
        direction = payment.route.direction
        leg = Leg(
            key=ids.leg_key(payment.id, direction.value),
            rail=settlement.rail.name,
            direction=direction,
            status=LegStatus.SUBMITTING,
            attempts=1,
            submitted_at=now,
        )
        moving = payment.advance(payment.route.moving_state, step=STEP, now=now, drive=pipeline.drive)
        moving = replace(moving, leg=leg)
        _write(tx, moving)
        return _Begun(moving, fresh=True)

    return pipeline.transactor.run(work)


def _renew(payment_id: str, settlement: Settlement) -> Committed[_Begun]:
    """Claim the next attempt after the rail said that it never heard of the last one."""
    pipeline = settlement.pipeline

    def work(tx: Transaction) -> _Begun:
        payment = _read(tx, payment_id)
        leg = payment.leg
        if leg is None or leg.status is not LegStatus.SUBMITTING:
            raise ClearwayError(PaymentError.TOO_EARLY_TO_BELIEVE, "somebody else found out what became of the leg")
        now = pipeline.clock.now()
        if now < leg.submitted_at + timedelta(seconds=settlement.inquiry_grace_s):
            raise ClearwayError(PaymentError.TOO_EARLY_TO_BELIEVE, "the last attempt may still be on its way")
        renewed = replace(payment, leg=replace(leg, attempts=leg.attempts + 1, submitted_at=now))
        _write(tx, renewed)
        return _Begun(renewed, fresh=True)

    return pipeline.transactor.run(work)


def _submit(payment: Payment, settlement: Settlement) -> Answer:
    leg = payment.leg
    if leg is None or payment.source is None or payment.destination is None:
        raise ClearwayError(PaymentError.FORBIDDEN_TRANSITION, "a leg without its parties")
    # A process that slept since it marked the leg must not call now: another may have been told that it may.
    latest = leg.submitted_at + timedelta(seconds=settlement.inquiry_grace_s - settlement.rail.timeout_s)
    if settlement.pipeline.clock.now() > latest:
        raise ClearwayError(RailError.NOT_SENT, "too late for this attempt")
    outside = payment.source if payment.route is Route.DEPOSIT else payment.destination
    return settlement.rail.submit(
        Instruction(
            key=leg.key,
            direction=leg.direction,
            money=payment.request.money,
            instrument=outside.instrument,
            holder_name=outside.name,
            description=payment.request.description,
        )
    )


def _conclude(payment_id: str, answer: Answer, settlement: Settlement, known: tuple[Document, ...]) -> Payment:
    """Record the rail's answer with its postings, once."""
    pipeline = settlement.pipeline

    def work(tx: Transaction) -> Payment:
        payment = _read(tx, payment_id)
        if payment.ended or payment.leg is None:
            return payment
        now = pipeline.clock.now()
        status = LegStatus.ACCEPTED if answer.status is RailStatus.ACCEPTED else LegStatus.REJECTED
        payment = replace(payment, leg=replace(payment.leg, status=status, reference=answer.reference))
        evidence = {"rail": settlement.rail.name, "rail_reference": answer.reference}
        if status is LegStatus.ACCEPTED:
            moved = payment.advance(State.COMPLETED, step=STEP, now=now, drive=pipeline.drive, evidence=evidence)
            concluded = _booked(tx, moved, settlement)
        else:
            reason = Reason(f"rail_{answer.reason_code or 'rejected'}", answer.reason_text)
            failed = payment.advance(
                State.FAILED, step=STEP, now=now, drive=pipeline.drive, reasons=(reason,), evidence=evidence
            )
            concluded = released(tx, failed, settlement.ledger)
        _write(tx, concluded)
        return concluded

    return pipeline.transactor.run(work, known=known).value


def _booked(tx: Transaction, payment: Payment, settlement: Settlement) -> Payment:
    """Book the whole payment as one journal entry: what was held on the wallet leaves it."""
    if payment.source is None or payment.destination is None:
        raise ClearwayError(PaymentError.FORBIDDEN_TRANSITION, "a payment without its parties")
    house = RailSettlement(settlement.rail.name)
    source: Place = house if payment.route is Route.DEPOSIT else Wallet(payment.source.instrument.account_id)
    destination: Place = house if payment.route is Route.PAYOUT else Wallet(payment.destination.instrument.account_id)
    settlement.ledger.move(
        tx,
        Movement(
            entry_id=ids.event_id(payment.id, payment.version),
            payment_id=payment.id,
            money=payment.request.money,
            source=source,
            destination=destination,
            at=payment.history[-1].at,
            held=payment.held_minor > 0,
        ),
    )
    return replace(payment, held_minor=0)


def _read(tx: Transaction, payment_id: str) -> Payment:
    (document,) = tx.get(payment_key(payment_id))
    if document is None:
        raise ClearwayError(PaymentError.NOT_FOUND, "a task names a payment that does not exist")
    return payment_from(document)


def _write(tx: Transaction, payment: Payment) -> None:
    tx.replace(payment_key(payment.id), payment_to_fields(payment))
