"""Settlement put together: the rails that a deployment has, on the terms of the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.payments.commands.settlement import Carrier, Settlement
from shared.ports.rail import Rail
from shared.ports.routing import HoldPolicy, Router
from shared.rails.domain.banking_days import is_banking_day
from shared.rails.holds import HoldsByRisk, hold_book
from shared.rails.router import CatalogueRouter
from shared.rails.terms import catalogue, terms_at
from shared.runtime.backbone import Backbone


def settlement_over(
    backbone: Backbone,
    rails: Iterable[Rail],
    *,
    participants: Mapping[str, Collection[str]] | None = None,
    router: Router | None = None,
    hold_policy: HoldPolicy | None = None,
) -> Settlement:
    """What settling needs, over these rails on today's terms.

    `participants` are the banks that a service reaches, see `CatalogueRouter`. A router or a hold policy of one's
    own takes the place of the catalogue's.
    """
    terms = terms_at(backbone.clock.now().date())
    carriers = {rail.name: Carrier(rail, terms[rail.name].inquiry_grace_s) for rail in rails}
    return Settlement(
        pipeline=backbone.pipeline,
        ledger=DoubleEntryLedger(),
        router=router or CatalogueRouter(catalogue(), carriers.keys(), is_banking_day, participants or {}),
        hold_policy=hold_policy or HoldsByRisk(hold_book(), is_banking_day),
        carriers=carriers,
    )
