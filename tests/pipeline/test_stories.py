"""What the table of magic endings cannot say alone: payments of two legs, and what follows after a payment's end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.customers.documents import customer_from, customer_key
from shared.formats.nacha.addenda import DishonoredReturnAddenda
from shared.formats.nacha.file import Entry
from shared.formats.nacha.reading import read
from shared.formats.nacha.records import EntryDetail
from shared.kernel.routing_numbers import check_digit
from shared.payments.domain.legs import LegStatus
from shared.payments.domain.states import State
from shared.runtime.web import HttpRequest, Reply
from tests.pipeline.expectations import AMOUNT, CARD_KEPT
from tests.support.bank_world import CARD, FEE, FUNDED, FUNDS_RAIL, OTHER_CARD, BankWorld, Booked
from tests.support.builders import ADA, BANK, PAYEE, WALLET

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NET = AMOUNT - FEE
CARD_TO_BANK = ("card", "instant")


def states_of(world: BankWorld, payment_id: str) -> list[State]:
    """The states since it was approved."""
    return [entry.state for entry in world.payment(payment_id).history][4:]


def legs_of(world: BankWorld, payment_id: str) -> dict[str, tuple[str, LegStatus]]:
    """Rail and status of each leg, by its role."""
    return {leg.role.value: (leg.rail, leg.status) for leg in world.payment(payment_id).legs}


def test_a_transfer_is_pulled_from_a_card_and_pushed_to_a_bank_account_at_once() -> None:
    world = BankWorld(CARD_TO_BANK)
    payment_id = world.pay("key-1", AMOUNT, CARD, PAYEE)
    world.live(HOUR)
    assert states_of(world, payment_id) == [
        State.COLLECTING,
        State.COLLECTED,
        State.PAYING_OUT,
        State.COMPLETED,
    ]
    assert legs_of(world, payment_id) == {
        "debit": ("card", LegStatus.ACCEPTED),
        "credit": ("instant", LegStatus.ACCEPTED),
    }
    assert world.entries(payment_id) == [
        Booked("6", "collection", {"card": -AMOUNT, "in-transit": AMOUNT}, "debit"),
        Booked("8", "transfer", {"in-transit": -AMOUNT, "instant": NET, "fees": FEE}, "credit"),
    ]
    assert (world.counted("card"), world.counted("instant")) == ((1, 1, 0), (1, 1, 0))
    assert world.books().balanced


def test_money_that_ach_collected_is_passed_on_only_when_it_is_safe() -> None:
    world = BankWorld(("ach", "instant"))
    payment_id = world.pay("key-1", AMOUNT, BANK, PAYEE)
    world.live(DAY)
    assert states_of(world, payment_id)[-1] is State.COLLECTED, "a bank may still return it"
    assert world.counted("instant") == (0, 0, 0)
    world.live(4 * DAY)
    assert states_of(world, payment_id)[-1] is State.COMPLETED
    assert (world.counted("ach"), world.counted("instant")) == ((1, 1, 0), (1, 1, 0))


def test_money_that_ach_took_back_in_time_is_never_passed_on() -> None:
    world = BankWorld(("ach", "instant"), {BANK: "0101"})
    payment_id = world.pay("key-1", AMOUNT, BANK, PAYEE)
    world.live(7 * DAY)
    assert states_of(world, payment_id) == [State.COLLECTING, State.COLLECTED, State.FAILED]
    assert [reason.code for reason in world.payment(payment_id).history[-1].reasons] == ["rail_R01"]
    assert world.entries(payment_id) == [
        Booked("6", "collection", {"ach": -AMOUNT, "in-transit": AMOUNT}, "debit"),
        Booked("debit.returned", "return", {"in-transit": -AMOUNT, "ach": AMOUNT}, "debit", "6"),
    ]
    assert (world.counted("ach"), world.counted("instant")) == ((1, 1, 1), (0, 0, 0))
    assert world.cases() == []


# The rails, the instrument that is collected from, and for how long it takes.
PUT_BACK: Mapping[str, tuple[tuple[str, ...], str, timedelta]] = {
    "card": (CARD_TO_BANK, CARD, 2 * HOUR),
    "bank": (("bank",), BANK, 2 * HOUR),
    "ach": (("ach", "instant"), BANK, 9 * DAY),
}


@pytest.mark.parametrize("rail", PUT_BACK)
def test_a_refused_second_leg_is_put_back_over_the_rail_that_collected(rail: str) -> None:
    rails, source, duration = PUT_BACK[rail]
    world = BankWorld(rails, {PAYEE: "0102"})
    payment_id = world.pay("key-1", AMOUNT, source, PAYEE)
    world.live(duration)
    assert states_of(world, payment_id)[2:] == [State.PAYING_OUT, State.PUTTING_BACK, State.FAILED]
    assert legs_of(world, payment_id) == {
        "debit": (rail, LegStatus.ACCEPTED),
        "credit": (rails[-1], LegStatus.REJECTED),
        "put-back": (rail, LegStatus.ACCEPTED),
    }
    refusal = "rail_AC04" if rails[-1] == "instant" else "rail_R02"
    assert [reason.code for reason in world.payment(payment_id).history[-1].reasons] == [refusal]
    assert world.balances() == {"wallet": FUNDED, FUNDS_RAIL: -FUNDED}, "nobody has lost or won anything"
    assert world.cases() == []
    summary = world.twins.bank.simulator.summary()["rails"][rail]
    assert summary["sums_minor"]["debit"] == {"USD": AMOUNT + (FUNDED if rail == FUNDS_RAIL else 0)}
    assert summary["sums_minor"]["credit"] == {"USD": AMOUNT}
    if rail == "card":
        assert summary["reversals"] == 1, "a card is not paid: its payment is undone"


@pytest.mark.parametrize(
    ("rail", "ending", "codes"),
    [
        ("card", "1001", ["put_back_refused", "rail_57"]),
        ("bank", "0123", ["put_back_refused", "rail_R23"]),
        ("ach", "0123", ["parked_in_suspense", "rail_R23"]),  # accepted, and sent back two banking days later
    ],
)
def test_what_cannot_be_put_back_is_parked_with_a_case(rail: str, ending: str, codes: list[str]) -> None:
    rails, source, duration = PUT_BACK[rail]
    world = BankWorld(rails, {source: ending, PAYEE: "0102"})
    payment_id = world.pay("key-1", AMOUNT, source, PAYEE)
    world.live(2 * duration)
    assert states_of(world, payment_id)[-1] is State.FAILED
    assert world.cases() == codes
    balances = Counter({"wallet": FUNDED, FUNDS_RAIL: -FUNDED})
    balances.update({rail: -AMOUNT, "suspense": AMOUNT})
    assert world.balances() == balances
    assert world.books().balanced


def test_what_a_payees_bank_sends_back_after_a_transfer_is_parked_with_a_case() -> None:
    world = BankWorld(CARD_TO_BANK, {PAYEE: "0801"})
    payment_id = world.pay("key-1", AMOUNT, CARD, PAYEE)
    world.live(2 * DAY)
    assert states_of(world, payment_id)[-2:] == [State.COMPLETED, State.RETURNED]
    assert world.entries(payment_id)[-1] == Booked(
        "credit.returned", "return", {"instant": -NET, "suspense": NET}, "credit", "8"
    )
    assert world.cases() == ["parked_in_suspense", "rail_AC04"]
    assert world.counted("instant") == (1, 1, 1)
    assert world.books().balanced


def test_a_chargeback_after_the_wallet_was_spent_is_owed_by_the_payer() -> None:
    world = BankWorld(("card", "bank"), {CARD: "0805"})
    deposit = world.pay("deposit", AMOUNT, CARD, WALLET)
    world.live(HOUR)
    spent = FUNDED + NET - CARD_KEPT - FEE
    payout = world.pay("payout", spent, WALLET, PAYEE)
    world.live(HOUR)
    assert world.payment(payout).state is State.COMPLETED
    assert world.wallet() == {"posted": CARD_KEPT, "held": CARD_KEPT}
    world.live(6 * DAY)
    assert states_of(world, deposit)[-2:] == [State.COMPLETED, State.RETURNED]
    owed = NET - CARD_KEPT
    moved = {"wallet": -CARD_KEPT, "receivable": -owed, "fees": -FEE, "card": AMOUNT}
    assert world.entries(deposit)[-1] == Booked("debit.returned", "return", moved, "debit", "6")
    assert world.wallet() == {"posted": 0, "held": 0}
    assert world.cases() == ["owed_by_the_payer", "rail_10.4"]
    assert world.books().balanced


@pytest.mark.parametrize(("ending", "end"), [("0306", State.COMPLETED), ("0307", State.FAILED)])
def test_what_is_accepted_without_posting_waits_for_the_payees_bank(ending: str, end: State) -> None:
    world = BankWorld(("instant",), {BANK: ending})
    payment_id = world.pay("key-1", AMOUNT, WALLET, BANK)
    world.live(HOUR / 2)
    (leg,) = world.call("GET", f"/v1/payments/{payment_id}")["legs"]
    assert (leg["status"], leg["reason_code"]) == ("pending", "ACWP")
    assert world.wallet() == {"posted": FUNDED, "held": AMOUNT + FEE}
    world.live(2 * DAY)
    assert states_of(world, payment_id) == [State.PAYING_OUT, end]
    (leg,) = world.call("GET", f"/v1/payments/{payment_id}")["legs"]
    assert leg.get("reason_code") == (None if end is State.COMPLETED else "AC06")
    assert world.wallet()["held"] == 0


@pytest.mark.parametrize(("rail", "outside"), [("instant", BANK), ("card", CARD)])
def test_a_contradiction_is_one_case_however_often_it_is_said(rail: str, outside: str) -> None:
    world = BankWorld((rail,), {outside: "0705"})
    receiver, heard = world.cloud.endpoints["rail_callback"], 0

    def thrice(request: HttpRequest) -> Reply:
        nonlocal heard
        heard += 1
        return [receiver(request) for _ in range(3)][-1]

    world.twins.bank.call_back_to(thrice)
    payment_id = world.pay("key-1", AMOUNT, WALLET, outside)
    world.live(DAY)
    assert heard == 2
    assert states_of(world, payment_id) == [State.PAYING_OUT, State.COMPLETED]
    assert len(world.entries(payment_id)) == 1
    assert world.cases() == ["rail_contradiction"]
    assert world.counted(rail) == (1, 1, 0)


def test_a_rail_that_never_decides_is_asked_no_more_often_as_time_goes_by() -> None:
    world = BankWorld(("card",), {CARD: "0304", OTHER_CARD: "0203"})
    pending = [world.pay(card, AMOUNT, WALLET, card) for card in (CARD, OTHER_CARD)]
    asked = []
    for _ in range(4):
        before = world.twins.bank.simulator.summary()["rails"]["card"]["inquiries"]
        world.live(DAY / 2)
        asked.append(world.twins.bank.simulator.summary()["rails"]["card"]["inquiries"] - before)
    assert all(world.payment(one).drive_at is not None for one in pending)
    # The sweep takes each up once an hour, and each of its tasks asks nine times at the most.
    assert all(0 < count <= 2 * 12 * 9 for count in asked[1:])
    assert world.counted("card") == (1, 0, 0)


# ACH: files, and what banks say days later.


def outbound(world: BankWorld) -> Iterator[tuple[str, Entry]]:
    """Every entry that was ever sent, with the name of its file, in the order of the files."""
    for name in world.twins.objects.list("ach/outbound/"):
        content = world.twins.objects.get(name)
        assert content is not None
        yield from ((name, entry) for entry in read(content).entries)


def reached(entry: Entry) -> tuple[str, str, str]:
    """Routing number, account number and kind of account (2 checking, 3 savings) that an entry goes to."""
    detail = entry.detail
    assert isinstance(detail, EntryDetail)
    routing = detail.rdfi_identification + check_digit(detail.rdfi_identification)
    return routing, detail.account_number.strip(), detail.transaction_code[0]


OLD, OTHER_BANK = "021000021", "026009593"


@pytest.mark.parametrize(
    ("ending", "right"),
    [
        ("0901", (OLD, "555010000", "2")),
        ("0902", (OTHER_BANK, "555010902", "2")),
        ("0903", (OTHER_BANK, "555010000", "2")),
        ("0905", (OLD, "555010905", "3")),
        ("0906", (OLD, "555010000", "3")),
        ("0907", (OTHER_BANK, "555010000", "3")),
    ],
)
def test_after_a_change_the_next_payment_goes_to_the_corrected_account(
    ending: str, right: tuple[str, str, str]
) -> None:
    world = BankWorld(("ach",), {BANK: ending})
    first = world.pay("key-1", AMOUNT, WALLET, BANK)
    world.live(6 * DAY)
    document = world.twins.documents.get(customer_key(ADA))
    assert document is not None
    instrument = customer_from(document).instruments[BANK]
    kind = {"checking": "2", "savings": "3", "": "2"}[instrument.account_type]
    assert (instrument.routing_number, instrument.account_number, kind) == right
    second = world.pay("key-2", AMOUNT, WALLET, BANK)
    world.live(6 * DAY)
    assert [reached(entry) for _, entry in outbound(world)] == [(OLD, f"55501{ending}", "2"), right]
    assert [world.payment(one).state for one in (first, second)] == [State.COMPLETED] * 2
    assert world.cases() == []


@pytest.mark.parametrize(("ending", "after"), [("0862", 16 * DAY), ("0861", 75 * DAY)])
def test_an_untimely_return_goes_back_in_the_next_file_after_it(ending: str, after: timedelta) -> None:
    world = BankWorld(("ach",), {BANK: ending})
    payment_id = world.pay("key-1", AMOUNT, BANK, WALLET)
    world.live(after)
    (_, original), (name, back) = list(outbound(world))
    (addenda,) = back.addenda
    assert isinstance(addenda, DishonoredReturnAddenda)
    assert isinstance(original.detail, EntryDetail)
    assert (addenda.dishonored_code, addenda.original_trace_number) == ("R68", original.detail.trace_number)
    assert back.amount_cents == AMOUNT
    (came,) = world.twins.objects.list("ach/inbound/")
    day = came.removeprefix("ach/inbound/ACH-IN-")[:8]
    sent = name.removeprefix("ach/outbound/")[:10].replace("-", "")
    assert sent > day, "a file's name says when it closes: it is the one of the evening"
    assert int(sent) - int(day) == 1
    assert world.payment(payment_id).state is State.COMPLETED
    summary = world.twins.bank.simulator.summary()["rails"]["ach"]
    assert (summary["dishonoured"], summary["dishonours_unmatched"]) == (1, 0)
    assert summary["balances_minor"] == {"USD": AMOUNT}, "the money is back where the entry had moved it"
    assert world.balances()["ach"] == -AMOUNT


def test_a_prenote_that_fails_refuses_what_waits_behind_it_and_what_comes_later() -> None:
    world = BankWorld(("ach",), {BANK: "0103"})
    prenote = f"/v1/customers/{ADA}/instruments/{BANK}/prenote"
    world.call("POST", prenote, expect=202)
    waiting = world.pay("key-1", AMOUNT, WALLET, BANK)
    world.live(6 * DAY)
    later = world.pay("key-2", AMOUNT, WALLET, BANK)
    world.live(DAY)
    assert world.call("GET", prenote)["return_code"] == "R03"
    for payment_id in (waiting, later):
        assert states_of(world, payment_id) == [State.PAYING_OUT, State.FAILED]
        assert [reason.code for reason in world.payment(payment_id).history[-1].reasons] == ["rail_prenote_failed"]
        assert world.entries(payment_id) == []
    assert world.counted("ach") == (1, 0, 0), "the prenote, and no money"
    assert world.wallet() == {"posted": FUNDED, "held": 0}


def test_a_prenote_that_meets_silence_lets_payments_through() -> None:
    world = BankWorld(("ach",))
    prenote = f"/v1/customers/{ADA}/instruments/{BANK}/prenote"
    world.call("POST", prenote, expect=202)
    waiting = world.pay("key-1", AMOUNT, WALLET, BANK)
    world.live(3 * DAY)
    assert states_of(world, waiting) == [State.PAYING_OUT]
    world.live(6 * DAY)
    answer: dict[str, Any] = world.call("GET", prenote)
    assert answer["status"] == "verified"
    assert states_of(world, waiting) == [State.PAYING_OUT, State.COMPLETED]
    assert world.counted("ach") == (2, 1, 0)
