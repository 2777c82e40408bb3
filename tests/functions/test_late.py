"""A payment that was set aside and comes back weeks later is judged all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from emulators.embedded import SAMPLE_WATCHLIST
from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.compliance.commands.screen_payment import ComplianceGate
from shared.compliance.lists import load_watchlist
from shared.fraud.commands.score_payment import FraudGate
from shared.fraud.engine import RuleSet
from shared.kernel.assessment import Verdict
from shared.kernel.facts import PaymentFacts
from shared.kernel.money import Money
from shared.kernel.party import InstrumentKind
from shared.ports.documents import Transaction
from shared.ports.gate import Gate
from tests.support.builders import NOON, TENANT, a_party

GATES: dict[str, Callable[[], Gate]] = {
    "fraud": lambda: FraudGate(RuleSet.load()),
    "compliance": lambda: ComplianceGate.over(load_watchlist(SAMPLE_WATCHLIST)),
}


def facts(number: int, late: timedelta) -> PaymentFacts:
    payer, payee = a_party(), a_party(InstrumentKind.BANK_ACCOUNT)
    return PaymentFacts(f"pay_{number}", TENANT, Money(20_00, "USD"), payer, payee, NOON - late)


@pytest.mark.parametrize("name", GATES)
def test_a_payment_with_nothing_to_add_is_judged_and_writes_nothing(name: str) -> None:
    gate, store = GATES[name](), InMemoryDocuments(ManualClock(NOON))
    for number, late_days in enumerate((0, 90, 90, 90)):
        late = facts(number, timedelta(days=late_days))

        def work(tx: Transaction, late: PaymentFacts = late) -> Verdict:
            return gate.assess(tx, late).verdict

        committed = store.run(work)
        assert committed.value is Verdict.ALLOW
    assert committed.documents == {}
