"""Whatever was booked and whatever is planted: exactly those breaks are found, and they close when put right."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.planted_breaks import KINDS, Week


@given(
    seed=st.integers(0, 2**32),
    legs=st.integers(4, 40),
    kinds=st.lists(st.sampled_from(KINDS), max_size=7),
)
@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_exactly_the_planted_breaks_are_found_and_close_when_put_right(seed: int, legs: int, kinds: list[str]) -> None:
    week = Week(Random(seed), legs)
    week.plant(kinds)
    week.live()
    assert week.world.cases() == week.expected
    assert week.world.cases("resolved") == {}
    between_statements = {".".join(account) for account in (*week.gaps, *week.withheld)}
    for name, position in week.world.positions().items():
        assert name in between_statements or position.unexplained_minor == 0
    week.put_right()
    assert week.world.cases() == {}
    assert week.world.cases("resolved") == week.expected
    for position in week.world.positions().values():
        assert (position.difference_minor, position.unexplained_minor) == (0, 0)
