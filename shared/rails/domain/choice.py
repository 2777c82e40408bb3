"""Which rails carry a leg, in which order, and why: pure, so that a choice can be made again as it was made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from shared.kernel.money import Money
from shared.kernel.party import Direction, Instrument, Speed
from shared.rails.domain.catalogue import RailTerms
from shared.rails.domain.service import BankingDay, Service

Participants = Mapping[str, Collection[str]]


class Refusal(StrEnum):
    """Why a rail is not chosen, in the order in which it is looked at: the later, the nearer it came."""

    NO_TERMS = "no_terms"
    INSTRUMENT_NOT_CARRIED = "instrument_not_carried"
    DIRECTION_NOT_CARRIED = "direction_not_carried"
    CURRENCY_NOT_CARRIED = "currency_not_carried"
    ABOVE_LIMIT = "above_limit"
    BANK_NOT_REACHED = "bank_not_reached"
    RAIL_CLOSED = "rail_closed"
    NO_RAIL = "no_rail"  # of the leg as a whole: every rail refused it


_LOOKED_AT = tuple(Refusal)


@dataclass(frozen=True, slots=True)
class Refused:
    """A rail that does not carry the leg; `text` goes on from the rail's name."""

    code: Refusal
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What one service of a rail would do: the cost in minor units of the leg's currency, and the arrival in UTC.

    `today` is whether the money arrives on the day, in the rail's zone, on which it is handed in.
    """

    service: str
    cost_minor: int
    arrives: datetime
    today: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """The leg as the rails context sees it, at one moment."""

    direction: Direction
    instrument: Instrument
    money: Money
    speed: Speed
    now: datetime


def best_offer(
    terms: RailTerms, wanted: Wanted, *, participants: Participants, is_banking_day: BankingDay
) -> Offer | Refused:
    """The rail's best service for the speed that is asked for; or the refusal of the service that came nearest.

    `participants` are the routing numbers that a service reaches, by its name; one that is not there reaches all.
    """
    offers: list[Offer] = []
    refusals: list[tuple[int, int, Refused]] = []
    for service in terms.services:
        refused = next(_objections(terms, service, wanted, participants, is_banking_day), None)
        if refused is not None:
            limit_minor = service.amount_max_minor.get(wanted.money.currency, 0)
            refusals.append((_LOOKED_AT.index(refused.code), limit_minor, refused))
            continue
        arrives = service.arrives(wanted.now, terms.zone, is_banking_day)
        days = {moment.astimezone(terms.zone).date() for moment in (wanted.now, arrives)}
        offers.append(Offer(service.name, service.cost.of(wanted.money), arrives, len(days) == 1))
    if offers:
        return min(offers, key=preference(wanted.speed))
    return max(refusals, key=lambda refusal: refusal[:2])[2]


def preference(speed: Speed) -> Callable[[Offer], tuple[Any, ...]]:
    """The order of offers for a speed, the best one first.

    FASTEST: the soonest, then the cheapest. SAME_DAY: the cheapest of those that arrive today, before the soonest of
    the others. STANDARD: the cheapest, then the soonest.
    """
    match speed:
        case Speed.FASTEST:
            return lambda offer: (offer.arrives, offer.cost_minor, offer.service)
        case Speed.SAME_DAY:
            return lambda offer: (
                (0, offer.cost_minor, offer.arrives.timestamp(), offer.service)
                if offer.today
                else (1, offer.arrives.timestamp(), offer.cost_minor, offer.service)
            )
        case Speed.STANDARD:
            return lambda offer: (offer.cost_minor, offer.arrives, offer.service)


def explained(found: Offer | Refused, terms: RailTerms | None, place: int | None) -> dict[str, Any]:
    """A rail's part of the explanation in plain values, with the terms that it was judged by."""
    said: dict[str, Any]
    if isinstance(found, Refused):
        said = {"refused": {"code": found.code.value, "text": found.text}}
    else:
        arrives = found.arrives.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        said = {"place": place, "service": found.service, "cost_minor": found.cost_minor, "arrives": arrives}
    if terms is not None:
        said |= {"effective_from": terms.effective_from.isoformat(), "source": terms.source}
    return said


def _objections(
    terms: RailTerms, service: Service, wanted: Wanted, participants: Participants, is_banking_day: BankingDay
) -> Iterator[Refused]:
    """What stands in the service's way, in the order of `Refusal`; nothing when it carries the leg."""
    money, kind = wanted.money, wanted.instrument.kind
    if kind not in service.instruments:
        yield Refused(Refusal.INSTRUMENT_NOT_CARRIED, f"carries {_listed(service.instruments)}, not {kind.value}")
    if wanted.direction not in service.directions:
        ways = _listed(service.directions)
        yield Refused(Refusal.DIRECTION_NOT_CARRIED, f"carries {ways}, not {wanted.direction.value}")
    limit_minor = service.amount_max_minor.get(money.currency)
    if limit_minor is None:
        currencies = _listed(service.amount_max_minor)
        yield Refused(Refusal.CURRENCY_NOT_CARRIED, f"carries {currencies}, not {money.currency}")
    elif money.amount_minor > limit_minor:
        yield Refused(Refusal.ABOVE_LIMIT, f"carries at most {Money(limit_minor, money.currency)} at once")
    listed = participants.get(service.name) if service.participants else None
    if listed is not None and wanted.instrument.routing_number not in listed:
        yield Refused(Refusal.BANK_NOT_REACHED, "does not reach the account's bank")
    if not terms.open_at(wanted.now, is_banking_day):
        yield Refused(Refusal.RAIL_CLOSED, "takes no instructions at this hour")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
