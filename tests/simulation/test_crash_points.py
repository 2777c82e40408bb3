"""The crash-point test: a process dies right after each single port call, and the end is the same every time.

Enumerated, not sampled. Nobody helps: no client sends again what was taken; redelivery, the queue's retries, a rail
that calls until it is heard, and the sweep heal it all.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from shared.kernel import ids
from shared.payments.domain.legs import LegRole
from shared.payments.domain.states import State
from shared.ports.rail import Answer, News, RailStatus
from shared.ports.routing import HoldPolicy
from tests.support.builders import ADA, TENANT
from tests.support.calling_rail import CallingRail
from tests.support.choices import FlatTariff, KeptBack
from tests.support.crashes import Crash, CrashPoints
from tests.support.world import BOOK, DEPOSIT, LISTED, TRANSFER, World, payment_body

FEES = FlatTariff({"payout": 25, "deposit": 15, "transfer": 50, "book": 5})
KEPT_BACK = KeptBack(100, timedelta(minutes=4))


@dataclass(frozen=True)
class Scenario:
    """What is paid, and how it ends.

    The last digits of `account`, which the money goes to, select what the rail does. `at_once` happens before the
    pipeline has begun, `later` when it has come to rest. With `calls`, the rail calls back.
    """

    end: State
    pays: dict[str, Any] = field(default_factory=dict)
    account: str = "100000000"
    at_once: Callable[[World], None] | None = None
    later: Callable[[World, CallingRail], None] | None = None
    hold_policy: HoldPolicy | None = None
    calls: bool = False


def cancels(world: World) -> None:
    """The client asks until it is done, and not once more."""
    while world.payment().state is not State.CANCELLED:
        with contextlib.suppress(Crash):
            assert world.cancel() == 200


def refunds(world: World, _: CallingRail) -> None:
    while not world.exists("refund-1"):
        with contextlib.suppress(Crash):
            assert world.refund(amount_minor=5_00) == 202


def returns(*roles: LegRole) -> Callable[[World, CallingRail], None]:
    """The rail returns legs, in this order."""

    def later(world: World, rail: CallingRail) -> None:
        for role in roles:
            key = ids.leg_key(ids.payment_id(TENANT, "key-1"), role.value)
            with contextlib.suppress(Crash):
                rail.say(News(world.twins.rail.name, key, Answer(RailStatus.RETURNED, "back", "R10", "unauthorised")))

    return later


SCENARIOS: dict[str, Scenario] = {
    "payout": Scenario(State.COMPLETED),
    "deposit": Scenario(State.COMPLETED, DEPOSIT),
    "book": Scenario(State.COMPLETED, BOOK),
    "insufficient funds": Scenario(State.REJECTED, {"amount_minor": 500_01}),
    "held for people": Scenario(State.HELD, {"destination": (ADA, LISTED)}),
    "refused by the rail": Scenario(State.FAILED, account="100000102"),
    "decided late by the rail": Scenario(State.COMPLETED, account="100000301"),
    "answer lost after paying": Scenario(State.COMPLETED, account="100000201"),
    "transfer": Scenario(State.COMPLETED, TRANSFER),
    "transfer with a lost answer": Scenario(State.COMPLETED, TRANSFER, "100000201"),
    "transfer that waits until it is safe": Scenario(State.COMPLETED, TRANSFER, hold_policy=KEPT_BACK),
    "put back": Scenario(State.FAILED, TRANSFER, "100000102"),
    # The account refuses credits alone, and is the payer's as well.
    "put back in vain": Scenario(State.FAILED, {**TRANSFER, "source": DEPOSIT["source"]}, "100000123"),
    "kept back and released": Scenario(State.COMPLETED, DEPOSIT, hold_policy=KEPT_BACK),
    "cancelled": Scenario(State.CANCELLED, at_once=cancels),
    "refunded": Scenario(State.COMPLETED, DEPOSIT, later=refunds),
    "refunded in vain": Scenario(State.COMPLETED, DEPOSIT, "100000123", later=refunds),
    "told before the answer": Scenario(State.COMPLETED, calls=True),
    "told instead of the answer": Scenario(State.COMPLETED, account="100000201", calls=True),
    "transfer told before the answers": Scenario(State.COMPLETED, TRANSFER, calls=True),
    "put back, told before the answers": Scenario(State.FAILED, TRANSFER, "100000102", calls=True),
    "deposit returned": Scenario(State.RETURNED, DEPOSIT, later=returns(LegRole.COLLECT), calls=True),
    "payout returned": Scenario(State.RETURNED, later=returns(LegRole.PAY_OUT), calls=True),
    "transfer returned at both ends": Scenario(
        State.RETURNED, TRANSFER, later=returns(LegRole.PAY_OUT, LegRole.COLLECT), calls=True
    ),
}


def run(name: str, *die_after: int) -> tuple[dict[str, Any], CrashPoints]:
    """Everything that is left after one payment whose processes died at these points."""
    scenario, points, rail = SCENARIOS[name], CrashPoints(*die_after), CallingRail()
    wrapping = points.wrapping()
    if scenario.calls:
        died = wrapping.rail
        wrapping = replace(wrapping, rail=lambda port: died(rail.over(port)))
    world = World(wrapping, account_number=scenario.account, tariff=FEES, hold_policy=scenario.hold_policy)
    rail.calls(world.cloud.news.take)
    with contextlib.suppress(Crash):  # the client saw its connection break, and gave up
        world.submit(world.cloud, "key-1", payment_body(**scenario.pays))
    if scenario.at_once:
        scenario.at_once(world)
    come_to_rest(world, rail)
    if scenario.later:
        scenario.later(world, rail)
        come_to_rest(world, rail)
    # Late, and for the third time.
    rail.unheard = list(rail.said)
    come_to_rest(world, rail)
    assert world.books().balanced, world.books().differences
    return world.end_state(), points


def come_to_rest(world: World, rail: CallingRail) -> None:
    """Everything that is under way ends, however often somebody dies on it."""
    while True:
        try:
            assert world.cloud.settle_down()
            rail.say_again()
            assert world.cloud.settle_down()
        except Crash:
            continue
        return


@cache
def undisturbed(name: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The end state without any crash, and the port calls that led there."""
    state, points = run(name)
    return state, tuple(points.calls)


