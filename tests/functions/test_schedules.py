"""Scheduled and recurring payments: the API's routes, and what the timer makes of them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.adapters.memory.clock import ManualClock
from shared.kernel import ids
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.payments.queries.all_payments import all_payments
from shared.runtime.backbone import Backbone
from shared.runtime.steps.timer_schedules import ScheduleCounts, run_due_schedules
from shared.runtime.web import HttpRequest, Reply
from shared.schedules.documents import schedule_key
from tests.support.builders import TENANT
from tests.support.schedules import DAILY, schedule_body
from tests.support.world import AUTHORIZATION, World, payment_body

SCHEDULE = ids.derive("sch", TENANT, "key-1")
PATH = f"/v1/schedules/{SCHEDULE}"


@pytest.fixture
def world() -> World:
    return World()


def call(world: World, method: str, path: str, body: Any = None, key: str = "", **query: str) -> Reply:
    headers = {"authorization": AUTHORIZATION, **({"idempotency-key": key} if key else {})}
    raw = json.dumps(body).encode() if body is not None else b""
    return world.cloud.endpoints["api"](HttpRequest(method, path, headers, raw, query))


def make(world: World, key: str = "key-1", **changes: Any) -> Reply:
    return call(world, "POST", "/v1/schedules", schedule_body(**changes), key)


def shown(world: World, path: str = PATH) -> Any:
    reply = call(world, "GET", path)
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


def at(world: World, moment: str) -> ScheduleCounts:
    """Run the timer's job at a moment."""
    clock: ManualClock = world.twins.clock
    clock.advance((datetime.fromisoformat(moment) - clock.now()).total_seconds())
    backbone = Backbone(world.twins.documents, world.twins.broker, clock, world.twins.tasks)
    return run_due_schedules(backbone)


def paid(world: World) -> list[Payment]:
    found = (each for each in all_payments(world.twins.documents) if each.request.schedule_id)
    return sorted(found, key=lambda payment: payment.request.idempotency_key)


def test_a_schedule_makes_its_payments_and_shows_them(world: World) -> None:
    reply = make(world, rule={**DAILY, "count": 2})
    assert reply.status == 201
    assert reply.headers["Location"] == PATH
    answer = json.loads(reply.body)
    assert (answer["id"], answer["status"]) == (SCHEDULE, "active")
    assert answer["first_due_at"] == "2026-11-03T14:00:00.000000Z"
    assert at(world, "2026-11-03T13:59:59Z") == ScheduleCounts()
    assert at(world, "2026-11-03T14:00:00Z") == ScheduleCounts(made=1)
    assert at(world, "2026-11-03T14:01:00Z") == ScheduleCounts()
    assert world.cloud.settle_down()
    assert at(world, "2026-11-04T14:00:00Z") == ScheduleCounts(made=1)
    assert world.cloud.settle_down()
    made = paid(world)
    assert [payment.request.idempotency_key for payment in made] == [
        f"{SCHEDULE}.2026-11-03",
        f"{SCHEDULE}.2026-11-04",
    ]
    assert {payment.state for payment in made} == {State.COMPLETED}
    assert {payment.request.schedule_id for payment in made} == {SCHEDULE}
    schedule = shown(world)
    assert (schedule["status"], schedule["made_count"], "next" in schedule) == ("finished", 2, False)
    assert [past["payment_id"] for past in schedule["occurrences"]] == [payment.id for payment in made]
    assert schedule["occurrences"][0] == {
        "date": "2026-11-03",
        "due_at": "2026-11-03T14:00:00.000000Z",
        "at": "2026-11-03T14:00:00.000000Z",
        "outcome": "made",
        "payment_id": made[0].id,
    }
    assert world.books().balanced


def test_a_payment_that_is_refused_does_not_stop_the_schedule(world: World) -> None:
    make(world, payment=payment_body(amount_minor=400_00))
    for day in (3, 4):
        at(world, f"2026-11-0{day}T14:00:00Z")
        assert world.cloud.settle_down()
    assert [payment.state for payment in paid(world)] == [State.COMPLETED, State.REJECTED]
    assert shown(world)["status"] == "active"


