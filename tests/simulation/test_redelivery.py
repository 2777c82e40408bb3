"""Whatever is delivered twice, at once, late or out of order changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from emulators.embedded import Wrapping
from shared.payments.domain.states import State
from shared.ports.rail import Answer, Instruction, Rail
from shared.runtime.web import HttpRequest, Reply
from tests.simulation.test_crash_points import undisturbed
from tests.support.crashes import Crash, CrashPoints
from tests.support.world import BOOK, DEPOSIT, TRANSFER, World

TOPICS = {"intake": "payment-requests", "fraud": "payment-events", "compliance": "payment-events"}
TYPES = {"intake": "payment.request", "fraud": "payment.received", "compliance": "payment.scored"}


@pytest.mark.parametrize("step", TOPICS)
def test_a_message_delivered_twice_changes_nothing(step: str) -> None:
    world = World()
    world.pay()
    assert world.cloud.settle_down()
    before = world.end_state()
    again = [
        message for message in world.twins.broker.messages(TOPICS[step]) if message.attributes["type"] == TYPES[step]
    ]
    assert len(again) == 1
    world.twins.broker.publish(again[0])
    assert world.cloud.settle_down()
    assert world.end_state() == before


def call_settlement(world: World) -> Reply:
    body = json.dumps({"payment_id": world.payment().id}).encode()
    return world.cloud.endpoints["settlement"](HttpRequest("POST", "/", {}, body))


def test_a_task_called_twice_pays_once() -> None:
    world = World()
    world.pay()
    assert world.cloud.settle_down()
    before = world.end_state()
    assert call_settlement(world).status == 204
    assert world.cloud.settle_down()
    assert world.end_state() == before


def test_a_crash_between_commit_and_publish_is_healed_by_the_redelivery_itself() -> None:
    _, calls = undisturbed("payout")
    commits = [number for number, call in enumerate(calls, start=1) if call == "commit"]
    # The API's own and the two of settlement are left out: an HTTP call has no redelivery, and a task is called again.
    for number in commits[1:4]:
        world = World(CrashPoints(number).wrapping())
        world.pay()
        with pytest.raises(Crash):
            world.cloud.step()
        while world.cloud.step():  # no time passes, so there is no sweep
            continue
        assert world.payment().state is State.COMPLETED


class _Meanwhile:
    """A rail during whose calls something else happens."""

    def __init__(self, inner: Rail, during: dict[str, Callable[[], None]]) -> None:
        self.inner, self.during = inner, during
        self.name, self.timeout_s = inner.name, inner.timeout_s

    def submit(self, instruction: Instruction) -> Answer:
        self.during.pop("before submit", lambda: None)()
        answer = self.inner.submit(instruction)
        self.during.pop("after submit", lambda: None)()
        return answer

    def inquire(self, key: str) -> Answer | None:
        return self.inner.inquire(key)


def test_two_processes_that_learn_the_outcome_at_once_book_it_once(capsys: pytest.CaptureFixture[str]) -> None:
    during: dict[str, Callable[[], None]] = {}
    world = World(Wrapping(rail=lambda rail: _Meanwhile(rail, during)))
    statuses: list[int] = []
    world.pay()
    # The second process asks the rail, learns that it has paid, and books it before the first comes back.
    during["after submit"] = lambda: statuses.append(call_settlement(world).status)
    assert world.cloud.settle_down()
    assert statuses == [204]
    assert world.payment().state is State.COMPLETED
    assert world.books().balanced
    assert [entry.state for entry in world.payment().history].count(State.COMPLETED) == 1
    assert "call again" not in capsys.readouterr().out, "the first one found it done, which is no failure"


def test_a_task_called_while_the_first_call_is_on_its_way_does_not_tell_the_rail_again() -> None:
    during: dict[str, Callable[[], None]] = {}
    world = World(Wrapping(rail=lambda rail: _Meanwhile(rail, during)))
    statuses: list[int] = []
    world.pay()
    during["before submit"] = lambda: statuses.append(call_settlement(world).status)
    assert world.cloud.settle_down()
    assert statuses == [503]
    assert dict(world.twins.rail.instructions) == {f"{world.payment().id}.credit": 1}
    assert world.payment().state is State.COMPLETED


@pytest.mark.parametrize("seed", range(20))
def test_any_order_and_any_repetition_of_messages_gives_the_same_end(seed: int) -> None:
    def play(world: World) -> dict[str, Any]:
        kinds: tuple[dict[str, Any], ...] = ({}, BOOK, DEPOSIT, TRANSFER, {"amount_minor": 600_00})
        for number, payment in enumerate(kinds * 2):
            world.pay(f"key-{number}", **payment)
        assert world.cloud.settle_down(timedelta(hours=12))
        return world.end_state()

    ordered = play(World())
    shuffled = World(order=Random(seed), duplicates=0.3)
    found = play(shuffled)
    assert shuffled.books().balanced
    for part in ("accounts", "payments", "held", "journal", "instructions", "quarantine", "events"):
        assert found[part] == ordered[part], part
