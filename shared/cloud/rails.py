"""The rails of the project that a function runs in: CLEARWAY_RAILS names them, with the address of each."""

from __future__ import annotations

from shared.adapters.rails.bank import BankRail
from shared.adapters.rails.card import CardRail
from shared.adapters.rails.deadline import DeadlineClient
from shared.adapters.rails.instant import InstantRail
from shared.formats.originator import Originator
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.rail import Rail
from shared.rails.commands.ach.ach_rail import AchRail
from shared.rails.domain.ach.origin import AchOrigin
from shared.rails.terms import terms_at
from shared.runtime.backbone import Backbone
from shared.runtime.settings import Settings


def connected_rails(settings: Settings, backbone: Backbone) -> list[Rail]:
    """An adapter for each rail that is named. `ach` has no address: its files go by the object store.

    Raises MISUSE for a rail without terms in the catalogue, or without the identity that it needs.
    """
    terms = terms_at(backbone.clock.now().date())
    rails: list[Rail] = []
    for name, url in settings.rails.items():
        if name not in terms:
            raise ClearwayError(KernelError.MISUSE, f"CLEARWAY_RAILS: the catalogue has no terms of {name}")
        timeout_s, token = terms[name].timeout_s, settings.rail_tokens.get(name)
        match name:
            case "ach":
                rails.append(AchRail(backbone.documents, backbone.clock, AchOrigin.parse(settings.ach_origin)))
            case "instant":
                us, client = Originator.parse(settings.originator), DeadlineClient(url, timeout_s=timeout_s)
                rails.append(InstantRail(us, client, backbone.clock, timeout_s=timeout_s, token=token))
            case "card":
                rails.append(CardRail(DeadlineClient(url, timeout_s=timeout_s), timeout_s=timeout_s, token=token))
            case _:
                client = DeadlineClient(url, timeout_s=timeout_s)
                rails.append(BankRail(client, name=name, timeout_s=timeout_s, token=token))
    return rails
