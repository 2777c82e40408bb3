"""Trouble that is no fraud: listed names, a bank's bad days, empty wallets, limits, repetitions and conflicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from emulators.traffic.day import COMPLETES, HOUR_S, Day
from emulators.traffic.plan import HTTP_CONFLICT, Expected, Kind, Label
from emulators.traffic.rail_cases import RailCase
from emulators.traffic.watchlist import Planted
from emulators.traffic.world import BANK, WALLET, Customer, World

STOPPED = Expected(states=frozenset({"held", "rejected"}), caught=frozenset({"held", "rejected"}))
REFUSED = Expected(states=frozenset({"rejected"}), caught=frozenset({"rejected"}))
AMOUNT_MINOR = (2_000, 20_000)
POOR_DEPOSIT_MINOR = 3_000
POOR_PAYMENT_MINOR = (40_000, 60_000)
OVER_LIMIT_MINOR = (1_500_000, 2_500_000)
DAYTIME_S = (8 * HOUR_S, 21 * HOUR_S)
COPIES_AT_ONCE = 3
LATER_S = 2 * HOUR_S


def sanctioned(day: Day, world: World, hosts: Iterator[Customer], names: Sequence[Planted], random: Random) -> None:
    """Listed names in turn as a payer, as a saved payee, and as a customer who is paid."""
    for number, planted in enumerate(names):
        variety = ("payee_account", "payer", "payee_wallet")[number % 3]
        label = Label(Kind.SANCTIONED, variety, f"{planted.way}; entry {planted.entry}")
        if variety == "payee_account":
            payer = next(hosts)
            source, destination = payer.at(WALLET), world.add_payee(payer, planted.name)
        else:
            listed = world.add_extra(name=planted.name, organisation=planted.organisation, label=label)
            if variety == "payer":
                source, destination = listed.at(BANK), listed.at(WALLET)
            else:
                source, destination = next(hosts).at(WALLET), listed.at(WALLET)
        day.pay(
            source,
            destination,
            random.randint(*AMOUNT_MINOR),
            at_s=random.randrange(*DAYTIME_S),
            description="Transfer",
            label=label,
            expected=STOPPED,
            case=f"sanctioned-{number + 1}",
        )


def rail_failures(day: Day, world: World, hosts: Iterator[Customer], cases: Sequence[RailCase], random: Random) -> None:
    """Each case over an account whose ending makes the bank simulator behave so."""
    for number, case in enumerate(cases):
        label = Label(Kind.RAIL_FAILURE, case.variety, f"account ending in {case.last4}")
        if case.direction == "debit":
            owner = world.add_extra(label=label, ending=case.last4)
            source, destination = owner.at(BANK), owner.at(WALLET)
        else:
            payer = next(hosts)
            source, destination = payer.at(WALLET), world.add_payee(payer, ending=case.last4)
        day.pay(
            source,
            destination,
            random.randint(*AMOUNT_MINOR),
            # Early: what the bank makes of it takes longer than the rest of the day.
            at_s=random.randrange(HOUR_S),
            description="Transfer",
            label=label,
            expected=case.expected,
            case=f"rail_failure-{number + 1}",
        )


def insufficient_funds(day: Day, world: World, random: Random, number: int) -> None:
    """A wallet with a little money, and a payment out of it that is too large."""
    label = Label(Kind.INSUFFICIENT_FUNDS, note="the wallet holds less than the amount")
    poor = world.add_extra(tier="basic", label=label)
    day.deposit(poor, POOR_DEPOSIT_MINOR, random)
    day.pay(
        poor.at(WALLET),
        poor.at(BANK),
        random.randint(*POOR_PAYMENT_MINOR),
        at_s=random.randrange(*DAYTIME_S),
        description="To my bank",
        label=label,
        expected=REFUSED,
        case=f"insufficient_funds-{number}",
        affordable=False,
    )


def limit_exceeded(day: Day, world: World, random: Random, number: int) -> None:
    """A customer whose identity was only checked in its basics deposits far more than such a one may move."""
    label = Label(Kind.LIMIT_EXCEEDED, note="a basic customer deposits far above any limit of that tier")
    eager = world.add_extra(tier="basic", label=label)
    day.pay(
        eager.at(BANK),
        eager.at(WALLET),
        random.randint(*OVER_LIMIT_MINOR),
        at_s=random.randrange(*DAYTIME_S),
        description="Savings",
        label=label,
        expected=STOPPED,
        case=f"limit_exceeded-{number}",
    )


def repetitions(day: Day, duplicates: int, conflicts: int, random: Random) -> None:
    """Turn ordinary payments into ones whose key is used again: with the same body, or with another amount."""
    chosen = random.sample(day.ordinary_traffic(), k=duplicates + conflicts)
    for number, submission in enumerate(chosen[:duplicates], start=1):
        at_once = number % 3 != 0
        note = f"{COPIES_AT_ONCE} times at once" if at_once else "again later"
        label = Label(Kind.DUPLICATE, "at_once" if at_once else "later", note)
        first = day.relabel(submission, label, COMPLETES, f"duplicate-{number}")
        if at_once:
            for _ in range(COPIES_AT_ONCE - 1):
                day.repeat(first)
        else:
            day.repeat(first, at_s=first.at_s + LATER_S)
    for number, submission in enumerate(chosen[duplicates:], start=1):
        label = Label(Kind.CONFLICT, note="the same key later with another amount")
        first = day.relabel(submission, label, COMPLETES, f"conflict-{number}")
        day.repeat(
            first,
            at_s=first.at_s + LATER_S,
            body={**first.body, "amount_minor": first.body["amount_minor"] + 100},
            expected=Expected(states=COMPLETES.states, http=HTTP_CONFLICT),
        )
