"""`make reconcile`: where each account stands, and each open break in words."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from scripts.reconcile import run
from tests.support.bank_statements import leg_line, statement_of
from tests.support.booked_world import MONDAY, BookedWorld, noon


def test_it_shows_both_balances_what_explains_the_difference_and_every_break(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = BookedWorld()
    right, wrong = (world.move(name, "card", 50_00, noon(MONDAY)) for name in ("right", "wrong"))
    world.move("late", "card", 7_00, noon(MONDAY + timedelta(days=1)))
    lines = [leg_line(50_00, "B1", right), leg_line(49_00, "B2", wrong)]
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, lines))
    world.clock.advance_to(datetime.combine(MONDAY + timedelta(days=2), time(1), UTC))
    assert run(world.documents, world.objects, world.clock) == 1
    first = capsys.readouterr().out
    assert "1 statements with 2 entries taken" in first
    for name, amount in (
        ("our balance", "107.00"),
        ("the bank's", "99.00"),
        ("in transit", "7.00"),
        ("breaks", "1.00"),
    ):
        assert any(name in line and f" {amount} USD" in line for line in first.splitlines()), name
    assert f"on {MONDAY}" in first
    assert "1 amount_mismatch" in first
    assert any(line.startswith("amount_mismatch") and wrong in line for line in first.splitlines())
    assert run(world.documents, world.objects, world.clock, only_show=True) == 1
    assert "taken" not in capsys.readouterr().out


def test_it_is_content_where_both_sides_agree(capsys: pytest.CaptureFixture[str]) -> None:
    world = BookedWorld()
    key = world.move("in", "card", 50_00, noon(MONDAY))
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, [leg_line(50_00, "B1", key)]))
    world.clock.advance_to(datetime.combine(MONDAY + timedelta(days=1), time(1), UTC))
    assert run(world.documents, world.objects, world.clock) == 0
    shown = capsys.readouterr().out
    assert "no break is open" in shown
    assert "between statements" not in shown
