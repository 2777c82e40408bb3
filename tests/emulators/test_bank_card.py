"""The card rail: tokens only, one outcome a key, reversals that never take back more than was moved."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulators.bank.card.fields import looks_like_a_card_number
from emulators.bank.fields import Call, Fault, FaultKind
from shared.adapters.rails.deadline import UnansweredError
from tests.emulators.bank_client import AMOUNT, CardClient, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def card(world: World) -> CardClient:
    return CardClient(world)


def submit(world: World, key: str = "k", **other: Any) -> tuple[int, Any]:
    body = {"type": "push", "amount_minor": AMOUNT, "currency": "USD", "card_token": "tok_visa_0000"} | other
    headers = {"Idempotency-Key": key}
    raw = json.dumps(body).encode()
    status, answer = world.transport.call("POST", "/v1/card/transactions", headers=headers, body=raw)
    return status, json.loads(answer)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("card_token", value) for value in ("", "visa_0000", "tok_1", "tok_a b c d", None, 7)],
        *[("type", value) for value in ("", "PUSH", None, ["push"])],
        *[("amount_minor", value) for value in (0, -1, 1.0, "1", True)],
        *[("currency", value) for value in ("usd", "", None)],
        *[("description", value) for value in ("x" * 141, "a\n", 7)],
        ("holder_name", "x" * 141),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_taken(world: World, field: str, value: Any) -> None:
    status, answer = submit(world, **{field: value})
    assert (status, answer["code"], answer["field"]) == (400, "invalid_field", f"/{field}")
    assert world.rail("card")["instructions"]["total"] == 0


@pytest.mark.parametrize(
    "value", ["4111111111111111", "4111 1111 1111 1111", "tok_4111111111111111", "4111-1111-1111-1111"]
)
def test_a_card_number_is_refused_and_not_repeated(world: World, value: str) -> None:
    status, answer = submit(world, card_token=value)
    assert (status, answer["field"]) == (400, "/card_token")
    assert "card number" in answer["detail"]
    assert "4111" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("value", "looks"),
    [("5555555555554444", True), ("4111111111111112", False), ("tok_visa_0151", False), ("12345678901", False)],
)
def test_what_looks_like_a_card_number(value: str, looks: bool) -> None:
    assert looks_like_a_card_number(value) is looks


def test_an_unknown_field_and_a_missing_key_are_refused(world: World) -> None:
    assert submit(world, more=1)[0] == 400
    assert submit(world, key="")[0] == 400


def test_a_repetition_changes_nothing_and_other_content_is_a_conflict(world: World) -> None:
    first = submit(world)
    assert submit(world) == first
    status, answer = submit(world, amount_minor=7)
    assert (status, answer["code"], answer["field"]) == (409, "key_reused", "/amount_minor")
    rail = world.rail("card")
    assert rail["instructions"] == {"total": 2, "keys": 1, "per_key_max": 2, "more_than_once": ["k"]}
    assert (rail["moved"]["total"], rail["balances_minor"], rail["conflicts"]) == (1, {"USD": -AMOUNT}, 1)


def test_an_approval_says_on_which_day_it_settled(world: World) -> None:
    answer = submit(world)[1]
    assert (answer["status"], answer["settled_on"], answer["reason_code"]) == ("approved", "2026-03-02", "")
    assert submit(world, "d", card_token="tok_visa_0105")[1]["settled_on"] is None


def test_a_reversal_is_a_transaction_of_its_own(world: World, card: CardClient) -> None:
    card.instruct("k", "0000", "debit")
    status, answer = card.reverse("k.r", "k")
    assert (status, answer["key"], answer["status"]) == (200, "k.r", "approved")
    assert card.ask("k.r") == (200, "accepted")
    assert card.answer("k")["reversed_minor"] == AMOUNT
    assert card.ask("k") == (200, "accepted")
    assert [one.amount_minor for one in world.bank.accounts.bookings("card")] == [AMOUNT, -AMOUNT]


def test_reversals_take_back_no_more_than_was_moved(card: CardClient, world: World) -> None:
    card.instruct("k", "0000", "debit")
    assert card.reverse("r1", "k", 1_000)[1]["status"] == "approved"
    assert card.reverse("r2", "k", 251)[1]["reason_code"] == "13"
    assert card.reverse("r3", "k", 250)[1]["status"] == "approved"
    assert card.reverse("r4", "k", 1)[1]["reason_code"] == "79"
    assert card.reverse("r1", "k", 1_000)[1]["status"] == "approved"
    assert card.reverse("r1", "k", 999)[0] == 409
    assert world.rail("card")["balances_minor"] == {"USD": 0}


@pytest.mark.parametrize(("ending", "code"), [("0105", "12"), ("0304", "12"), ("1001", "57")])
def test_what_cannot_be_reversed_is_declined(card: CardClient, world: World, ending: str, code: str) -> None:
    card.instruct("k", ending, "debit")
    before = world.rail("card")["balances_minor"]
    assert card.reverse("r", "k")[1]["reason_code"] == code
    assert world.rail("card")["balances_minor"] == before


def test_a_reversal_of_what_the_bank_does_not_know_is_not_found(card: CardClient) -> None:
    status, answer = card.reverse("r", "k")
    assert (status, answer["code"]) == (404, "transaction_not_found")


def test_a_reversal_in_another_currency_is_refused(card: CardClient) -> None:
    card.instruct("k", "0000", "debit")
    status, answer = card.reverse("r", "k", currency="EUR")
    assert (status, answer["field"]) == (400, "/currency")


def test_what_was_reversed_is_not_charged_back_and_what_was_charged_back_is_not_reversed(world: World) -> None:
    card = CardClient(world)
    card.instruct("a", "0801", "debit")
    card.instruct("b", "0801", "debit")
    card.reverse("a.r", "a")
    world.bank.advance(2 * 86_400)
    assert (card.ask("a")[1], card.ask("b")[1]) == ("accepted", "returned")
    assert card.reverse("b.r", "b")[1]["reason_code"] == "79"
    assert world.rail("card")["balances_minor"] == {"USD": 0}


def test_the_answer_to_a_reversal_can_be_lost_late_or_refused_at_the_door(world: World) -> None:
    card = CardClient(world)
    for key, ending in (("lost", "1002"), ("late", "1003"), ("door", "1004")):
        card.instruct(key, ending, "debit")
    with pytest.raises(UnansweredError):
        card.reverse("lost.r", "lost")
    assert card.ask("lost.r")[1] == "accepted"
    assert card.reverse("late.r", "late")[1]["status"] == "pending"
    assert card.reverse("late.r2", "late")[1]["reason_code"] == "79"
    world.bank.advance(3_600)
    assert card.ask("late.r")[1] == "accepted"
    assert [one.json()["key"] for one in world.believed()] == ["late.r"]
    assert [card.reverse("door.r", "door")[0] for _ in range(2)] == [503, 200]
    assert world.rail("card")["balances_minor"] == {"USD": 0}
    assert world.rail("card")["moved"]["more_than_once"] == []


@pytest.mark.parametrize(
    ("kind", "status", "moved"),
    [
        (FaultKind.UNAVAILABLE, 503, 0),
        (FaultKind.THROTTLED, 429, 0),
        (FaultKind.ERROR, 500, 1),
        (FaultKind.SLOW, 200, 1),
    ],
)
def test_faults_strike_their_own_rail(world: World, kind: FaultKind, status: int, moved: int) -> None:
    world.bank.plant(Fault(kind, 2, "", Call.TRANSFER, "card"))
    assert [submit(world, key)[0] for key in "aaa"] == [status, status, 200]
    assert world.rail("card")["moved"]["total"] == 1
    world.bank.plant(Fault(kind, 1, "", Call.TRANSFER, "card"))
    submit(world, "b")
    assert world.rail("card")["moved"]["total"] == 1 + moved


@pytest.mark.parametrize("kind", [FaultKind.SILENT_AFTER, FaultKind.RESET])
def test_a_call_without_an_answer_may_have_been_taken(world: World, kind: FaultKind) -> None:
    world.bank.plant(Fault(kind, 1, "", Call.TRANSFER, "card"))
    started = world.clock.now()
    with pytest.raises(UnansweredError) as caught:
        submit(world)
    assert caught.value.sent
    assert (world.clock.now() - started).total_seconds() == (2.0 if kind is FaultKind.SILENT_AFTER else 0.0)
    assert world.rail("card")["moved"]["total"] == 1
