"""The timer dies right after each single port call of its job for schedules, and each occurrence is paid once.

Enumerated, not sampled. Nobody helps: the next run of the job, and the sweep, find what is left.
"""

from __future__ import annotations

import contextlib
import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from shared.runtime.backbone import Backbone
from shared.runtime.steps.timer_schedules import run_due_schedules
from shared.schedules.documents import schedule_from
from tests.support.crashes import Crash, CrashPoints
from tests.support.schedules import DAILY, schedule_body
from tests.support.world import AUTHORIZATION, World

# Two schedules, of which one has missed two occurrences: three payments to make.
DUE = datetime.fromisoformat("2026-11-04T14:00:00Z")
SCHEDULES = {
    "key-1": schedule_body(rule={**DAILY, "count": 2}),
    "key-2": schedule_body(rule={**DAILY, "frequency": "once", "start": "2026-11-04"}),
}


def begin() -> World:
    world = World()
    for key, body in SCHEDULES.items():
        reply = world.cloud.call(
            "POST", "/v1/schedules", json.dumps(body).encode(), authorization=AUTHORIZATION, idempotency_key=key
        )
        assert reply.status == 201, reply.body
    world.twins.clock.advance((DUE - world.twins.clock.now()).total_seconds())
    return world


def watched(world: World, points: CrashPoints) -> Backbone:
    wrapping, twins = points.wrapping(), world.twins
    return Backbone(wrapping.documents(twins.documents), wrapping.publisher(twins.broker), twins.clock)


def schedules(world: World) -> dict[str, Any]:
    found = map(schedule_from, world.twins.documents.find("schedules"))
    return {
        each.id: (each.status, each.made_count, [(past.nominal, past.payment_id) for past in each.past])
        for each in found
    }


def run(*die_after: int) -> tuple[dict[str, Any], CrashPoints]:
    """Everything that is left after runs of the job that died at these points."""
    world, points = begin(), CrashPoints(*die_after)
    backbone = watched(world, points)
    for _ in range(len(die_after) + 1):
        with contextlib.suppress(Crash):
            run_due_schedules(backbone)
        world.twins.clock.advance(60.0)
    assert world.cloud.settle_down(timedelta(hours=3))
    assert world.books().balanced
    return {**world.end_state(), "schedules": schedules(world)}, points


@cache
def undisturbed() -> tuple[dict[str, Any], tuple[str, ...]]:
    state, points = run()
    return state, tuple(points.calls)


def test_without_a_crash_every_occurrence_is_paid() -> None:
    state, calls = undisturbed()
    assert sorted(state["instructions"].values()) == [1, 1, 1]
    assert {status for status, _, _ in state["schedules"].values()} == {"finished"}
    assert calls.count("commit") == 3
    assert calls.count("publish payment.request") == 3


def test_a_crash_after_any_single_port_call_leaves_the_same_end() -> None:
    expected, calls = undisturbed()
    for number, call in enumerate(calls, start=1):
        state, points = run(number)
        assert points.calls[number - 1] == call
        for part, value in expected.items():
            assert state[part] == value, f"a crash after call {number} ({call}) changed {part}"


def test_a_second_crash_anywhere_in_the_healing_leaves_the_same_end() -> None:
    expected, calls = undisturbed()
    for first in range(1, len(calls) + 1):
        _, points = run(first)
        for second in range(first + 1, len(points.calls) + 1, 3):
            state, _ = run(first, second)
            assert state == expected, f"crashes after calls {first} and {second} changed the end"


class _Interleaving(CrashPoints):
    """Runs something between two port calls instead of dying."""

    def __init__(self, number: int, between: Any) -> None:
        super().__init__()
        self.number, self.between = number, between

    def passed(self, call: str) -> None:
        super().passed(call)
        if len(self.calls) == self.number:
            self.between()


def test_a_second_timer_that_runs_between_any_two_port_calls_pays_nothing_twice() -> None:
    expected, calls = undisturbed()
    for number in range(1, len(calls) + 1):
        world = begin()
        twins = world.twins
        other = Backbone(twins.documents, twins.broker, twins.clock)
        run_due_schedules(watched(world, _Interleaving(number, lambda other=other: run_due_schedules(other))))
        assert world.cloud.settle_down(timedelta(hours=3))
        state = {**world.end_state(), "schedules": schedules(world)}
        assert state == expected, f"a second timer after call {number} changed the end"


def test_once_a_schedule_is_cancelled_between_any_two_port_calls_nothing_more_is_made() -> None:
    _, calls = undisturbed()
    for number in range(1, len(calls) + 1):
        world = begin()
        made_before: list[int] = []

        def cancel(world: World = world, made_before: list[int] = made_before) -> None:
            for schedule_id, (status, *_) in schedules(world).items():
                if status == "active":
                    path = f"/v1/schedules/{schedule_id}/cancel"
                    assert world.cloud.call("POST", path, authorization=AUTHORIZATION).status == 200
            made_before.append(len(world.twins.documents.find("payments")))

        backbone = watched(world, _Interleaving(number, cancel))
        run_due_schedules(backbone)
        run_due_schedules(backbone)
        assert [len(world.twins.documents.find("payments"))] == made_before, f"cancelled after call {number}"
