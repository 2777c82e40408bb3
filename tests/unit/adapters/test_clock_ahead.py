"""The local system's clock: how far ahead it is, and that it never guesses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.clock_ahead import ClockAhead
from shared.adapters.memory.clock import ManualClock
from shared.kernel.errors import ClearwayError, KernelError
from tests.contracts.peer import Peer, http

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
TWO_DAYS = http("200 OK", b'{"now": "2026-11-04T12:00:00+00:00", "ahead_s": 172800.5}')


def test_it_is_ahead_by_what_the_other_clock_says() -> None:
    with Peer(TWO_DAYS) as peer:
        clock = ClockAhead(f"{peer.url}/v1/admin/clock", ManualClock(NOON))
        assert clock.now() == NOON + timedelta(days=2, seconds=0.5)
    assert peer.requests[0].startswith(b"GET /v1/admin/clock HTTP/1.1\r\n")


def test_who_gives_the_reading_may_start_later() -> None:
    with Peer(http("503 Service Unavailable"), b"", TWO_DAYS, hang_up=True) as peer:
        assert ClockAhead(peer.url, ManualClock(NOON)).now() > NOON + timedelta(days=2)
    assert len(peer.requests) == 3


@pytest.mark.parametrize(
    "reading",
    [
        http("500 Internal Server Error", b'{"ahead_s": 0}'),
        http("200 OK", b"soon"),
        http("200 OK", b"[]"),
        http("200 OK", b'{"now": "2026-11-04T12:00:00+00:00"}'),
        http("200 OK", b'{"ahead_s": "a day"}'),
        http("200 OK", b'{"ahead_s": NaN}'),
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{",
    ],
    ids=["an error", "no JSON", "no object", "no reading", "no number", "not a number", "silence", "a half"],
)
def test_without_a_reading_there_is_no_time_rather_than_a_wrong_one(reading: bytes) -> None:
    with Peer(reading, hang_up=True) as peer:
        clock = ClockAhead(peer.url, ManualClock(NOON), patience_s=0)
        with pytest.raises(ClearwayError) as caught:
            clock.now()
    assert caught.value.code is KernelError.UNAVAILABLE
    assert caught.value.retryable


def test_an_old_reading_is_not_used_when_there_is_no_new_one() -> None:
    with Peer(TWO_DAYS, hang_up=True) as peer:
        clock = ClockAhead(peer.url, patience_s=0)
        clock.now()
    # Its own pace is the real one: after this pause the reading is out of date, and nobody gives another.
    clock.sleep(0.2)
    with pytest.raises(ClearwayError) as caught:
        clock.now()
    assert caught.value.code is KernelError.UNAVAILABLE


@pytest.mark.parametrize("url", ["", "127.0.0.1:8090", "https://bank.example/clock", "http:///clock"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        ClockAhead(url)
    assert caught.value.code is KernelError.MISUSE
