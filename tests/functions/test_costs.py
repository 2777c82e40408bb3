"""What a payment costs, step by step, in billed operations: counted, not timed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.world import BOOK, DEPOSIT, World

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
    # Two customers; the ledger alone, in one commit.
    "book": (BOOK, {**PAYOUT, "intake": (4, 2, 1, 0, 0), "settlement": (1, 4, 1, 0, 0)}),
}


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
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = ("reads", "writes", "messages", "tasks", "rail_calls")
    found = {line["step"]: tuple(line["usage"][name] for name in names) for line in lines if line.get("step") in costs}
    assert found == costs


def test_a_wallet_payout_stays_within_its_budget() -> None:
    reads, writes, messages, *_ = (sum(column) for column in zip(*PAYOUT.values(), strict=True))
    assert writes <= 12
    assert reads <= 8
    assert messages <= 6