def test_the_same_schedule_is_answered_by_the_same_bytes_also_when_its_start_has_passed(world: World) -> None:
    first = make(world)
    at(world, "2026-11-05T14:00:00Z")
    again = make(world)
    assert (again.status, again.body) == (201, first.body)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    other = make(world, payment=payment_body(amount_minor=1))
    assert other.status == 409
    assert json.loads(other.body)["errors"][0]["pointer"] == "/payment/amount_minor"


def test_after_an_outage_every_missed_occurrence_is_made_ten_in_a_run(world: World) -> None:
    make(world)
    assert at(world, "2026-11-14T14:00:00Z") == ScheduleCounts(made=10)
    assert shown(world)["next"]["date"] == "2026-11-13"
    assert at(world, "2026-11-14T14:01:00Z") == ScheduleCounts(made=2)
    assert shown(world)["next"]["date"] == "2026-11-15"
    assert len(paid(world)) == 12


def test_a_schedule_that_skips_what_it_missed_says_so(world: World) -> None:
    make(world, skip_missed=True)
    assert at(world, "2026-11-06T14:00:01Z") == ScheduleCounts(made=1, skipped=3)
    assert [past["outcome"] for past in shown(world)["occurrences"]] == ["skipped", "skipped", "skipped", "made"]
    assert [payment.request.idempotency_key[-2:] for payment in paid(world)] == ["06"]


def test_paused_and_cancelled_schedules_make_nothing(world: World) -> None:
    make(world)
    paused = call(world, "POST", f"{PATH}/pause")
    assert (paused.status, json.loads(paused.body)["status"]) == (200, "paused")
    assert at(world, "2026-11-04T15:00:00Z") == ScheduleCounts()
    assert call(world, "POST", f"{PATH}/resume").status == 200
    assert shown(world)["next"]["date"] == "2026-11-05"
    assert at(world, "2026-11-05T14:00:00Z") == ScheduleCounts(made=1)
    assert call(world, "POST", f"{PATH}/cancel").status == 200
    assert at(world, "2026-11-09T14:00:00Z") == ScheduleCounts()
    assert [call(world, "POST", f"{PATH}/{change}").status for change in ("cancel", "pause", "resume")] == [
        200,
        409,
        409,
    ]
    assert len(paid(world)) == 1


def test_a_key_that_the_tenant_used_for_a_payment_of_its_own_is_passed_over(world: World) -> None:
    make(world)
    world.pay(f"{SCHEDULE}.2026-11-03")
    assert at(world, "2026-11-03T14:00:00Z") == ScheduleCounts(refused=1)
    assert at(world, "2026-11-04T14:00:00Z") == ScheduleCounts(made=1)
    refused, made = shown(world)["occurrences"]
    assert (refused["outcome"], refused["reason"]["code"]) == ("refused", "idempotency_conflict")
    assert "payment_id" not in refused
    assert made["outcome"] == "made"


def test_a_broken_schedule_does_not_stop_the_others(world: World) -> None:
    for key in ("key-1", "key-2", "key-3"):
        make(world, key)
    (broken, *_) = world.twins.documents.find("schedules")

    def damage(tx: Any) -> None:
        (document,) = tx.get(broken.key)
        tx.replace(document.key, {**document.fields, "rule": {}})

    world.twins.documents.run(damage)
    assert at(world, "2026-11-03T14:00:00Z") == ScheduleCounts(made=2, failed=1)


def test_schedules_are_listed_page_by_page_for_their_tenant_alone(world: World) -> None:
    made = sorted(json.loads(make(world, f"key-{number}").body)["id"] for number in range(5))
    call(world, "POST", f"/v1/schedules/{made[1]}/pause")

    def page(**query: str) -> tuple[list[str], str | None]:
        answer = json.loads(call(world, "GET", "/v1/schedules", **query).body)
        return [each["id"] for each in answer["schedules"]], answer.get("next_cursor")

    assert page() == (made, None)
    assert page(limit="2") == (made[:2], made[1])
    assert page(limit="2", cursor=made[1]) == (made[2:4], made[3])
    assert page(limit="2", cursor=made[3]) == (made[4:], None)
    assert page(limit="5") == (made, None)
    assert page(status="paused") == ([made[1]], None)
    world.twins.documents.run(lambda tx: _hand_over(tx, made[0]))
    assert page()[0] == made[1:]
    assert [call(world, method, f"/v1/schedules/{made[0]}{path}").status for method, path in ONE] == [404] * 4


