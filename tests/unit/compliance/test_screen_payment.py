"""Compliance as a gate, in the payment's transaction on the in-memory store, against the sample list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.compliance.commands.screen_payment import ComplianceGate
from shared.compliance.documents import usage_from
from shared.compliance.domain.limit_usage import THIRTY_DAYS
from shared.compliance.lists import load_watchlist
from shared.kernel.assessment import Assessment, Verdict
from shared.kernel.facts import PaymentFacts
from shared.kernel.money import Money
from shared.kernel.party import InstrumentKind, Party, PartyType
from shared.kernel.usage import measured
from tests.support.builders import ADA, BOB, NOON, a_party

SAMPLE = Path(__file__).parents[3] / "emulators" / "watchlists" / "sample"
GATE = ComplianceGate.over(load_watchlist(SAMPLE))
(USAGE,) = GATE.prefetch(ADA)
LISTED = "Tandrel Osmund Vorakesh"


def facts(
    amount_minor: int = 12_50, *, source: str = "Ada Brook", destination: str = "Bob Lane", tier: str = "basic"
) -> PaymentFacts:
    payer = replace(a_party(name=source), tier=tier)
    return PaymentFacts(
        "pay-1", "demo", Money(amount_minor, "USD"), payer, a_party(customer=BOB, name=destination), NOON
    )


def store() -> InMemoryDocuments:
    return InMemoryDocuments(ManualClock(NOON))


def checked(documents: InMemoryDocuments, payment: PaymentFacts) -> Assessment:
    return documents.run(lambda tx: GATE.assess(tx, payment)).value


def used_minor(documents: InMemoryDocuments) -> int:
    return usage_from(documents.get(USAGE)).fullest(NOON.date(), "USD", THIRTY_DAYS)


def test_an_ordinary_payment_is_allowed_and_spends_the_limit_at_the_price_of_one_read_and_one_write() -> None:
    documents = store()
    for number in range(2):
        with measured() as usage:
            assessment = checked(documents, facts())
        assert (usage.reads, usage.writes) == (1, 1)
        assert (assessment.verdict, assessment.reasons) == (Verdict.ALLOW, ())
        assert assessment.evidence["usage_before"] == {"day_minor": number * 12_50, "thirty_days_minor": number * 12_50}
    assert used_minor(documents) == 2 * 12_50


def test_above_a_limit_it_is_blocked_and_spends_nothing() -> None:
    documents = store()
    assert checked(documents, facts(1_999_00)).verdict is Verdict.ALLOW
    with measured() as usage:
        assessment = checked(documents, facts(1_999_00))
    assert usage.writes == 0
    assert assessment.verdict is Verdict.BLOCK
    assert [reason.code for reason in assessment.reasons] == ["limit_day_exceeded"]
    assert used_minor(documents) == 1_999_00
    assert checked(documents, facts(1_001_00)).verdict is Verdict.ALLOW, "what was blocked left room for a smaller one"
    assert documents.get(USAGE) is not None


def test_the_first_payment_of_a_customer_when_blocked_leaves_no_document() -> None:
    documents = store()
    assert checked(documents, facts(2_000_01)).verdict is Verdict.BLOCK
    assert documents.get(USAGE) is None


@pytest.mark.parametrize(
    ("payment", "code"),
    [(facts(source=LISTED), "sanctions_source"), (facts(destination=LISTED), "sanctions_destination")],
)
def test_a_hit_holds_the_payment_and_its_room_within_the_limit(payment: PaymentFacts, code: str) -> None:
    documents = store()
    assessment = checked(documents, payment)
    assert assessment.verdict is Verdict.REVIEW
    assert [reason.code for reason in assessment.reasons] == [code]
    (hit,) = assessment.evidence["hits"]
    assert (hit["side"], hit["entry_id"], hit["programmes"]) == (
        code.removeprefix("sanctions_"),
        "90001",
        ["FIC-TRADE"],
    )
    assert 0.85 <= hit["score"] < 1
    assert used_minor(documents) == 12_50


def test_a_hit_holds_even_what_a_limit_would_send_back() -> None:
    documents = store()
    assessment = checked(documents, facts(2_500_00, destination=LISTED))
    assert assessment.verdict is Verdict.REVIEW
    assert [reason.code for reason in assessment.reasons] == ["sanctions_destination", "limit_payment_exceeded"]
    assert used_minor(documents) == 2_500_00


def test_a_saved_payee_is_screened_by_the_name_on_the_instrument_too() -> None:
    payee = a_party(InstrumentKind.BANK_ACCOUNT)
    payee = replace(payee, instrument=replace(payee.instrument, holder_name="Norrovian Deepwater Freight Combine"))
    assessment = checked(store(), replace(facts(), destination=payee))
    assert [hit["entry_id"] for hit in assessment.evidence["hits"]] == ["90037"]


def test_an_organisation_is_screened_as_one() -> None:
    party = Party(
        BOB, "Heliodrome Precision Instruments Limited", PartyType.ORGANISATION, "US", "business", a_party().instrument
    )
    assessment = checked(store(), replace(facts(), destination=party))
    assert [(hit["entry_id"], hit["score"]) for hit in assessment.evidence["hits"]] == [("90039", 1.0)]


def test_the_evidence_names_versions_and_nobody() -> None:
    assessment = checked(store(), facts(2_500_00, source=LISTED, destination="Grigolan Zhuvarenko"))
    evidence = assessment.evidence
    assert evidence["watchlist"]["version"] == GATE.screener.watchlist.version
    assert (evidence["watchlist"]["entries"], evidence["watchlist"]["threshold"]) == (59, 0.85)
    assert evidence["limits"] == {"version": GATE.limits.version, "tier": "basic"}
    told = repr(assessment).casefold()
    assert not any(name in told for name in ("vorakesh", "vorrakesh", "zhuvarenko", "tandrel"))


def test_a_payment_is_judged_by_when_it_was_submitted() -> None:
    documents = store()
    checked(documents, facts(1_999_00))
    tomorrow = replace(facts(1_999_00), submitted_at=NOON + timedelta(days=1))
    assert checked(documents, tomorrow).verdict is Verdict.ALLOW
    assert checked(documents, facts(1_999_00)).verdict is Verdict.BLOCK
