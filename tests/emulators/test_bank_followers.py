"""Those who live by the bank's clock: when they are called, what they see of it, and how callbacks are signed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from emulators.bank.callbacks.outbox import DEFAULT_SECRET
from emulators.bank.clock import BankClock
from emulators.bank.followers import Followers
from emulators.bank.server import BankServer
from emulators.bank.settlement.banking_days import eastern
from shared.adapters.clock_ahead import ClockAhead
from shared.formats.signing import verify
from tests.emulators.test_bank_server import Caller
from tests.support.waiting import until

DAY_S = 86_400


class Follower:
    """Notes what it is called for, and when that is by the clock that it follows."""

    def __init__(self) -> None:
        self.clock: ClockAhead | None = None
        self.calls: list[tuple[str, datetime]] = []
        self.callbacks: list[tuple[dict[str, str], bytes, datetime]] = []
        self.status = 200
        self.on_call: Callable[[], None] = lambda: None

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        assert self.clock is not None
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        now = self.clock.now()
        if body:
            self.callbacks.append(({name.lower(): value for name, value in handler.headers.items()}, body, now))
        else:
            self.calls.append((handler.path, now))
            self.on_call()
        handler.send_response(self.status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()


@contextmanager
def following(*stops: time, **options: Any) -> Iterator[tuple[Follower, BankServer]]:
    """A bank whose clock one follower lives by, at the paths /first and /second."""
    follower = Follower()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            follower.serve(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    followers = Followers([f"{url}/first", f"{url}/second"], stops)
    bank = BankServer(followers=followers, callback_url=f"{url}/callbacks", **options)
    bank.start()
    follower.clock = ClockAhead(f"{bank.url}/v1/admin/clock")
    try:
        yield follower, bank
    finally:
        bank.stop()
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_advance_stops_at_the_times_of_each_day_and_at_its_end_and_each_follower_sees_that_moment() -> None:
    with following(time(16, 45), time(9)) as (follower, bank):
        before = bank.clock.now()
        answer = Caller(bank.url).call("POST", "/v1/admin/clock/advance", {"duration_s": 3 * DAY_S}).json()
        after = datetime.fromisoformat(answer["now"])
    assert [path for path, _ in follower.calls] == ["/first", "/second"] * (len(follower.calls) // 2)
    days = [eastern(before).date() + timedelta(days=number) for number in range(5)]
    stops = [datetime.combine(day, at, eastern(before).tzinfo) for day in days for at in (time(9), time(16, 45))]
    wanted = [*(stop for stop in stops if before < stop < after), after]
    seen = [at for path, at in follower.calls if path == "/first"]
    assert len(seen) == len(wanted) == 7
    # The clock goes on while they work, so each sees a moment from its stop on, and never one from before.
    assert all(stop.astimezone(UTC) <= at for stop, at in zip(wanted[:-1], seen[:-1], strict=True))
    assert all(at < stop.astimezone(UTC) for stop, at in zip(wanted[1:], seen[:-1], strict=True))
    assert seen[-1] > before + timedelta(days=3)


def test_the_clock_tells_how_far_ahead_it_is() -> None:
    with following() as (_, bank):
        caller = Caller(bank.url)
        assert caller.call("GET", "/v1/admin/clock").json()["ahead_s"] == 0
        caller.call("POST", "/v1/admin/clock/advance", {"duration_s": 90})
        caller.call("POST", "/v1/admin/clock/advance", {"duration_s": DAY_S})
        told = caller.call("GET", "/v1/admin/clock").json()
    assert told["ahead_s"] == pytest.approx(DAY_S + 90, abs=0.001 * DAY_S)
    assert datetime.fromisoformat(told["now"]).tzinfo is not None


def test_what_a_follower_brings_at_the_last_stop_is_there_when_the_advance_is_over() -> None:
    with following() as (follower, bank):

        def bring() -> None:
            bank.simulator.objects.put_new("ach/outbound/late.ach", b"not a file")

        follower.on_call = bring
        bank.simulator.advance(60.0)
        files = Caller(bank.url).call("GET", "/v1/admin/ach/files").json()["files"]
    assert [one["name"] for one in files] == ["ach/outbound/late.ach"]


def test_callbacks_are_signed_by_the_clock_that_whoever_gets_them_lives_by() -> None:
    with following() as (follower, bank):
        caller = Caller(bank.url)
        caller.call("POST", "/v1/admin/clock/advance", {"duration_s": 30 * DAY_S})
        caller.transfer("late", "0303")
        caller.call("POST", "/v1/admin/clock/advance", {"duration_s": 3_600})
        until(lambda: follower.callbacks)
    headers, body, at = follower.callbacks[0]
    verify((DEFAULT_SECRET,), headers, body, now=at, tolerance_s=300)


def test_a_follower_that_fails_is_named_and_the_clock_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with following() as (follower, bank):
        follower.status = 503
        bank.simulator.advance(120.0)
        assert bank.simulator.ahead >= timedelta(seconds=119)
    assert [path for path, _ in follower.calls] == ["/first", "/second"]
    assert "/first did not follow the clock: HTTP 503" in capsys.readouterr().err


def test_a_clock_without_followers_stops_nowhere() -> None:
    now = BankClock().now()
    assert list(Followers().stops(now, now + timedelta(days=9))) == []
    assert list(Followers((), (time(9),)).stops(now, now + timedelta(days=9))) == []
