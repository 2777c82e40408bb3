"""The bank as rails' adapters call it, in the same process and on the bank's own clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from emulators.bank.clock import SimulatorClock
from emulators.bank.exchange import Request, Response
from emulators.bank.magic import Reply
from shared.adapters.rails.deadline import UnansweredError

SLOW_S = 1.0


class InProcess:
    """A transport with the shape of `DeadlineClient.call` over `handle`.

    A call that is not answered takes `timeout_s` of the clock, a slow one `slow_s`. Where that is not below the
    time-out, it counts as unanswered, as it would over a socket.
    """

    def __init__(
        self, handle: Callable[[Request], Response], clock: SimulatorClock, *, timeout_s: float, slow_s: float = SLOW_S
    ) -> None:
        self._handle = handle
        self._clock = clock
        self._timeout_s = timeout_s
        self._slow_s = slow_s

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, bytes]:
        """Status and body. Raises UnansweredError with `sent`, since the bank has always seen the call."""
        lower = {name.lower(): value for name, value in headers.items()}
        response = self._handle(Request(method, path, lower, body or b""))
        if response.reply is Reply.RESET:
            raise UnansweredError(sent=True, cause=ConnectionResetError())
        if response.reply is Reply.SILENT or (response.reply is Reply.SLOW and self._slow_s >= self._timeout_s):
            self._clock.sleep(self._timeout_s)
            raise UnansweredError(sent=True, cause=TimeoutError())
        if response.reply is Reply.SLOW:
            self._clock.sleep(self._slow_s)
        return int(response.status), response.raw