@pytest.mark.parametrize("name", SCENARIOS)
def test_without_a_crash_the_payment_ends_as_it_should(name: str) -> None:
    state, calls = undisturbed(name)
    assert state["payments"][ids.payment_id(TENANT, "key-1")][-1][0] == SCENARIOS[name].end.value
    assert state["quarantine"] == []
    assert len(calls) >= 6


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_crash_after_any_single_port_call_leaves_the_same_end(name: str) -> None:
    expected, calls = undisturbed(name)
    for number, call in enumerate(calls, start=1):
        state, points = run(name, number)
        assert points.calls[number - 1] == call
        for part, value in expected.items():
            assert state[part] == value, f"a crash after call {number} ({call}) changed {part}"


@pytest.mark.parametrize("name", ["payout", "put back"])
def test_a_second_crash_anywhere_in_the_healing_leaves_the_same_end(name: str) -> None:
    expected, calls = undisturbed(name)
    for first in range(1, len(calls) + 1):
        _, points = run(name, first)
        for second in range(first + 1, len(points.calls) + 1):
            state, _ = run(name, first, second)
            assert state == expected, f"crashes after calls {first} and {second} changed the end"


def test_the_scenarios_do_what_they_are_named_after() -> None:
    ends = {name: undisturbed(name)[0] for name in SCENARIOS}
    first, refund = ids.payment_id(TENANT, "key-1"), ids.payment_id(TENANT, "refund-1")
    assert [len(ends[name]["cases"]) for name in ("put back", "put back in vain", "held for people")] == [0, 1, 1]
    assert len(ends["transfer returned at both ends"]["cases"]) == 2
    assert ends["refunded"]["refunded"][first] == 5_00
    assert ends["refunded"]["payments"][refund][-1][0] == "completed"
    assert ends["refunded in vain"]["refunded"][first] == 0
    assert ends["refunded in vain"]["payments"][refund][-1][0] == "failed"
    assert ends["cancelled"]["events"]["payment.cancelled"] == 1
    assert not any(waking for end in ends.values() for waking in end["waking"].values())
