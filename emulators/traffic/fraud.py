"""Fraud as it is planted: bursts of tests, a taken-over account, wallets emptied at once or towards many payees."""

from __future__ import annotations

from random import Random

from emulators.traffic.day import HOUR_S, Day
from emulators.traffic.ordinary import ordinary_payment
from emulators.traffic.plan import Expected, Kind, Label
from emulators.traffic.world import SHOPS, WALLET, Habit, World

# A fraud that completes is missed, which the report counts; it is no surprise about the pipeline.
MAY_BE_CAUGHT = Expected(
    states=frozenset({"completed", "held", "rejected"}),
    caught=frozenset({"held", "rejected"}),
)
CARD_TESTS = (18, 24)
CARD_TEST_MINOR = (100, 499)
CARD_TEST_GAP_S = (1, 5)
HABITS_BEFORE_TAKEOVER = 6
TAKEOVER_MINOR = (240_000, 320_000)
FAN_OUT_PAYEES = (8, 11)
FAN_OUT_MINOR = (18_000, 26_000)
RAPID_DRAIN_PAYEES = (4, 5)
RAPID_DRAIN_MINOR = (140_000, 190_000)
PAYEE_GAP_S = (3, 15)


def card_testing(day: Day, world: World, random: Random, number: int) -> None:
    """Many small payments to many shops within a minute or two, as stolen credentials are tried out."""
    label = Label(Kind.FRAUD, "card_testing", "many small payments in quick succession")
    tester = world.add_extra(label=label)
    at_s = random.randrange(2 * HOUR_S, 5 * HOUR_S)
    for _ in range(random.randint(*CARD_TESTS)):
        at_s += random.randint(*CARD_TEST_GAP_S)
        day.pay(
            tester.at(WALLET),
            world.shop(random).at(WALLET),
            random.randint(*CARD_TEST_MINOR),
            at_s=at_s,
            description="Purchase",
            label=label,
            expected=MAY_BE_CAUGHT,
            case=f"card_testing-{number}",
        )


def account_takeover(day: Day, world: World, random: Random, number: int) -> None:
    """A customer with small habits; in the evening, most of the wallet goes to a payee who was added just then."""
    label = Label(Kind.FRAUD, "account_takeover", "an amount far above habit, to a payee never paid before")
    victim = world.add_extra(label=label)
    small = sorted(SHOPS, key=lambda trade: trade.median_minor)[:3]
    victim.habits = [Habit(trade, world.shop(random, trade).at(WALLET)) for trade in small]
    for turn in range(HABITS_BEFORE_TAKEOVER):
        ordinary_payment(day, victim, victim.habits[turn % len(victim.habits)], random)
    day.pay(
        victim.at(WALLET),
        world.add_payee(victim),
        random.randint(*TAKEOVER_MINOR),
        # Late in the day: habits must have settled before it, even when the day is pressed together.
        at_s=random.randrange(23 * HOUR_S, 24 * HOUR_S),
        description="Transfer",
        label=label,
        expected=MAY_BE_CAUGHT,
        case=f"account_takeover-{number}",
    )


def fan_out(day: Day, world: World, random: Random, number: int) -> None:
    """Money spread within minutes over many payees who were all added just then, a little to each."""
    label = Label(Kind.FRAUD, "fan_out", "a wallet spread quickly over many new payees")
    _drain(day, world, random, label, case=f"fan_out-{number}", payees=FAN_OUT_PAYEES, amount_minor=FAN_OUT_MINOR)


def rapid_drain(day: Day, world: World, random: Random, number: int) -> None:
    """Most of a full wallet gone within a minute or two, in a few large payments to payees who were added just then."""
    label = Label(Kind.FRAUD, "rapid_drain", "a full wallet drained in a few large payments to new payees")
    case = f"rapid_drain-{number}"
    _drain(day, world, random, label, case=case, payees=RAPID_DRAIN_PAYEES, amount_minor=RAPID_DRAIN_MINOR)


def _drain(
    day: Day,
    world: World,
    random: Random,
    label: Label,
    *,
    case: str,
    payees: tuple[int, int],
    amount_minor: tuple[int, int],
) -> None:
    drained = world.add_extra(label=label)
    at_s = random.randrange(13 * HOUR_S, 22 * HOUR_S)
    for _ in range(random.randint(*payees)):
        at_s += random.randint(*PAYEE_GAP_S)
        day.pay(
            drained.at(WALLET),
            world.add_payee(drained),
            random.randint(*amount_minor),
            at_s=at_s,
            description="Transfer",
            label=label,
            expected=MAY_BE_CAUGHT,
            case=case,
        )
