"""Whatever is paid, whatever the rail does, wherever a process dies: the invariants hold."""

from __future__ import annotations

import contextlib
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.payments.domain.history import chain_is_whole
from shared.payments.domain.states import ALLOWED, AT_REST, State
from shared.payments.queries.all_payments import all_payments
from tests.support.crashes import Crash, CrashPoints
from tests.support.world import BOOK, DEPOSIT, World, payment_body

# Last four digits that make the rail refuse, fall silent, or lose its answer before or after it has acted.
RAIL_BEHAVIOURS = ("0000", "0102", "0201", "0202", "0204", "0301", "0429", "0500", "0503", "0601")

FUNDED = "funding"  # the deposit that the world began with, over another rail

payments = st.lists(st.tuples(st.sampled_from(({}, BOOK, DEPOSIT)), st.integers(1, 200_00)), min_size=1, max_size=6)


@given(
    paid=payments,
    behaviour=st.sampled_from(RAIL_BEHAVIOURS),
    crashes=st.sets(st.integers(1, 80), max_size=3),
    seed=st.integers(0, 2**32),
    duplicates=st.sampled_from((0.0, 0.3)),
)
@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_lost_or_done_twice(
    paid: list[tuple[dict[str, Any], int]], behaviour: str, crashes: set[int], seed: int, duplicates: float
) -> None:
    world = World(
        CrashPoints(*crashes).wrapping(),
        account_number=f"10000{behaviour}",
        order=Random(seed),
        duplicates=duplicates,
    )
    for number, (route, amount_minor) in enumerate(paid):
        with contextlib.suppress(Crash):
            world.submit(world.cloud, f"key-{number}", payment_body(amount_minor, **route))
    while True:
        with contextlib.suppress(Crash):
            world.cloud.settle_down()
            break
    check(world, len(paid))


def check(world: World, submitted: int) -> None:
    """Every invariant, over everything that is there."""
    found = list(all_payments(world.twins.documents))
    # A submission whose process died before its first commit was never accepted; the funding is one more payment.
    assert submitted - 3 <= len(found) - 1 <= submitted
    assert world.books().balanced, world.books().differences
    assert max(world.twins.rail.moved.values(), default=0) <= 1
    assert max(world.twins.rail.instructions.values(), default=0) <= 1
    for payment in found:
        assert chain_is_whole(payment.history)
        states = [entry.state for entry in payment.history]
        assert all(after in ALLOWED[before] for before, after in pairwise(states))
        assert payment.drive_at is None or payment.state not in AT_REST
        if payment.leg is not None and payment.state in AT_REST and payment.request.idempotency_key != FUNDED:
            assert world.twins.rail.moved[payment.leg.key] == (payment.state is State.COMPLETED)
