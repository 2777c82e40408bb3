"""Take a payment through a gate (fraud, compliance): judged, recorded and moved on in one commit."""

from __future__ import annotations

from shared.kernel.assessment import Assessment, Verdict
from shared.kernel.errors import ClearwayError
from shared.payments.commands.cases import open_case
from shared.payments.commands.give_back import given_back
from shared.payments.commands.pipeline import Pipeline
from shared.payments.documents import payment_from, payment_key, payment_to_fields
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.ports.documents import Transaction
from shared.ports.gate import Gate
from shared.ports.ledger import Ledger

# Where a gate stands: the state that it takes a payment from, and the one that it lets it into.
GATES = {"fraud": (State.RECEIVED, State.SCORED), "compliance": (State.SCORED, State.APPROVED)}


def pass_gate(payment_id: str, source_customer_id: str, *, pipeline: Pipeline, gate: Gate, ledger: Ledger) -> Payment:
    """The payment behind the gate, held with a case, or rejected; untouched when the gate had seen it before.

    Raises NOT_FOUND for a payment that does not exist.
    """
    before, after = GATES[gate.step]

    def work(tx: Transaction) -> Payment:
        document, *_ = tx.get(payment_key(payment_id), *gate.prefetch(source_customer_id))
        if document is None:
            raise ClearwayError(PaymentError.NOT_FOUND, "an event names a payment that does not exist")
        payment = payment_from(document)
        if payment.taken_by(gate.step) or payment.state is not before:
            return payment
        assessment = gate.assess(tx, payment.facts())
        judged = _judged(tx, payment, assessment, allowed=after, pipeline=pipeline, gate=gate, ledger=ledger)
        tx.replace(document.key, payment_to_fields(judged))
        return judged

    return pipeline.transactor.run(work).value


def _judged(
    tx: Transaction,
    payment: Payment,
    assessment: Assessment,
    *,
    allowed: State,
    pipeline: Pipeline,
    gate: Gate,
    ledger: Ledger,
) -> Payment:
    state = {Verdict.ALLOW: allowed, Verdict.REVIEW: State.HELD, Verdict.BLOCK: State.REJECTED}[assessment.verdict]
    now = pipeline.clock.now()
    judged = payment.advance(
        state,
        step=gate.step,
        now=now,
        drive=pipeline.drive,
        reasons=assessment.reasons,
        evidence={"verdict": assessment.verdict.value, **assessment.evidence},
    )
    if state is State.HELD:
        open_case(tx, judged, gate=gate.step, reasons=assessment.reasons, now=now)
    return given_back(tx, judged, ledger) if state is State.REJECTED else judged
