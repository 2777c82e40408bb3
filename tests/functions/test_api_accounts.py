"""The API's routes on accounts, over the in-memory twins."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from shared.contracts.answers import timestamp
from shared.kernel import ids
from tests.support.builders import ADA, BOB, TENANT, WALLET
from tests.support.world import AUTHORIZATION, BOOK, World

ACCOUNT = ids.wallet_account_id(ADA, WALLET)


@pytest.fixture(scope="module")
def world() -> World:
    """Ada got 500.00, paid 12.50 out, and gave Bob 20.00, a minute apart."""
    world = World()
    for key, payment in (("payout", {}), ("book", {"amount_minor": 20_00, **BOOK})):
        world.twins.clock.advance(60)
        world.pay(key, **payment)
        assert world.cloud.settle_down()
    return world


def get(world: World, path: str, authorization: str = AUTHORIZATION) -> tuple[int, dict[str, Any]]:
    reply = world.cloud.call("GET", f"/v1/accounts/{path}", authorization=authorization)
    return reply.status, json.loads(reply.body)


def test_an_account_is_shown_with_its_balances_counters_and_terms(world: World) -> None:
    status, answer = get(world, ACCOUNT)
    assert status == 200
    assert answer == {
        "id": ACCOUNT,
        "customer_id": ADA,
        "currency": "USD",
        "status": "open",
        "normal_side": "credit",
        "limit_rule": "debits_must_not_exceed_credits",
        "available_minor": 467_50,
        "held_minor": 0,
        "posted_minor": 467_50,
        "debits_pending_minor": 0,
        "debits_posted_minor": 32_50,
        "credits_pending_minor": 0,
        "credits_posted_minor": 500_00,
    }


def test_entries_are_shown_page_by_page_as_the_account_sees_them(world: World) -> None:
    status, first = get(world, f"{ACCOUNT}/entries?limit=2")
    assert status == 200
    payment = ids.payment_id(TENANT, "book")
    assert first["entries"][0] == {
        "id": f"{payment}.5",
        "payment_id": payment,
        "kind": "book",
        "at": timestamp(world.payment("book").history[-1].at),
        "currency": "USD",
        "debit_minor": 20_00,
        "credit_minor": 0,
    }
    assert [entry["kind"] for entry in first["entries"]] == ["book", "payout"]
    _, second = get(world, f"{ACCOUNT}/entries?limit=2&cursor={quote(first['next_cursor'])}")
    assert [(entry["kind"], entry["credit_minor"]) for entry in second["entries"]] == [("deposit", 500_00)]
    assert second["next_cursor"] is None
    _, oldest = get(world, f"{ACCOUNT}/entries?order=oldest")
    assert [entry["kind"] for entry in oldest["entries"]] == ["deposit", "payout", "book"]
    assert ids.wallet_account_id(BOB, WALLET) not in json.dumps(oldest)


def test_a_balance_is_shown_as_of_a_time_in_any_offset(world: World) -> None:
    paid_out = world.payment("payout").history[-1].at
    for at in (timestamp(paid_out), quote(paid_out.astimezone().isoformat())):
        status, answer = get(world, f"{ACCOUNT}/balance?at={at}")
        assert status == 200
        assert answer == {
            "id": ACCOUNT,
            "at": timestamp(paid_out),
            "currency": "USD",
            "posted_minor": 487_50,
            "debits_posted_minor": 12_50,
            "credits_posted_minor": 500_00,
        }


@pytest.mark.parametrize(
    ("path", "status", "pointer"),
    [
        ("entries?limit=0", 400, "/limit"),
        ("entries?limit=201", 400, "/limit"),
        ("entries?limit=ten", 400, "/limit"),
        ("entries?limit=+5", 400, "/limit"),
        ("entries?limit=%D9%A1", 400, "/limit"),
        ("entries?order=sideways", 400, "/order"),
        ("entries?cursor=", 400, "/cursor"),
        ("entries?cursor=abc", 400, "/cursor"),
        ("entries?page=2", 400, "/page"),
        ("balance", 400, "/at"),
        ("balance?at=yesterday", 400, "/at"),
        ("balance?at=1762084800", 400, "/at"),
        ("balance?at=2026-11-02", 400, "/at"),
        ("balance?at=2026-11-02T12:00:00", 400, "/at"),
        ("balance?at=2026-11-02T12:00:00+02:00", 400, "/at"),
        ("balance?at=2026-13-02T12:00:00Z", 400, "/at"),
        ("balance?at=0001-01-01T00:00:00%2B14:00", 400, "/at"),
        ("balance?at=9999-12-31T23:59:59.999999-14:00", 400, "/at"),
        ("balance?at=2126-11-02T12:00:00Z", 400, "/at"),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_name(world: World, path: str, status: int, pointer: str) -> None:
    found, problem = get(world, f"{ACCOUNT}/{path}")
    assert found == status
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


@pytest.mark.parametrize("path", ["", "/entries", "/balance?at=2026-11-02T00:00:00Z"])
def test_an_account_that_is_not_there_is_not_found_and_none_is_told_without_a_key(world: World, path: str) -> None:
    nobody = ids.wallet_account_id(ADA, "nothing")
    assert get(world, f"{nobody}{path}")[0] == 404
    assert get(world, f"{ACCOUNT}{path}", "Bearer wrong")[0] == 401
