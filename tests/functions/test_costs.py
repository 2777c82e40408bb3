"""What a payment costs, step by step, in billed operations: counted, not timed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.payments.domain.states import State
from tests.support.world import BOOK, DEPOSIT, TRANSFER, World

# Reads, writes, messages, tasks, rail calls.
Costs = dict[str, tuple[int, int, int, int, int]]

PAYOUT: Costs = {
    "api.submit_payment": (0, 1, 1, 0, 0),
    "intake": (3, 2, 1, 0, 0),
    "fraud": (2, 2, 1, 0, 0),
    "compliance": (2, 2, 1, 1, 0),
    "settlement": (1, 5, 2, 0, 1),
}
EXPECTED: dict[str, tuple[dict[str, Any], Costs]] = {
    "payout": ({}, PAYOUT),
    # The account that a wallet of the payer would have is looked for in vain; no hold, so no account is written.
    "deposit": (DEPOSIT, {**PAYOUT, "intake": (3, 1, 1, 0, 0)}),
    # Two legs: the second is begun on a fresh read, and each is marked in a commit of its own.
    "transfer": (TRANSFER, {**PAYOUT, "intake": (3, 1, 1, 0, 0), "settlement": (2, 10, 4, 0, 2)}),
    # Two customers; the ledger alone, in one commit.
    "book": (BOOK, {**PAYOUT, "intake": (4, 2, 1, 0, 0), "settlement": (1, 4, 1, 0, 0)}),
}
# A refund of a deposit is a payout that reads the payment which it gives back, and marks it, when it is asked for.
REFUND: Costs = {
    "api.refund_payment": (2, 2, 1, 0, 0),
    **{step: costs for step, costs in PAYOUT.items() if step != "api.submit_payment"},
}
# Before any rail was told: the payment, its wallet's hold given back; then it is let rest.
CANCELLATION: Costs = {"api.cancel_payment": (2, 3, 1, 0, 0)}


def found_costs(text: str, steps: Costs) -> Costs:
    """The usage that the log lines of these steps tell."""
    names = ("reads", "writes", "messages", "tasks", "rail_calls")
    lines = [json.loads(line) for line in text.splitlines()]
    return {line["step"]: tuple(line["usage"][name] for name in names) for line in lines if line.get("step") in steps}


@pytest.mark.parametrize("route", EXPECTED)
def test_the_good_path_costs_what_the_table_says(route: str, capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    capsys.readouterr()
    # The second payment: the first of a customer makes the documents that this one reads.
    payment, costs = EXPECTED[route]
    world.pay("first", **payment)
    assert world.cloud.settle_down()
    capsys.readouterr()
    world.pay("second", **payment)
    assert world.cloud.settle_down()
    assert found_costs(capsys.readouterr().out, costs) == costs


def test_a_refund_costs_what_the_table_says(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    for key in ("first", "second"):
        world.pay(key, **DEPOSIT)
    assert world.cloud.settle_down()
    assert world.refund("first", under="refund-1") == 202
    assert world.cloud.settle_down()
    capsys.readouterr()
    assert world.refund("second", under="refund-2") == 202
    assert world.cloud.settle_down()
    assert found_costs(capsys.readouterr().out, REFUND) == REFUND


def test_a_cancellation_costs_what_the_table_says(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    world.pay()
    while world.payment().state is not State.RECEIVED:
        world.twins.broker.deliver_due(1)
    capsys.readouterr()
    assert world.cancel() == 200
    assert found_costs(capsys.readouterr().out, CANCELLATION) == CANCELLATION


def test_a_wallet_payout_stays_within_its_budget() -> None:
    reads, writes, messages, *_ = (sum(column) for column in zip(*PAYOUT.values(), strict=True))
    assert writes <= 12
    assert reads <= 8
    assert messages <= 6
