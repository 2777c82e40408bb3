"""What an ordinary day holds: people pay by habit, with peaks at lunch and after work; merchants pay suppliers."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from emulators.traffic.day import HOUR_S, Day
from emulators.traffic.world import WALLET, Customer, Habit

# A demonstration presses the day into about a minute, so what velocity rules count within an hour is all that a
# customer does: more payments each would make every ordinary customer a burst.
PAYMENTS_EACH_MAX = 4


def ordinary_payment(day: Day, customer: Customer, habit: Habit, random: Random) -> None:
    """One payment by habit, at one of its usual hours."""
    day.pay(
        customer.at(WALLET),
        habit.destination,
        habit.amount_minor(random),
        at_s=usual_time_s(habit, random),
        description=habit.trade.description,
    )


def usual_time_s(habit: Habit, random: Random) -> int:
    """A moment of the day in one of the habit's hours, in seconds from midnight."""
    return random.choice(habit.trade.hours) * HOUR_S + random.randrange(HOUR_S)


def ordinary_day(day: Day, customers: Sequence[Customer], payments: int, random: Random) -> int:
    """Spread up to `payments` payments over the customers, each getting one before any gets two; returns how many.

    No customer follows a habit twice before it has followed all of them, and none makes more than PAYMENTS_EACH_MAX.
    """
    agendas = [_agenda(customer, random) for customer in customers]
    made = 0
    for turn in range(PAYMENTS_EACH_MAX):
        order = list(range(len(customers)))
        random.shuffle(order)
        for index in order[: payments - made]:
            ordinary_payment(day, customers[index], agendas[index][turn % len(agendas[index])], random)
            made += 1
    return made


def _agenda(customer: Customer, random: Random) -> list[Habit]:
    return random.sample(customer.habits, k=len(customer.habits))
