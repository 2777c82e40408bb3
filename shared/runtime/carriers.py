"""Settlement put together: the rails that a deployment has, on the terms of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.kernel.assessment import Reason
from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.payments.commands.settlement import Carrier, Settlement
from shared.ports.rail import Rail
from shared.ports.routing import Choice, HoldPolicy, Leg, Router
from shared.rails.domain.banking_days import is_banking_day
from shared.rails.holds import HoldsByRisk, hold_book
from shared.rails.router import CatalogueRouter
from shared.rails.terms import catalogue, terms_at
from shared.runtime.backbone import Backbone


def settlement_over(
    backbone: Backbone,
    rails: Iterable[Rail],
    *,
    participants: Callable[[], Mapping[str, Collection[str]]] | None = None,
    router: Router | None = None,
    hold_policy: HoldPolicy | None = None,
) -> Settlement:
    """What settling needs, over these rails on today's terms.

    `participants` tells, at each choice, the banks that a service reaches, see `CatalogueRouter`. A router or a hold
    policy of one's own takes the place of the catalogue's.
    """
    terms = terms_at(backbone.clock.now().date())
    carriers = {rail.name: Carrier(rail, terms[rail.name].inquiry_grace_s) for rail in rails}
    of_catalogue = CatalogueRouter(catalogue(), carriers.keys(), is_banking_day)
    return Settlement(
        pipeline=backbone.pipeline,
        ledger=DoubleEntryLedger(),
        router=router or (_ListedRouter(of_catalogue, participants) if participants else of_catalogue),
        hold_policy=hold_policy or HoldsByRisk(hold_book(), is_banking_day),
        carriers=carriers,
    )


@dataclass(frozen=True, slots=True)
class _ListedRouter:
    """Implements `Router`: each choice goes by the participants as they are known at that moment."""

    router: CatalogueRouter
    participants: Callable[[], Mapping[str, Collection[str]]]

    def choose(self, leg: Leg, now: datetime) -> Choice | Reason:
        """See `Router.choose`."""
        return replace(self.router, participants=self.participants()).choose(leg, now)
