"""Check a scored payment: screen the names of both parties, and hold the amount against the source's limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.compliance.documents import usage_from, usage_key, usage_to_fields
from shared.compliance.domain.limit_usage import THIRTY_DAYS, LimitUsage, day_of
from shared.compliance.domain.limits import LimitBook
from shared.compliance.domain.watchlist import Watchlist
from shared.compliance.matching import THRESHOLD, Hit, Screener
from shared.compliance.policy import limit_book
from shared.kernel.assessment import Assessment, Reason, Verdict
from shared.kernel.facts import PaymentFacts
from shared.kernel.party import Party
from shared.ports.documents import Key, Transaction, keep

# A very common name may be close to many entries; the best ones explain the hit.
HITS_SHOWN_MAX = 10


@dataclass(frozen=True, slots=True)
class ComplianceGate:
    """Screening and limits as a payment's gate. Everything is judged by when the payment was submitted.

    A payment that is allowed or held uses up its source's limits, since a held one may still go through; a blocked one
    does not. The use comes back as the days pass, also that of a held payment that people reject in the end.
    """

    screener: Screener
    limits: LimitBook
    step: str = "compliance"

    @staticmethod
    def over(watchlist: Watchlist, *, threshold: float = THRESHOLD) -> ComplianceGate:
        """The gate over a list and the limits that travel with the code. Raises LIMITS_MALFORMED."""
        return ComplianceGate(Screener(watchlist, threshold=threshold), limit_book())

    def prefetch(self, source_customer_id: str) -> tuple[Key, ...]:
        """See `Gate.prefetch`: the source's usage."""
        return (usage_key(source_customer_id),)

    def assess(self, tx: Transaction, facts: PaymentFacts) -> Assessment:
        """See `Gate.assess`; stages the usage, or nothing when the payment is blocked."""
        key = usage_key(facts.source.customer_id)
        (document,) = tx.get(key)
        usage = usage_from(document)
        hits = self._screened(facts)
        found = tuple(_hit_reason(side, len(side_hits)) for side, side_hits in hits.items() if side_hits)
        refusals = self.limits.refusals(facts, usage)
        verdict = _verdict(hit=bool(found), refused=bool(refusals))
        if verdict is not Verdict.BLOCK:
            # A payment that arrives weeks late may have nothing to add.
            keep(tx, key, document, usage_to_fields(usage.spend(facts)))
        return Assessment(verdict, (*found, *refusals), self._evidence(facts, hits, usage))

    def _screened(self, facts: PaymentFacts) -> Mapping[str, tuple[Hit, ...]]:
        return {side: self._hits(party) for side, party in _sides(facts)}

    def _hits(self, party: Party) -> tuple[Hit, ...]:
        names = {party.name, party.instrument.holder_name} - {""}
        return tuple(hit for name in sorted(names) for hit in self.screener.screen(name, party.type))

    def _evidence(self, facts: PaymentFacts, hits: Mapping[str, tuple[Hit, ...]], usage: LimitUsage) -> dict[str, Any]:
        """What the decision stood on. Names are left out: the entry's number leads to the listed one."""
        watchlist = self.screener.watchlist
        day, currency = day_of(facts), facts.money.currency
        return {
            "watchlist": {
                "name": watchlist.name,
                "version": watchlist.version,
                "entries": len(watchlist.entries),
                "threshold": self.screener.threshold,
            },
            "hits": [
                {"side": side, "entry_id": hit.entry_id, "score": hit.score, "programmes": list(hit.programmes)}
                for side, side_hits in hits.items()
                for hit in side_hits[:HITS_SHOWN_MAX]
            ],
            "limits": {"version": self.limits.version, "tier": facts.source.tier},
            "usage_before": {
                "day_minor": usage.on(day, currency),
                "thirty_days_minor": usage.fullest(day, currency, THIRTY_DAYS),
            },
        }


def _sides(facts: PaymentFacts) -> Iterator[tuple[str, Party]]:
    yield "source", facts.source
    yield "destination", facts.destination


def _hit_reason(side: str, count: int) -> Reason:
    entries = "an entry" if count == 1 else f"{count} entries"
    return Reason(f"sanctions_{side}", f"the name of the {side} is close to {entries} of the sanctions list")


def _verdict(*, hit: bool, refused: bool) -> Verdict:
    # A possible sanctions hit is looked at by people while the funds stay where they are: blocked property goes into a
    # blocked account and is reported (31 CFR 501.603), while a mere refusal (501.604) would send the money back to
    # somebody who may be listed. So a hit holds the payment even when a limit would have blocked it.
    if hit:
        return Verdict.REVIEW
    return Verdict.BLOCK if refused else Verdict.ALLOW
