"""Those who live by the bank's clock: whenever it is put forward, they are called, as their own scheduler would have.

A day that is leapt over would otherwise be a day on which nobody but the bank did anything: no file cut at its
cut-off, no return taken. So an advance stops at certain times of each day, and there the followers do their work.
"""

from __future__ import annotations

import http.client
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from datetime import time as time_of_day
from urllib.parse import urlsplit

from emulators.bank.settlement.banking_days import eastern, moment
from shared.adapters.clock_ahead import READING_KEPT_S

# Below it, a reading of the clock that is out of date by a leap harms nobody.
LEAP_S = 60.0
# A follower that was killed is started again within seconds.
_TRIES = 20
_PAUSE_S = 0.5
_TIMEOUT_S = 60.0


class Followers:
    """Called by `POST` at `urls`, one after the other, at the end of each advance and at `stops` on the way.

    `stops` are times of every day in US Eastern time, the bank's own. Followers read the clock at
    `GET /v1/admin/clock`; each leap gives them the time to do so. Without urls, nothing is called or waited for.
    """

    def __init__(self, urls: Sequence[str] = (), stops: Sequence[time_of_day] = ()) -> None:
        self._urls = tuple(urls)
        self._stops = sorted(stops)

    def stops(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The moments after one and before another at which an advance is to stop, in their order."""
        if not self._urls:
            return
        day = eastern(after).date()
        while day <= eastern(until).date():
            yield from (at for at in (moment(day, stop) for stop in self._stops) if after < at < until)
            day += timedelta(days=1)

    def leapt(self, duration_s: float) -> None:
        """The clock was put forward by so much: return when no follower goes by an older reading any more."""
        if self._urls and duration_s >= LEAP_S:
            time.sleep(READING_KEPT_S)

    def call(self) -> None:
        """Let each of them do what is due. One that cannot be reached is waited for; one that fails, as a scheduler's
        job may, is called again at the next stop."""
        for url in self._urls:
            said = _called(url)
            if said:
                print(f"{url} did not follow the clock: {said}", file=sys.stderr, flush=True)


def _called(url: str) -> str:
    """What went wrong; empty when nothing did."""
    said = ""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE_S)
        try:
            status = _post(url)
        except (OSError, http.client.HTTPException) as error:
            said = type(error).__name__
            continue
        return f"HTTP {status}" if status >= 400 else ""
    return said


def _post(url: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
    try:
        connection.request("POST", parts.path, headers={"Content-Length": "0"})
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()
