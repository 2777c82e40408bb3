"""The day before the real gates: ordinary customers pass and every planted case is seen, however fast it is sent."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from emulators.bank.magic import magic_for
from emulators.traffic.generate import generate
from emulators.traffic.plan import Kind, PaymentPlan, Phase, Plan
from emulators.traffic.report import report
from emulators.traffic.watchlist import SAMPLE
from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.compliance.commands.screen_payment import ComplianceGate
from shared.compliance.lists import load_watchlist
from shared.contracts.customers import CustomerRegistration
from shared.customers.domain.customer import Customer
from shared.fraud.commands.score_payment import FraudGate
from shared.fraud.engine import RuleSet
from shared.kernel.assessment import Verdict
from shared.kernel.facts import PaymentFacts
from shared.kernel.money import Money
from shared.kernel.party import InstrumentKind, Party

DAY_S = 86_400
STOPS = {Verdict.REVIEW: "held", Verdict.BLOCK: "rejected"}


class Rehearsal:
    """Runs a plan past the fraud and the compliance gate, with balances and the bank's table for the rest."""

    def __init__(
        self, plan: Plan, gates: list[FraudGate | ComplianceGate], start: datetime, pressed_s: float, disorder_s: float
    ) -> None:
        self.plan = plan
        self.gates = gates
        self.start = start
        self.pressed_s = pressed_s
        self.disorder_s = disorder_s
        self.documents = InMemoryDocuments(ManualClock(start))
        self.balances: Counter[str] = Counter()
        registrations = [CustomerRegistration.model_validate(each.body, strict=False) for each in plan.customers]
        self.customers: dict[str, Customer] = {}
        for registration in registrations:
            customer = registration.to_domain(plan.tenant)
            self.customers[customer.id] = customer

    def run(self) -> dict[str, str]:
        """The final state of every payment, by id."""
        states: dict[str, str] = {}
        for phase in (Phase.FUNDING, Phase.TRAFFIC):
            # Steps run side by side, so payments are judged a little out of the order in which they were sent.
            random = Random(f"{self.plan.seed}/disorder")
            sent = [each for each in self.plan.payments if each.phase is phase]
            sent.sort(key=lambda each: each.at_s * self.pressed_s / DAY_S + random.uniform(0, self.disorder_s))
            for payment in sent:
                id_ = self.plan.payment_id(payment)
                if id_ not in states:
                    states[id_] = self._outcome(id_, payment)
        return states

    def _outcome(self, payment_id: str, payment: PaymentPlan) -> str:
        facts = self._facts(payment_id, payment)
        payer, amount_minor = facts.source, facts.money.amount_minor
        from_wallet = payer.instrument.kind is InstrumentKind.WALLET
        if from_wallet and self.balances[payer.instrument.account_id] < amount_minor:
            return "rejected"
        for gate in self.gates:
            verdict = self._verdict(gate, facts)
            if verdict is not Verdict.ALLOW:
                return STOPS[verdict]
        for party, direction in ((facts.source, "debit"), (facts.destination, "credit")):
            # A wallet has no account number, and so no magic one.
            if magic_for(party.instrument.account_number, direction).reason_code:
                return "failed"
        if from_wallet:
            self.balances[payer.instrument.account_id] -= amount_minor
        if facts.destination.instrument.kind is InstrumentKind.WALLET:
            self.balances[facts.destination.instrument.account_id] += amount_minor
        return "completed"

    def _verdict(self, gate: FraudGate | ComplianceGate, facts: PaymentFacts) -> Verdict:
        return self.documents.run(lambda tx: gate.assess(tx, facts).verdict).value

    def _facts(self, payment_id: str, payment: PaymentPlan) -> PaymentFacts:
        offset_s = payment.at_s * self.pressed_s / DAY_S
        return PaymentFacts(
            payment_id=payment_id,
            tenant=self.plan.tenant,
            money=Money(payment.body["amount_minor"], payment.body["currency"]),
            source=self._party(payment.body["source"]),
            destination=self._party(payment.body["destination"]),
            submitted_at=self.start + timedelta(seconds=offset_s),
        )

    def _party(self, side: dict[str, str]) -> Party:
        party = self.customers[side["customer_id"]].party(side["instrument_id"], "USD")
        assert isinstance(party, Party)
        return party


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("start_hour", "pressed_s", "disorder_s"),
    [(12, 60, 1.5), (3, 60, 1.5), (0, DAY_S, 0)],
    ids=["a minute at noon", "a minute at night", "the whole day"],
)
def test_nobody_ordinary_is_stopped_and_every_case_is_seen(
    seed: int, start_hour: int, pressed_s: float, disorder_s: float
) -> None:
    plan = generate(seed)
    gates: list[FraudGate | ComplianceGate] = [FraudGate(RuleSet.load()), ComplianceGate.over(load_watchlist(SAMPLE))]
    start = datetime(2026, 11, 2, start_hour, tzinfo=UTC)
    found = report(plan, Rehearsal(plan, gates, start, pressed_s, disorder_s).run())
    assert found.false_positives == 0
    assert found.unexpected == ()
    missed = {each.label: each.cases_missed for each in found.labels if each.cases_missed}
    assert missed == {}
    kinds = {each.label.partition(":")[0] for each in found.labels if each.catchable}
    assert kinds == {Kind.FRAUD, Kind.SANCTIONED, Kind.INSUFFICIENT_FUNDS, Kind.LIMIT_EXCEEDED}
