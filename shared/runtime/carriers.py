"""Settlement put together: the rails that a deployment has, on the terms of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.payments.commands.settlement import Carrier, Settlement
from shared.ports.rail import Rail
from shared.ports.routing import HoldPolicy, Router
from shared.rails.terms import terms_at
from shared.runtime.backbone import Backbone


def settlement_over(
    backbone: Backbone, rails: Iterable[Rail], *, router: Router, hold_policy: HoldPolicy
) -> Settlement:
    """What settling needs, over these rails; their terms are those of today."""
    terms = terms_at(backbone.clock.now().date())
    carriers = {rail.name: Carrier(rail, terms[rail.name].inquiry_grace_s) for rail in rails}
    return Settlement(backbone.pipeline, DoubleEntryLedger(), router, hold_policy, carriers)
