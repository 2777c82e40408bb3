"""The clock of the local system: ahead of the real one by as much as the bank simulator's clock was put forward."""

from __future__ import annotations

import http.client
import json
import threading
import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from shared.adapters.system_clock import SystemClock
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.clock import Clock

# How long a reading is used. Who puts the other clock forward waits this long before anybody is to act on it.
READING_KEPT_S = 0.1
_CALL_TIMEOUT_S = 2.0
_PAUSE_S = 0.1
# Everything local starts at once, so the first reading may have to wait for the one who gives it.
_PATIENCE_S = 15.0


class ClockAhead:
    """Reads `url` (`GET` answers JSON with `ahead_s`, in seconds) and adds that to `clock`, by default the system's.

    `now` raises UNAVAILABLE when there was no reading for `patience_s` seconds, and never guesses: work done on
    yesterday's date could not be told from work done today. Raises MISUSE for a URL that is not `http://host...`.
    Nothing is kept open between readings, so a process may fork after it was built.
    """

    def __init__(self, url: str, clock: Clock | None = None, *, patience_s: float = _PATIENCE_S) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ClearwayError(KernelError.MISUSE, "the address of a clock is an http:// URL")
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path or "/"
        self._clock = clock or SystemClock()
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._ahead = timedelta()
        self._read_again_at = float("-inf")

    def now(self) -> datetime:
        """See `Clock.now`."""
        with self._lock:
            if time.monotonic() >= self._read_again_at:
                self._ahead = self._read()
                self._read_again_at = time.monotonic() + READING_KEPT_S
            return self._clock.now() + self._ahead

    def sleep(self, duration_s: float) -> None:
        """See `Clock.sleep`: both clocks go at the same pace."""
        self._clock.sleep(duration_s)

    def _read(self) -> timedelta:
        give_up_at = time.monotonic() + self._patience_s
        while True:
            try:
                return self._ask()
            except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
                if time.monotonic() >= give_up_at:
                    said = f"the clock at {self._host}:{self._port} gave no reading ({type(error).__name__})"
                    raise ClearwayError(KernelError.UNAVAILABLE, said) from error
            self._clock.sleep(_PAUSE_S)

    def _ask(self) -> timedelta:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_CALL_TIMEOUT_S)
        try:
            connection.request("GET", self._path)
            response = connection.getresponse()
            if response.status != 200:
                raise http.client.HTTPException(str(response.status))
            return timedelta(seconds=json.loads(response.read())["ahead_s"])
        finally:
            connection.close()
