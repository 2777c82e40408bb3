"""The crash-point test: a process dies right after each single port call, and the end is the same every time.

Enumerated, not sampled. Nobody helps: no client sends again; redelivery, the queue's retries and the sweep heal it all.
"""

from __future__ import annotations

import contextlib
from functools import cache
from typing import Any

import pytest

from shared.payments.domain.states import State
from tests.support.builders import ADA
from tests.support.crashes import Crash, CrashPoints
from tests.support.world import BOOK, DEPOSIT, LISTED, World, payment_body

# What is paid, and how it ends.
SCENARIOS: dict[str, tuple[dict[str, Any], State]] = {
    "payout": ({}, State.COMPLETED),
    "deposit": (DEPOSIT, State.COMPLETED),
    "book": (BOOK, State.COMPLETED),
    "insufficient funds": ({"amount_minor": 500_01}, State.REJECTED),
    "held for people": ({"destination": (ADA, LISTED)}, State.HELD),
    "refused by the rail": ({}, State.FAILED),
    "decided late by the rail": ({}, State.COMPLETED),
    "answer lost after paying": ({}, State.COMPLETED),
}
# The account that money goes to, whose last digits select what the rail does.
ACCOUNTS = {
    "refused by the rail": "100000102",
    "decided late by the rail": "100000301",
    "answer lost after paying": "100000201",
}


def run(scenario: str, *die_after: int) -> tuple[dict[str, Any], CrashPoints]:
    """Everything that is left after one payment whose processes died at these points."""
    points = CrashPoints(*die_after)
    world = World(points.wrapping(), account_number=ACCOUNTS.get(scenario, "100000000"))
    body = payment_body(**SCENARIOS[scenario][0])
    with contextlib.suppress(Crash):  # the client saw its connection break, and gave up
        world.submit(world.cloud, "key-1", body)
    while True:
        try:
            assert world.cloud.settle_down()
            break
        except Crash:
            continue
    assert world.books().balanced
    return world.end_state(), points


@cache
def undisturbed(scenario: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The end state without any crash, and the port calls that led there."""
    state, points = run(scenario)
    return state, tuple(points.calls)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_without_a_crash_the_payment_ends_as_it_should(scenario: str) -> None:
    state, calls = undisturbed(scenario)
    assert SCENARIOS[scenario][1].value in {history[-1][0] for history in state["payments"].values()}
    assert len(calls) >= 6


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_crash_after_any_single_port_call_leaves_the_same_end(scenario: str) -> None:
    expected, calls = undisturbed(scenario)
    for number, call in enumerate(calls, start=1):
        state, points = run(scenario, number)
        assert points.calls[number - 1] == call
        for part, value in expected.items():
            assert state[part] == value, f"a crash after call {number} ({call}) changed {part}"


def test_a_second_crash_anywhere_in_the_healing_leaves_the_same_end() -> None:
    expected, calls = undisturbed("payout")
    for first in range(1, len(calls) + 1):
        _, points = run("payout", first)
        for second in range(first + 1, len(points.calls) + 1):
            state, _ = run("payout", first, second)
            assert state == expected, f"crashes after calls {first} and {second} changed the end"
