"""Every row of the bank simulator's ACH table, over files: what we send is taken, and what comes back is understood."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest

from emulators.bank.simulator import BankSimulator
from emulators.bank.table.outcomes import RailName, Row, Word
from emulators.bank.table.table import ROWS
from shared.kernel.party import Direction
from shared.ports.rail import RailStatus
from tests.support.ach import MORNING, NEW_YORK, AchWorld, an_account, an_instruction

CASES = [(row, direction) for row in ROWS if row.rail is RailName.ACH for direction in row.directions]
CENTS = 12_34
DAYS = 85
# Changes that are not about the account: people see them, and nothing is corrected.
NOT_FOR_ACCOUNTS = ("C04", "C09")


def key_of(row: Row, direction: str) -> str:
    return f"pay_{row.ending}.{direction}"


@cache
def played() -> tuple[AchWorld, BankSimulator]:
    """One payment for every row and direction, and 85 days of mornings and evenings."""
    world = AchWorld(claim_max=100)
    bank = BankSimulator(world.clock, world.objects)
    for row, direction in CASES:
        account = an_account(id=f"bank-{row.ending}", account_number=f"10000{row.ending}")
        instruction = an_instruction(key_of(row, direction), CENTS, direction=Direction(direction), instrument=account)
        assert world.rail.submit(instruction).status is RailStatus.PENDING
    for day in range(DAYS):
        for hour in (10, 20):
            local = (MORNING + timedelta(days=day)).replace(hour=hour, minute=5)
            bank.advance((local - world.clock.now().astimezone(NEW_YORK)).total_seconds())
            world.cut()
            bank.run_due()
            assert "refused" not in world.inbound()
    return world, bank


@pytest.mark.parametrize(("row", "direction"), CASES, ids=[f"{row.ending}-{direction}" for row, direction in CASES])
def test_a_row_ends_as_it_says(row: Row, direction: str) -> None:
    world, _ = played()
    key, expected = key_of(row, direction), row.expected
    answer, entry = world.rail.inquire(key), world.entry(key)
    assert answer is not None
    wanted = RailStatus.RETURNED if expected.word is Word.RETURNED else RailStatus.ACCEPTED
    assert (answer.status, answer.reason_code) == (wanted, expected.reason_code)
    assert entry.dishonored_code == expected.dishonour
    news = [one.answer.reason_code for one in world.heard.news if one.key == key]
    assert news == ([expected.reason_code] if expected.word is Word.RETURNED else [])
    corrections = [one.change_code for one in world.heard.corrections if one.entry_key == key]
    applied = expected.change_code and expected.change_code not in NOT_FOR_ACCOUNTS
    assert corrections == ([expected.change_code] if applied else [])


def test_the_banks_account_and_ours_agree() -> None:
    world, bank = played()
    kept = 0
    for row, direction in CASES:
        answer = world.rail.inquire(key_of(row, direction))
        if answer is not None and answer.status is RailStatus.ACCEPTED:
            kept += CENTS if direction == "debit" else -CENTS
    assert bank.accounts.summary("ach")["balances_minor"] == {"USD": kept}


def test_people_see_what_no_rule_decides() -> None:
    world, _ = played()
    cases = world.cases()
    sent_back = [row for row, _ in CASES if row.expected.dishonour]
    assert cases.count("ach_dishonored") == len(sent_back)
    assert cases.count("ach_contested") == len([row for row in sent_back if row.script and row.expected.reason_code])
    strangers = [row for row, _ in CASES if row.expected.change_code in NOT_FOR_ACCOUNTS]
    assert cases.count("ach_unreadable") == len(strangers)
    assert len(cases) == len(sent_back) + cases.count("ach_contested") + len(strangers)
