"""The public API, over the in-memory twins."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.kernel import ids
from shared.runtime.web import Reply
from tests.support.builders import ADA, TENANT, WALLET
from tests.support.world import AUTHORIZATION, World, customer_body, payment_body


@pytest.fixture
def world() -> World:
    return World()


def submit(world: World, key: str | None = "key-1", authorization: str = AUTHORIZATION, **changes: Any) -> Reply:
    body = json.dumps({**payment_body(), **changes}).encode()
    headers = {"authorization": authorization, **({"idempotency_key": key} if key else {})}
    return world.cloud.call("POST", "/v1/payments", body, **headers)


def get(world: World, path: str, authorization: str = AUTHORIZATION) -> Reply:
    return world.cloud.call("GET", path, authorization=authorization)


def test_a_submission_is_answered_with_its_id_and_place(world: World) -> None:
    reply = submit(world)
    assert reply.status == 202
    answer = json.loads(reply.body)
    assert answer["id"] == ids.payment_id(TENANT, "key-1")
    assert answer["status"] == "submitted"
    assert reply.headers["Location"] == f"/v1/payments/{answer['id']}"


def test_the_same_submission_is_answered_by_the_same_bytes_now_and_later(world: World) -> None:
    gate = threading.Barrier(20)

    def send(_: int) -> Reply:
        gate.wait()
        return submit(world)

    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(send, range(20)))
    assert world.cloud.settle_down()
    replies.append(submit(world))
    assert {(reply.status, reply.body) for reply in replies} == {(202, replies[0].body)}
    assert sum("Idempotency-Replayed" not in reply.headers for reply in replies) == 1
    assert world.twins.rail.instructions[f"{ids.payment_id(TENANT, 'key-1')}.credit"] == 1


def test_the_same_key_with_another_amount_is_a_conflict_that_names_it(world: World) -> None:
    submit(world)
    reply = submit(world, amount_minor=12_51)
    assert reply.status == 409
    assert reply.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(reply.body)
    assert problem["code"] == "idempotency_conflict"
    assert [error["pointer"] for error in problem["errors"]] == ["/amount_minor"]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", "Basic cw_test_key", "cw_test_key"])
def test_without_a_known_key_nothing_is_told(world: World, authorization: str) -> None:
    for reply in (submit(world, authorization=authorization), get(world, "/v1/elsewhere", authorization)):
        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("key", "changes", "pointer"),
    [
        (None, {}, None),
        ("has space", {}, "/headers/Idempotency-Key"),
        ("4111111111111111", {}, "/headers/Idempotency-Key"),
        ("x" * 256, {}, "/headers/Idempotency-Key"),
        ("key-1", {"amount_minor": 0}, "/amount_minor"),
        ("key-1", {"extra": 1}, "/extra"),
    ],
)
def test_bad_input_is_refused_by_the_name_of_its_field(
    world: World, key: str | None, changes: dict[str, Any], pointer: str | None
) -> None:
    reply = submit(world, key, **changes)
    assert reply.status == 400
    assert [error["pointer"] for error in json.loads(reply.body).get("errors", [])] == ([pointer] if pointer else [])


def test_a_payment_is_shown_with_its_timeline_and_the_wallet_with_its_balances(world: World) -> None:
    payment_id = world.pay()
    account = ids.wallet_account_id(ADA, WALLET)
    world.twins.broker.deliver_due(1)  # intake, and no further
    before = json.loads(get(world, f"/v1/accounts/{account}").body)
    assert (before["available_minor"], before["held_minor"], before["posted_minor"]) == (487_50, 12_50, 500_00)
    assert world.cloud.settle_down()
    payment = json.loads(get(world, f"/v1/payments/{payment_id}").body)
    assert [entry["status"] for entry in payment["timeline"]] == [
        "submitted",
        "received",
        "scored",
        "approved",
        "paying_out",
        "completed",
    ]
    assert payment["legs"][0]["status"] == "accepted"
    after = json.loads(get(world, f"/v1/accounts/{account}").body)
    assert (after["available_minor"], after["held_minor"], after["posted_minor"]) == (487_50, 0, 487_50)
    assert "Grace" not in json.dumps(payment)


@pytest.mark.parametrize(
    "path", ["/v1/payments/pay_aaaaaaaaaaaaaaaaaaaaaaaaaa", "/v1/accounts/acc_x", "/", "/v2/payments"]
)
def test_what_is_not_there_is_not_found(world: World, path: str) -> None:
    assert get(world, path).status == 404


def test_a_registration_can_be_repeated_but_not_changed(world: World) -> None:
    def register(**changes: Any) -> Reply:
        body = json.dumps({**customer_body("eve", "Eve Hill"), **changes}).encode()
        return world.cloud.call("POST", "/v1/customers", body, authorization=AUTHORIZATION)

    first = register()
    assert first.status == 201
    assert register().body == first.body
    changed = register(name="Eva Hill")
    assert changed.status == 409
    assert json.loads(changed.body)["errors"][0]["pointer"] == "/name"
    assert b"Eva" not in changed.body
