"""The router: of the rails that a deployment has enabled, those that carry a leg, the best one first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shared.kernel.assessment import Reason
from shared.ports.routing import Choice, Leg
from shared.rails.domain.catalogue import Catalogue, RailTerms
from shared.rails.domain.choice import Offer, Refusal, Refused, Wanted, best_offer, explained, preference
from shared.rails.domain.service import BankingDay


@dataclass(frozen=True, slots=True)
class CatalogueRouter:
    """Implements `Router` over a catalogue.

    `enabled` are the names of the rails that this deployment can call. `participants` are, by the name of a service,
    the routing numbers of the banks that it reaches; a service that is not there is taken to reach all.
    """

    catalogue: Catalogue
    enabled: Collection[str]
    is_banking_day: BankingDay
    participants: Mapping[str, Collection[str]] = field(default_factory=dict)

    def choose(self, leg: Leg, now: datetime) -> Choice | Reason:
        """The enabled rails that carry the leg by the terms in force today (UTC), best first for the speed asked for.

        `why` has for each enabled rail its place, service, cost and arrival, or its refusal, and the terms it was
        judged by. Rails that are alike in all of it stand in the order of their names. Answers `no_rail` when none
        carries the leg, saying what stands in each one's way and which rail would carry it, were it enabled.
        """
        wanted = Wanted(leg.direction, leg.instrument, leg.money, leg.speed, now)
        terms = self.catalogue.terms_at(now.astimezone(UTC).date())
        found = {name: self._ask(terms.get(name), wanted) for name in sorted(set(self.enabled))}
        offers = {name: offer for name, offer in found.items() if isinstance(offer, Offer)}
        better = preference(leg.speed)
        rails = tuple(sorted(offers, key=lambda name: better(offers[name])))
        if not rails:
            others = [name for name in sorted(set(terms) - set(found)) if self._carries(terms[name], wanted)]
            return Reason(Refusal.NO_RAIL.value, _needed(wanted, found, others))
        places = {name: place for place, name in enumerate(rails, start=1)}
        why: dict[str, Any] = {
            "speed": leg.speed.value,
            "rails": {name: explained(one, terms.get(name), places.get(name)) for name, one in found.items()},
        }
        return Choice(rails, why)

    def _ask(self, terms: RailTerms | None, wanted: Wanted) -> Offer | Refused:
        if terms is None:
            return Refused(Refusal.NO_TERMS, "has no terms in force on this day")
        return best_offer(terms, wanted, participants=self.participants, is_banking_day=self.is_banking_day)

    def _carries(self, terms: RailTerms, wanted: Wanted) -> bool:
        return isinstance(self._ask(terms, wanted), Offer)


def _needed(wanted: Wanted, found: Mapping[str, Offer | Refused], others: list[str]) -> str:
    """What it would take to carry the leg, for people; nothing of the instrument but its kind."""
    kind = wanted.instrument.kind.value
    text = f"no rail is enabled here that carries a {wanted.direction.value} of {wanted.money} on a {kind}"
    refusals = [f"{name} {refused.text}" for name, refused in found.items() if isinstance(refused, Refused)]
    if refusals:
        text += ": " + "; ".join(refusals)
    if others:
        text += f". It could go over {' or '.join(others)}, which this deployment has not enabled"
    return text