ONE = (("GET", ""), ("POST", "/pause"), ("POST", "/resume"), ("POST", "/cancel"))


def _hand_over(tx: Any, schedule_id: str) -> None:
    (document,) = tx.get(schedule_key(schedule_id))
    tx.replace(document.key, {**document.fields, "tenant": "somebody-else"})


@pytest.mark.parametrize(
    ("rule", "status", "pointer"),
    [
        ({**DAILY, "start": "2026-11-01"}, 422, "/rule/start"),
        ({**DAILY, "frequency": "hourly"}, 400, "/rule"),
        ({**DAILY, "frequency": "weekly"}, 400, "/rule/weekdays"),
        ({**DAILY, "frequency": "monthly"}, 400, "/rule"),
        ({**DAILY, "frequency": "monthly", "day": 32}, 400, "/rule/day"),
        ({**DAILY, "frequency": "monthly", "day": True}, 400, "/rule/day"),
        ({**DAILY, "frequency": "monthly", "weekday": {"nth": -1, "weekday": "mon"}}, 400, "/rule/weekday/nth"),
        ({**DAILY, "frequency": "once", "interval": 2}, 400, "/rule/interval"),
        ({**DAILY, "zone": "Mars/Olympus"}, 400, "/rule/zone"),
        ({**DAILY, "at": "9:00"}, 400, "/rule/at"),
        ({**DAILY, "start": "2026-02-30"}, 400, "/rule/start"),
        ({**DAILY, "count": 2, "end": "2027-01-01"}, 400, "/rule/count"),
        ({**DAILY, "end": "2026-11-02"}, 400, "/rule/end"),
        ({**DAILY, "frequency": "monthly", "day": 1, "end": "2026-11-30"}, 400, "/rule"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_field(
    world: World, rule: dict[str, Any], status: int, pointer: str
) -> None:
    reply = make(world, rule=rule)
    assert reply.status == status, reply.body
    pointers = [error["pointer"] for error in json.loads(reply.body)["errors"]]
    assert pointers == [pointer]
    assert world.twins.documents.find("schedules") == []


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"frequency": "weekly", "weekdays": ["fri", "mon", "fri"]}, {"interval": 1, "weekdays": ["mon", "fri"]}),
        ({"frequency": "monthly", "day": "last"}, {"interval": 1, "day": 31}),
        ({"frequency": "monthly", "weekday": {"nth": "last", "weekday": "fri"}, "interval": 2}, {}),
        ({"frequency": "yearly", "month": 2, "day": 29, "count": 3}, {"interval": 1}),
        ({"frequency": "once", "adjustment": "modified_following"}, {}),
    ],
)
def test_a_rule_is_told_back_as_it_was_understood(world: World, rule: dict[str, Any], told: dict[str, Any]) -> None:
    reply = make(world, rule={**DAILY, **rule})
    assert reply.status == 201, reply.body
    assert json.loads(reply.body)["rule"] == {"adjustment": "none", **DAILY, **rule, **told}


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"cursor": "pay_1"}, {"status": "odd"}, {"page": "2"}]
)
def test_a_list_is_asked_for_in_its_own_words(world: World, query: dict[str, str]) -> None:
    assert call(world, "GET", "/v1/schedules", **query).status == 400


def test_a_schedule_needs_a_key_and_a_sound_payment(world: World) -> None:
    assert call(world, "POST", "/v1/schedules", schedule_body()).status == 400
    reply = make(world, payment={**payment_body(), "amount_minor": 0})
    assert json.loads(reply.body)["errors"][0]["pointer"] == "/payment/amount_minor"


def test_occurrences_of_one_moment_are_each_made(world: World) -> None:
    # The days of a weekend are all due on the Monday that follows.
    make(world, rule={**DAILY, "start": "2026-11-07", "adjustment": "following", "count": 3})
    assert at(world, "2026-11-08T14:00:00Z") == ScheduleCounts()
    assert at(world, "2026-11-09T14:00:00Z") == ScheduleCounts(made=3)
    assert world.cloud.settle_down(timedelta(hours=3))
    assert {payment.state for payment in paid(world)} == {State.COMPLETED}
