"""The return-rate monitor: numerators, denominators, and the limits of the rules."""

from __future__ import annotations

from datetime import date

import pytest

from shared.formats.nacha.sent_back import Return
from shared.kernel.party import Direction
from shared.rails.ach_documents import day_key
from shared.rails.commands.ach.run_cutoffs import run_cutoffs
from shared.rails.domain.ach.return_rates import rate
from shared.rails.domain.ach_returns import RateLimit
from shared.rails.queries.return_rates import return_rates
from tests.support.ach import AchWorld, an_instruction


def test_rates_follow_from_what_was_sent_and_what_came_back() -> None:
    world = AchWorld(claim_max=100)
    for number in range(10):
        world.rail.submit(an_instruction(f"pay_{number}.debit", direction=Direction.DEBIT))
        world.rail.submit(an_instruction(f"pay_{number}.credit"))
    world.at("2026-11-03T20:01")
    run_cutoffs(world.clock.now(), world.desk)
    world.at("2026-11-06T09:00")
    codes = {
        "pay_0.debit": "R01",
        "pay_1.debit": "R02",
        "pay_2.debit": "R10",
        "pay_3.debit": "R29",
        "pay_0.credit": "R03",
    }
    answers = []
    for key, code in codes.items():
        header, entry = world.batch_of(key)
        answers.append((header, Return(entry=entry, code=code)))
    world.bank_sends("r.ach", *answers, settled_on=date(2026, 11, 6))
    world.inbound()
    found = {
        one.limit.name: (one.numerator, one.denominator) for one in return_rates(date(2026, 11, 6), world.documents)
    }
    assert found == {"unauthorized": (2, 10), "administrative": (1, 10), "overall": (4, 10)}
    assert all(one.over for one in return_rates(date(2026, 11, 6), world.documents))


def test_days_that_are_sixty_days_old_no_longer_count() -> None:
    world = AchWorld()
    for day in (date(2026, 11, 4), date(2026, 11, 5)):
        world.documents.run(lambda tx, day=day: tx.create(day_key(day), {"debits": 1000, "returned": 1}))  # type: ignore[misc]
    counted = [
        {one.limit.name: one.denominator for one in return_rates(day, world.documents)}["overall"]
        for day in (date(2026, 11, 5), date(2027, 1, 2), date(2027, 1, 3), date(2027, 1, 4))
    ]
    assert counted == [2000, 2000, 1000, 0]


@pytest.mark.parametrize(
    ("returned", "debits", "over"),
    [(0, 0, False), (1, 0, True), (1, 200, False), (2, 399, True), (2, 400, False), (0, 1, False)],
)
def test_a_rate_at_its_limit_is_not_over_it(returned: int, debits: int, over: bool) -> None:
    limit = RateLimit("unauthorized", 50, frozenset({"R10"}), "a test")
    assert rate(limit, [{"debits": debits, "returned": 99, "returned_R10": returned}]).over is over


def test_a_house_without_debits_has_rates_of_nothing() -> None:
    rates = return_rates(date(2026, 11, 6), AchWorld().documents)
    assert sorted(one.limit.name for one in rates) == ["administrative", "overall", "unauthorized"]
    assert not any(one.over for one in rates)
    assert {one.limit.limit_basis_points for one in rates} == {50, 300, 1500}
