"""Fraud scoring as a gate, in the payment's transaction on the in-memory store."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.fraud.commands.score_payment import FraudGate
from shared.fraud.documents import profile_from
from shared.fraud.engine import RuleSet
from shared.kernel.assessment import Assessment, Verdict
from shared.kernel.usage import measured
from tests.support.builders import ADA, NOON
from tests.unit.fraud.payments import Pay, monthly

GATE = FraudGate(RuleSet.load())
(PROFILE,) = GATE.prefetch(ADA)


def store() -> InMemoryDocuments:
    return InMemoryDocuments(ManualClock(NOON))


def scored(documents: InMemoryDocuments, pay: Pay, now: datetime = NOON, gate: FraudGate = GATE) -> Assessment:
    return documents.run(lambda tx: gate.assess(tx, pay.facts(now))).value


def test_an_ordinary_payment_is_allowed_and_remembered_at_the_price_of_one_read_and_one_write() -> None:
    documents = store()
    for reads_before in (0, 1):
        with measured() as usage:
            assessment = scored(documents, Pay(10 - reads_before, 7_00, "shop"))
        assert (usage.reads, usage.writes) == (1, 1)
        assert assessment.verdict is Verdict.ALLOW
        assert assessment.reasons == ()
        assert assessment.evidence["features"]["count_1h"] == reads_before, "features are of before the payment"
    assert sum(tallies["USD"].count for tallies in profile_from(documents.get(PROFILE)).attempts.values()) == 2


def test_a_burst_is_blocked_from_its_tenth_payment_on_and_stays_so_within_the_hour() -> None:
    documents = store()
    verdicts = [scored(documents, Pay(20 - n, 1_00, f"shop-{n}")).verdict for n in range(12)]
    assert verdicts == [Verdict.ALLOW] * 9 + [Verdict.BLOCK] * 3
    later = scored(documents, Pay(0, 1_00, "shop-1"), NOON + timedelta(hours=3))
    assert later.verdict is Verdict.ALLOW


def test_a_takeover_is_held_with_everything_needed_to_explain_it_and_no_personal_data() -> None:
    documents = store()
    for pay in monthly(7_00, count=6):
        scored(documents, pay)
    assessment = scored(documents, Pay(0, 2_500_00, "mule"))
    assert assessment.verdict is Verdict.REVIEW
    assert [reason.code for reason in assessment.reasons] == ["account_takeover"]
    assert assessment.evidence["fired"] == ["account_takeover"]
    edition = GATE.rules.in_force(NOON)
    assert edition is not None
    assert assessment.evidence["rules_version"] == edition.edition.version
    assert [each.code for each in edition.evaluate(assessment.evidence["features"])] == ["account_takeover"]
    assert "Ada" not in repr(assessment)
    stored = repr(documents.get(PROFILE))
    assert "Ada" not in stored
    assert "mule" not in stored
    # What was held teaches nothing: the same again is held again.
    assert scored(documents, Pay(-5, 2_500_00, "mule")).verdict is Verdict.REVIEW


def test_a_payment_from_before_any_rules_goes_to_people(tmp_path: Path) -> None:
    text = 'effective_from = 2027-01-01\n[[rules]]\nid = "late"\nverdict = "block"\nreason = "r"\nexpression = "night"'
    (tmp_path / "2027.toml").write_text(text)
    assessment = scored(store(), Pay(0, 7_00), gate=FraudGate(RuleSet.load(tmp_path)))
    assert assessment.verdict is Verdict.REVIEW
    assert [reason.code for reason in assessment.reasons] == ["no_rules"]
