"""The bank without its network: magic, faults, counts, and its clock."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import emulators.bank
from emulators.bank.bank import Bank
from emulators.bank.fields import Call, Fault, FaultKind, Order
from emulators.bank.magic import MAGIC, Reply, Settles, is_magic, magic_for, markdown

UNSEEN_S = 20.0


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def bank(hands: Hands) -> Bank:
    return Bank(hands, unseen_s=UNSEEN_S)


def order(last4: str = "0000", direction: str = "credit", amount_minor: int = 500) -> Order:
    return Order(direction, amount_minor, "USD", "021000021", f"7770{last4}", "Ada Example", "rent")


def fault(kind: FaultKind, count: int = 1, key_prefix: str = "", call: Call = Call.TRANSFER) -> Fault:
    return Fault(kind, count, key_prefix, call)


@pytest.mark.parametrize("row", MAGIC.values(), ids=lambda row: row.last4)
def test_every_row_does_what_it_says(bank: Bank, hands: Hands, row: Any) -> None:
    direction = row.directions[0]
    turned_away = min(row.door_times, 3)
    for _ in range(turned_away):
        assert bank.submit("k", order(row.last4, direction)).reply is row.door
        assert bank.inquire("k").reply is Reply.NOT_FOUND
    if turned_away < row.door_times:
        return
    first = bank.submit("k", order(row.last4, direction))
    assert first.reply is row.reply
    answer = bank.inquire("k")
    assert (answer.reply is Reply.NOT_FOUND) is (row.settles is Settles.UNSEEN)
    hands.now += timedelta(hours=2)
    last = bank.inquire("k").answer
    assert last is not None
    decided = "rejected" if row.reason_code else "accepted"
    assert last["status"] == ("pending" if row.settles is Settles.NEVER else decided)
    assert last["reason_code"] == row.reason_code
    moved = int(last["status"] == "accepted")
    summary = bank.summary()
    assert (summary["moved"]["total"], summary["sums_minor"][direction]) == (moved, {"USD": 500} if moved else {})


def test_pending_is_decided_at_the_second_inquiry_and_not_before(bank: Bank) -> None:
    bank.submit("k", order("0301"))
    assert bank.summary()["moved"]["total"] == 0
    told = [(bank.inquire("k").answer or {})["status"] for _ in range(3)]
    assert told == ["pending", "accepted", "accepted"]
    assert bank.summary()["moved"]["total"] == 1


def test_the_clock_decides_without_being_asked(bank: Bank, hands: Hands) -> None:
    bank.submit("late", order("0204"))
    bank.submit("hour", order("0303"))
    assert (bank.summary()["unseen"], bank.summary()["pending"]) == (1, 1)
    hands.now += timedelta(seconds=UNSEEN_S)
    assert (bank.summary()["accepted"], bank.summary()["pending"]) == (1, 1)
    hands.now += timedelta(hours=1)
    assert bank.summary()["accepted"] == 2
    assert bank.summary()["moved"]["total"] == 2


def test_an_unseen_instruction_that_is_repeated_stays_unseen_and_is_counted(bank: Bank, hands: Hands) -> None:
    assert [bank.submit("k", order("0204")).reply for _ in range(2)] == [Reply.SILENT, Reply.SILENT]
    assert bank.inquire("k").reply is Reply.NOT_FOUND
    hands.now += timedelta(seconds=UNSEEN_S)
    assert bank.submit("k", order("0204")).reply is Reply.ANSWER
    assert bank.summary()["instructions"] == {"total": 3, "keys": 1, "per_key_max": 3, "more_than_once": ["k"]}
    assert bank.summary()["moved"] == {"total": 1, "keys": 1, "per_key_max": 1, "more_than_once": []}


def test_what_is_turned_away_is_no_repetition(bank: Bank) -> None:
    for _ in range(2):
        bank.submit("k", order("0503"))
    assert bank.summary()["instructions"]["more_than_once"] == []
    assert bank.summary()["turned_away"] == {"unavailable": 1}


def test_a_repetition_is_told_the_same_and_changes_nothing(bank: Bank) -> None:
    first = bank.submit("k", order())
    assert bank.submit("k", order()) == first
    assert bank.summary()["instructions"]["more_than_once"] == ["k"]
    assert bank.summary()["sums_minor"] == {"credit": {"USD": 500}, "debit": {}}


def test_a_lost_answer_is_not_lost_again(bank: Bank) -> None:
    assert bank.submit("k", order("0500")).reply is Reply.ERROR
    assert bank.submit("k", order("0500")).reply is Reply.ANSWER


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("direction", "debit"),
        ("amount_minor", 501),
        ("currency", "EUR"),
        ("routing_number", "026009593"),
        ("account_number", "77701000"),
        ("holder_name", "Bob Example"),
        ("description", "food"),
    ],
)
def test_a_key_with_other_content_names_the_field(bank: Bank, field: str, value: Any) -> None:
    bank.submit("k", order())
    reaction = bank.submit("k", replace(order(), **{field: value}))
    assert (reaction.reply, reaction.pointer, reaction.answer) == (Reply.CONFLICT, f"/{field}", None)
    assert bank.summary()["conflicts"] == 1
    assert bank.summary()["instructions"]["total"] == 1


def test_magic_holds_in_its_own_direction_only() -> None:
    assert magic_for("9990101", "debit").reason_code == "R01"
    assert magic_for("9990101", "credit") is MAGIC["0000"]
    assert magic_for("9990123", "debit") is MAGIC["0000"]
    assert magic_for("9994711", "debit") is MAGIC["0000"]


def test_accounts_that_are_magic_can_be_told() -> None:
    assert is_magic("9990101")
    assert not is_magic("9990000")
    assert not is_magic("9994711")


@pytest.mark.parametrize(
    ("kind", "reply", "acted"),
    [
        (FaultKind.UNAVAILABLE, Reply.UNAVAILABLE, False),
        (FaultKind.THROTTLED, Reply.THROTTLED, False),
        (FaultKind.SILENT_BEFORE, Reply.SILENT, False),
        (FaultKind.SILENT_AFTER, Reply.SILENT, True),
        (FaultKind.SLOW, Reply.SLOW, True),
    ],
)
def test_a_planted_fault_strikes_as_often_as_it_was_told(
    bank: Bank, kind: FaultKind, reply: Reply, acted: bool
) -> None:
    bank.plant(fault(kind, count=2))
    assert [bank.submit(key, order()).reply for key in "abc"] == [reply, reply, Reply.ANSWER]
    assert bank.summary()["moved"]["keys"] == (3 if acted else 1)


def test_a_fault_strikes_its_own_keys_and_calls_only(bank: Bank) -> None:
    bank.plant(fault(FaultKind.UNAVAILABLE, key_prefix="pay_b"))
    bank.plant(fault(FaultKind.THROTTLED, call=Call.INQUIRY))
    assert bank.submit("pay_a", order()).reply is Reply.ANSWER
    assert bank.submit("pay_b", order()).reply is Reply.UNAVAILABLE
    assert bank.submit("pay_b", order()).reply is Reply.ANSWER
    assert [bank.inquire("pay_a").reply for _ in range(2)] == [Reply.THROTTLED, Reply.ANSWER]


def test_the_older_of_two_faults_strikes_first(bank: Bank) -> None:
    bank.plant(fault(FaultKind.UNAVAILABLE))
    bank.plant(fault(FaultKind.THROTTLED))
    assert [bank.submit("k", order()).reply for _ in range(3)] == [Reply.UNAVAILABLE, Reply.THROTTLED, Reply.ANSWER]


@pytest.mark.parametrize("kind", [FaultKind.SILENT_AFTER, FaultKind.SILENT_BEFORE])
def test_an_inquiry_can_fall_silent_whether_the_key_is_known_or_not(bank: Bank, kind: FaultKind) -> None:
    bank.submit("k", order())
    bank.plant(fault(kind, count=2, call=Call.INQUIRY))
    assert [bank.inquire(key).reply for key in ("k", "x")] == [Reply.SILENT, Reply.SILENT]


def test_one_key_at_the_same_moment_moves_once() -> None:
    meet = threading.Barrier(2)

    def dawdle() -> datetime:
        # Asked while an instruction is taken: were two taken at once, they would meet here.
        with contextlib.suppress(threading.BrokenBarrierError):
            meet.wait(0.2)
        return datetime(2026, 3, 2, tzinfo=UTC)

    bank = Bank(dawdle)
    threads = [threading.Thread(target=bank.submit, args=("k", order())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bank.summary()["moved"] == {"total": 1, "keys": 1, "per_key_max": 1, "more_than_once": []}


def test_references_depend_on_the_key_and_the_seed_alone(hands: Hands) -> None:
    def references(seed: int, keys: str) -> dict[str, str]:
        bank = Bank(hands, seed=seed)
        return {key: (bank.submit(key, order()).answer or {})["reference"] for key in keys}

    assert references(1, "abc") == references(1, "cba")
    assert not set(references(1, "abc").values()) & set(references(2, "abc").values())


def test_the_listing_pages_in_the_order_of_arrival_and_shows_no_account(bank: Bank) -> None:
    for key in "abcde":
        bank.submit(key, order("4711"))
    first = bank.listing(0, 2)
    second = bank.listing(first["next_after"], 3)
    assert [transfer["key"] for transfer in first["transfers"] + second["transfers"]] == list("abcde")
    assert second["next_after"] is None
    assert "77704711" not in str(first)
    assert "Ada" not in str(first)


def test_a_reset_forgets_everything(bank: Bank) -> None:
    empty = bank.summary()
    bank.plant(fault(FaultKind.UNAVAILABLE))
    bank.submit("k", order("0503"))
    bank.plant(fault(FaultKind.SLOW))
    bank.reset()
    assert bank.summary() == empty
    assert bank.submit("k", order("0503")).reply is Reply.UNAVAILABLE


def test_the_readme_shows_the_table() -> None:
    readme = Path(emulators.bank.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert f"\n\n{markdown()}\n\n" in readme
