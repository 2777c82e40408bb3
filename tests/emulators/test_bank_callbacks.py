"""Callbacks: signed, repeated until they are taken, and wrong in every way that the table names."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emulators.bank.callbacks.outbox import PAUSES
from emulators.bank.callbacks.voices import DAYS_LATE, HOURS_LATE
from tests.emulators.bank_client import START, CardClient, Heard, World

MINUTE = timedelta(minutes=1)


def statuses(heard: list[Heard]) -> list[str]:
    return [one.json()["status"] for one in heard]


def called(ending: str, days: float = 5.0) -> World:
    world = World()
    CardClient(world).instruct("k", ending, "debit")
    world.bank.advance(days * 86_400)
    return world


def test_a_callback_says_all_that_an_inquiry_says() -> None:
    world = called("0303")
    (one,) = world.believed()
    said = one.json()
    assert said.pop("id") == one.message_id
    assert (said.pop("rail"), said.pop("occurred_at")) == ("card", (START + timedelta(hours=1)).isoformat())
    answer = CardClient(world).answer("k")
    assert said == {name: answer[name] for name in said}
    assert set(said) == {"key", "status", "reference", "reason_code", "reason_text", "settled_on"}


def test_a_callback_can_come_before_the_answer() -> None:
    world = World()
    during: list[str] = []
    card = CardClient(world)
    word = card.instruct("k", "0701", "debit")[1]
    during.extend(statuses(world.heard))
    assert (word, during) == ("accepted", ["approved"])


def test_a_receiver_may_call_the_bank_while_it_is_called() -> None:
    world = World()
    card = CardClient(world)
    asked: list[str] = []

    def hear(rail: str, headers: object, body: bytes) -> int:
        asked.append(card.ask("k")[1])
        return 204

    world.bank.outbox._deliver = hear
    card.instruct("k", "0701", "debit")
    card.instruct("l", "0303", "debit")
    world.bank.advance(3_600)
    assert asked == ["accepted", "accepted"]


def test_a_message_can_come_twice_with_one_id() -> None:
    first, second = called("0702").believed()
    assert (first.message_id, first.body) == (second.message_id, second.body)
    assert second.at - first.at == MINUTE


@pytest.mark.parametrize(("ending", "late"), [("0703", HOURS_LATE), ("0704", DAYS_LATE)])
def test_a_callback_can_be_late_while_inquiries_tell(ending: str, late: timedelta) -> None:
    world = World()
    card = CardClient(world)
    card.instruct("k", ending, "debit")
    world.bank.advance(60)
    assert card.ask("k")[1] == "accepted"
    world.bank.advance(late.total_seconds() - 1)
    assert world.heard == []
    world.bank.advance(1)
    assert statuses(world.believed()) == ["approved"]


def test_a_second_callback_can_contradict_the_first() -> None:
    world = called("0705")
    assert statuses(world.believed()) == ["approved", "declined"]
    assert len({one.message_id for one in world.heard}) == 2
    assert CardClient(world).ask("k")[1] == "accepted"


@pytest.mark.parametrize("ending", ["0706", "0707"])
def test_a_forged_and_a_replayed_callback_lie_and_come_once(ending: str) -> None:
    world = called(ending)
    assert [(one.believed, one.json()["status"]) for one in world.heard] == [(False, "declined")]
    assert world.bank.summary()["callbacks"]["card"] == {"attempts": 1, "delivered": 0, "refused": 1, "given_up": 0}
    assert CardClient(world).ask("k")[1] == "accepted"


def test_a_replayed_callback_is_rightly_signed_for_its_own_day() -> None:
    world = World()
    stamps: list[int] = []

    def hear(rail: str, headers: dict[str, str], body: bytes) -> int:
        stamps.append(int(headers["webhook-timestamp"]))
        return 401

    world.bank.outbox._deliver = hear  # type: ignore[assignment]
    CardClient(world).instruct("k", "0707", "debit")
    world.bank.advance(60)
    assert stamps == [int((START + MINUTE - timedelta(days=1)).timestamp())]


def test_callbacks_can_arrive_out_of_order() -> None:
    heard = called("0708").believed()
    assert statuses(heard) == ["approved", "pending"]
    assert heard[0].json()["occurred_at"] > heard[1].json()["occurred_at"]


def test_a_bank_that_does_not_call_back_is_silent() -> None:
    assert called("0709").heard == []


def test_what_is_not_taken_comes_again_with_growing_pauses_and_one_id() -> None:
    world = World()
    world.status = 503
    CardClient(world).instruct("k", "0303", "debit")
    world.bank.advance(3_600 + 5 + 300)
    world.status = 204
    world.bank.advance(86_400)
    times = [one.at - world.heard[0].at for one in world.heard]
    assert times == [timedelta(0), PAUSES[0], PAUSES[0] + PAUSES[1], sum(PAUSES[:3], timedelta(0))]
    assert len({one.message_id for one in world.heard}) == 1
    assert all(one.believed for one in world.heard)
    assert world.bank.summary()["callbacks"]["card"] == {"attempts": 4, "delivered": 1, "refused": 0, "given_up": 0}


def test_a_receiver_that_never_takes_it_is_given_up() -> None:
    world = World()
    world.status = 500
    CardClient(world).instruct("k", "0303", "debit")
    world.bank.advance(30 * 86_400)
    counts = world.bank.summary()["callbacks"]["card"]
    assert counts == {"attempts": len(PAUSES) + 1, "delivered": 0, "refused": 0, "given_up": 1}


def test_a_receiver_that_is_gone_is_told_no_more() -> None:
    world = World()
    world.status = 410
    CardClient(world).instruct("k", "0303", "debit")
    world.bank.advance(30 * 86_400)
    assert world.bank.summary()["callbacks"]["card"] == {"attempts": 1, "delivered": 0, "refused": 1, "given_up": 0}


def test_the_json_rail_calls_back_what_its_clock_decides() -> None:
    world = World(bank_rail="simulator")
    body = (
        b'{"direction": "credit", "amount_minor": 5, "currency": "EUR", "routing_number": "021000021",'
        b' "account_number": "77700303", "holder_name": "Ada Example"}'
    )
    world.transport.call("POST", "/v1/transfers", headers={"Idempotency-Key": "k"}, body=body)
    world.bank.advance(3_600)
    (one,) = world.believed()
    assert (one.rail, one.json()["key"], one.json()["status"]) == ("simulator", "k", "accepted")
    assert world.rail("simulator")["balances_minor"] == {"EUR": -5}
