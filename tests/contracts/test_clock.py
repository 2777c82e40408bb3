"""The clock's contract: the same cases on the system's clock, on the one that is moved by hand, and on one ahead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from emulators.bank.server import BankServer
from shared.adapters.clock_ahead import ClockAhead
from shared.adapters.memory.clock import ManualClock
from shared.adapters.system_clock import SystemClock
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.clock import Clock

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture(params=["manual", "system", "ahead"])
def clock(request: pytest.FixtureRequest) -> Iterator[Clock]:
    if request.param != "ahead":
        yield ManualClock(NOON) if request.param == "manual" else SystemClock()
        return
    bank = BankServer()
    bank.start()
    bank.simulator.advance(timedelta(days=3).total_seconds())
    yield ClockAhead(f"{bank.url}/v1/admin/clock")
    bank.stop()


def test_now_is_aware_and_in_utc(clock: Clock) -> None:
    assert clock.now().tzinfo is UTC


def test_now_does_not_run_backwards(clock: Clock) -> None:
    moments = [clock.now() for _ in range(100)]
    assert moments == sorted(moments)


def test_sleep_returns_when_the_duration_has_passed(clock: Clock) -> None:
    before = clock.now()
    clock.sleep(0.002)
    # A wall clock is slewed by up to 500 parts in a million while one sleeps.
    assert clock.now() - before >= timedelta(microseconds=1_999)


@pytest.mark.parametrize("duration_s", [0, -5])
def test_a_sleep_of_no_length_returns_at_once(clock: Clock, duration_s: float) -> None:
    before = clock.now()
    clock.sleep(duration_s)
    assert clock.now() >= before


def test_manual_time_moves_by_exactly_what_it_is_told() -> None:
    clock = ManualClock(NOON)
    clock.sleep(0.25)
    clock.sleep(-1)
    clock.advance(60)
    assert clock.now() == NOON + timedelta(seconds=60.25)
    clock.advance_to(NOON + timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)


def test_manual_time_is_told_in_utc_wherever_it_started() -> None:
    abroad = NOON.astimezone(timezone(timedelta(hours=-5)))
    clock = ManualClock(abroad)
    assert (clock.now(), clock.now().tzinfo) == (NOON, UTC)
    clock.advance_to(abroad + timedelta(hours=1))
    assert (clock.now(), clock.now().tzinfo) == (NOON + timedelta(hours=1), UTC)


def test_manual_time_does_not_run_backwards_even_on_demand() -> None:
    clock = ManualClock(NOON)
    with pytest.raises(ClearwayError) as advance:
        clock.advance(-0.001)
    with pytest.raises(ClearwayError) as advance_to:
        clock.advance_to(NOON - timedelta(microseconds=1))
    assert (advance.value.code, advance_to.value.code) == (KernelError.MISUSE, KernelError.MISUSE)
    assert clock.now() == NOON


def test_a_start_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ClearwayError) as caught:
        ManualClock(NOON.replace(tzinfo=None))
    assert caught.value.code is KernelError.MISUSE
