"""Score a received payment: features from the payer's profile, rules over the features, and the profile moved on."""

from __future__ import annotations

from dataclasses import dataclass

from shared.fraud.documents import profile_from, profile_key, profile_to_fields
from shared.fraud.domain.features import features_of
from shared.fraud.engine import Fired, RuleSet
from shared.kernel.assessment import Assessment, Reason, Verdict, most_severe
from shared.kernel.facts import PaymentFacts
from shared.ports.documents import Key, Transaction, keep

_NO_RULES = Fired("no_rules", Verdict.REVIEW, "no fraud rules were in force when the payment was submitted")


@dataclass(frozen=True, slots=True)
class FraudGate:
    """Fraud scoring as a payment's gate. Everything is judged by when the payment was submitted."""

    rules: RuleSet
    step: str = "fraud"

    def prefetch(self, source_customer_id: str) -> tuple[Key, ...]:
        """See `Gate.prefetch`: the source's profile."""
        return (profile_key(source_customer_id),)

    def assess(self, tx: Transaction, facts: PaymentFacts) -> Assessment:
        """See `Gate.assess`; stages the profile, which has seen the payment whatever becomes of it."""
        key = profile_key(facts.source.customer_id)
        (document,) = tx.get(key)
        profile = profile_from(document)
        features = features_of(facts, profile)
        edition = self.rules.in_force(facts.submitted_at)
        fired = edition.evaluate(features) if edition else (_NO_RULES,)
        verdict = most_severe([each.verdict for each in fired])
        observed = profile.observe(facts, allowed=verdict is Verdict.ALLOW)
        # A payment that arrives days late may have nothing to add.
        keep(tx, key, document, profile_to_fields(observed))
        return Assessment(
            verdict,
            tuple(Reason(each.code, each.reason) for each in fired),
            {
                "features": features,
                "rules_version": edition.edition.version if edition else "",
                "fired": [each.code for each in fired],
            },
        )
