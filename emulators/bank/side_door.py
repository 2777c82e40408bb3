"""The side door: what tests and people do to the bank, and see of it, that no client of a bank can."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any, Protocol

from emulators.bank.clock import SimulatorClock
from emulators.bank.exchange import Request, Response, json_object
from emulators.bank.fields import Fault, parse_advance, parse_fault
from emulators.bank.routes import Route
from emulators.bank.settlement.breaks import Break, parse_break


class Bank(Protocol):
    """What of the simulator can be reached through the side door."""

    clock: SimulatorClock
    ahead: timedelta

    def advance(self, duration_s: float) -> None:
        """Put the clock forward."""
        ...

    def plant(self, fault: Fault) -> None:
        """Plant a fault."""
        ...

    def plant_break(self, planted: Break) -> None:
        """Plant a mistake in a statement."""
        ...

    def reset(self) -> None:
        """Forget everything."""
        ...

    def summary(self) -> dict[str, Any]:
        """Everything counted."""
        ...


class SideDoor:
    """Routes that need no token."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self.routes = (
            Route("GET", "/v1/admin/rails", self._summary, guarded=False),
            Route("POST", "/v1/admin/reset", self._reset, guarded=False),
            Route("POST", "/v1/admin/faults", self._plant, guarded=False),
            Route("POST", "/v1/admin/breaks", self._break, guarded=False),
            Route("GET", "/v1/admin/clock", lambda _, __: self._clock(), guarded=False),
            Route("POST", "/v1/admin/clock/advance", self._advance, guarded=False),
            Route("GET", "/healthz", lambda _, __: Response(HTTPStatus.OK, {"status": "ok"}), guarded=False),
        )

    def _summary(self, _: Request, __: str) -> Response:
        return Response(HTTPStatus.OK, self._bank.summary())

    def _reset(self, _: Request, __: str) -> Response:
        self._bank.reset()
        return Response(HTTPStatus.OK, {"status": "ok"})

    def _plant(self, request: Request, _: str) -> Response:
        self._bank.plant(parse_fault(json_object(request.body)))
        return Response(HTTPStatus.OK, {"status": "ok"})

    def _break(self, request: Request, _: str) -> Response:
        self._bank.plant_break(parse_break(json_object(request.body)))
        return Response(HTTPStatus.OK, {"status": "ok"})

    def _advance(self, request: Request, _: str) -> Response:
        self._bank.advance(parse_advance(json_object(request.body)))
        return self._clock()

    def _clock(self) -> Response:
        now, ahead_s = self._bank.clock.now().isoformat(), self._bank.ahead.total_seconds()
        return Response(HTTPStatus.OK, {"now": now, "ahead_s": ahead_s})
