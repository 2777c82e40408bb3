"""One call makes a whole plan from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random

from emulators.traffic.day import Day
from emulators.traffic.errors import TrafficError
from emulators.traffic.fraud import account_takeover, card_testing, fan_out, rapid_drain
from emulators.traffic.ordinary import PAYMENTS_EACH_MAX, ordinary_day
from emulators.traffic.plan import Plan
from emulators.traffic.planted import insufficient_funds, limit_exceeded, rail_failures, repetitions, sanctioned
from emulators.traffic.rail_cases import RAIL_CASES
from emulators.traffic.watchlist import SAMPLE, planted_names
from emulators.traffic.world import SHOPS, Customer, World
from shared.kernel.errors import ClearwayError

PAYMENTS_MIN = 200
# A seed is part of keys and references, where 13 digits and more could be taken for a card number.
SEED_MAX = 10**12 - 1
BASE = 500
# With these shares a customer pays about twice a day, and everybody stays below PAYMENTS_EACH_MAX.
PEOPLE_SHARE = 0.22
MERCHANT_SHARE = 0.04


@dataclass(frozen=True, slots=True)
class Quota:
    """How many cases of each sort a plan of `BASE` payments plants; others in proportion, but at least one of each."""

    card_testing: int = 2
    account_takeover: int = 3
    fan_out: int = 2
    rapid_drain: int = 2
    sanctioned: int = 10
    rail_failures: int = len(RAIL_CASES)
    insufficient_funds: int = 3
    limit_exceeded: int = 3
    duplicates: int = 6
    conflicts: int = 4

    def scaled(self, payments: int) -> Quota:
        """The number of cases in a plan of so many payments."""
        return Quota(**{name: max(1, round(count * payments / BASE)) for name, count in asdict(self).items()})


def generate(
    seed: int, payments: int = BASE, *, watchlist: Path = SAMPLE, tenant: str = "demo", quota: Quota | None = None
) -> Plan:
    """A plan with exactly `payments` distinct payments, funding and traffic together; repetitions come on top.

    The same arguments, and the same list in `watchlist`, give the same plan to the last byte. Raises BAD_SEED,
    TOO_FEW_PAYMENTS below PAYMENTS_MIN, and what reading the watchlist raises.
    """
    if not 0 <= seed <= SEED_MAX:
        raise ClearwayError(TrafficError.BAD_SEED, f"a seed is a whole number from 0 to {SEED_MAX}")
    if payments < PAYMENTS_MIN:
        raise ClearwayError(TrafficError.TOO_FEW_PAYMENTS, f"a day needs at least {PAYMENTS_MIN} payments")
    world, day, cases = World(seed), Day(seed, tenant), (quota or Quota()).scaled(payments)
    merchants = max(len(SHOPS), round(payments * MERCHANT_SHARE))
    world.populate(people=round(payments * PEOPLE_SHARE), merchants=merchants)
    _plant(day, world, cases, watchlist)
    customers = [*world.people, *world.merchants]
    random = Random(f"{seed}/ordinary")
    # Whoever pays needs one deposit, and everybody pays: what is left after both is spread over the day.
    deposits = len({customer.reference for customer in customers} | day.payers())
    left = payments - day.distinct - deposits
    if left < len(customers) or ordinary_day(day, customers, left, random) < left:
        detail = (
            f"{payments} payments do not fit {len(customers)} customers of at most {PAYMENTS_EACH_MAX} payments each"
        )
        raise ClearwayError(TrafficError.TOO_FEW_PAYMENTS, detail)
    day.fund(world.customers(), Random(f"{seed}/payday"))
    repetitions(day, cases.duplicates, cases.conflicts, Random(f"{seed}/repetitions"))
    return Plan(seed, tenant, tuple(customer.plan() for customer in world.customers()), day.in_order())


def _plant(day: Day, world: World, cases: Quota, watchlist: Path) -> None:
    """Everything that is planted but repetitions, which need ordinary payments to repeat."""
    random = Random(f"{world.seed}/planted")
    hosts = _hosts(world, random)
    for plant, count in (
        (card_testing, cases.card_testing),
        (account_takeover, cases.account_takeover),
        (fan_out, cases.fan_out),
        (rapid_drain, cases.rapid_drain),
        (insufficient_funds, cases.insufficient_funds),
        (limit_exceeded, cases.limit_exceeded),
    ):
        for number in range(1, count + 1):
            plant(day, world, random, number)
    names = planted_names(watchlist, cases.sanctioned, random)
    sanctioned(day, world, hosts, names, random)
    rails = list(islice(cycle(RAIL_CASES), cases.rail_failures))
    rail_failures(day, world, hosts, rails, random)


def _hosts(world: World, random: Random) -> Iterator[Customer]:
    """Ordinary people in random order, each of whom takes part in one planted case before anybody does in two."""
    people = list(world.people)
    random.shuffle(people)
    return cycle(people)
