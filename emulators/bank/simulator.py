"""The whole bank: all rails, callbacks, accounts and files on one clock, without any network."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from emulators.bank.ach.calls import AchCalls
from emulators.bank.ach.desk import AchDesk
from emulators.bank.agenda import Agenda
from emulators.bank.api import Transfers
from emulators.bank.bank import Bank
from emulators.bank.callbacks.news import json_body
from emulators.bank.callbacks.outbox import DEFAULT_SECRET, Deliver, Outbox
from emulators.bank.callbacks.voices import Encode, Teller
from emulators.bank.card import api as card
from emulators.bank.clock import SimulatorClock
from emulators.bank.desk.desk import Desk
from emulators.bank.exchange import JSON, Request, Response, problem
from emulators.bank.fields import Fault
from emulators.bank.files import FileCalls
from emulators.bank.followers import Followers
from emulators.bank.in_process import InProcess
from emulators.bank.instant.api import InstantCalls
from emulators.bank.routes import Api
from emulators.bank.settlement.accounts import Accounts
from emulators.bank.settlement.breaks import Break
from emulators.bank.settlement.camt import ENTRIES_PER_PAGE
from emulators.bank.settlement.statements import Statements
from emulators.bank.side_door import SideDoor
from emulators.bank.table.outcomes import RailName
from emulators.bank.table.reasons import CARD, INSTANT
from emulators.bank.transfers_watch import TransfersWatch
from shared.kernel.errors import ClearwayError
from shared.ports.objects import ObjectStore


class BankSimulator:
    """A bank to test against, called in this process: see README.md for what it does.

    `callback` is told everything that the bank says on its own; it returns an HTTP status. `seed` goes into references
    and ids. `unseen_s` is how long an instruction of the ending 0204 is denied. `secret` signs callbacks, as of the
    moment that `signing_clock` gives (default: `clock`). With a `token`, the rails need it as a bearer token.
    `bank_rail` is what the JSON rail is called on callbacks and accounts. `followers` live by this clock too.

    What is due by the clock happens in `run_due` and `advance`, and what concerns only the bank's own state before each
    call too, so that an answer is never older than the clock; callbacks and files wait for `run_due`.
    """

    def __init__(
        self,
        clock: SimulatorClock,
        objects: ObjectStore,
        *,
        callback: Deliver | None = None,
        seed: int = 0,
        unseen_s: float = 8.0,
        secret: str = DEFAULT_SECRET,
        signing_clock: Callable[[], datetime] | None = None,
        token: str = "",
        bank_rail: str = "bank",
        entries_per_page: int = ENTRIES_PER_PAGE,
        followers: Followers | None = None,
    ) -> None:
        self.clock = clock
        # How far ahead `advance` has put it of the clock that it was.
        self.ahead = timedelta()
        self._followers = followers or Followers()
        self._advancing = threading.Lock()
        self.objects = objects
        self._inward = Agenda()
        self._outward = Agenda()
        self.accounts = Accounts()
        self.statements = Statements(self._inward, self.accounts, objects, entries_per_page=entries_per_page)
        self.outbox = Outbox(self._outward, signing_clock or clock.now, callback, secret=secret)

        def teller(encode: Encode, rejection: str) -> Teller:
            return Teller(self.outbox, encode, seed=seed, rejection=rejection)

        plain = teller(lambda news: (json_body(news), JSON), "R02")
        watch = TransfersWatch(bank_rail, self._inward, self.accounts, plain, self._catch_up)
        self.bank = Bank(clock.now, seed=seed, unseen_s=unseen_s, watcher=watch)
        self.card = Desk(
            RailName.CARD,
            present=clock.now,
            agenda=self._inward,
            accounts=self.accounts,
            teller=teller(card.callback, "05"),
            reasons=CARD,
            seed=seed,
            unseen_s=unseen_s,
        )
        self._instant_calls = InstantCalls(clock.now)
        self.instant = Desk(
            RailName.INSTANT,
            present=clock.now,
            agenda=self._inward,
            accounts=self.accounts,
            teller=teller(self._instant_calls.callback, "AC03"),
            reasons=INSTANT,
            seed=seed,
            unseen_s=unseen_s,
        )
        self._instant_calls.over(self.instant)
        self.ach = AchDesk(clock.now, self._inward, self.accounts, objects)
        self._rails = {"instant": self.instant, "card": self.card}
        self._bank_rail = bank_rail
        rooms = (
            Transfers(self.bank),
            self._instant_calls,
            card.CardCalls(self.card),
            AchCalls(self.ach),
            FileCalls(objects),
            SideDoor(self),
        )
        self._api = Api((route for room in rooms for route in room.routes), token=token)

    def handle(self, request: Request) -> Response:
        """Answer one call. Callbacks that must come before the answer are delivered before this returns.

        When something is due that needs the object store, and that cannot be reached, the answer is 503.
        """
        try:
            self._inward.run_until(self.clock.now())
        except ClearwayError as error:
            if not error.retryable:
                raise
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "the bank's files cannot be reached now")
        response = self._api.handle(request)
        self.outbox.flush()
        return response

    def transport(self, timeout_s: float) -> InProcess:
        """The bank as a rail's adapter calls it; a call that is not answered takes `timeout_s` of the clock."""
        return InProcess(self.handle, self.clock, timeout_s=timeout_s)

    def next_due(self) -> datetime | None:
        """The earliest moment at which something will happen by itself; None when nothing is to come.

        It is now when outbound files wait to be taken.
        """
        return self.clock.now() if self.ach.has_files() else self._next_noted()

    def run_due(self) -> int:
        """Let everything happen that is due by the clock, in the order of its moments; returns how much that was."""
        done = self.ach.take_files()
        while (due := self._next_noted()) is not None and due <= self.clock.now():
            # At one moment the bank's own state comes first: nobody is told of what has not happened.
            done += self._inward.run_until(due)
            done += self._outward.run_until(due)
            done += self.ach.take_files()
        return done

    @property
    def advancing(self) -> bool:
        """Whether an advance is under way, which lets happen what comes due on it."""
        return self._advancing.locked()

    def advance(self, duration_s: float) -> None:
        """Put the clock forward from moment to moment at which something is due, and let it happen there.

        Those who follow the clock are called on the way and at the end; one advance at a time.
        """
        with self._advancing:
            now = self.clock.now()
            until = now + timedelta(seconds=duration_s)
            for stop in (*self._followers.stops(now, until), until):
                self._advance_to(stop)
                self._followers.call()
            # What they have just brought, such as a file.
            self.run_due()

    def plant(self, fault: Fault) -> None:
        """Let a fault strike calls on its rail."""
        self._rails.get(fault.rail, self.bank).plant(fault)

    def plant_break(self, planted: Break) -> None:
        """Let a mistake strike the next statement that it fits."""
        self.statements.plant(planted)

    def reset(self) -> None:
        """Forget everything but the clock, the seed and the files."""
        for agenda in (self._inward, self._outward):
            agenda.clear()
        self.accounts.reset()
        self.statements.reset()
        self.outbox.reset()
        self.bank.reset()
        self._instant_calls.reset()
        self.ach.reset()
        for desk in self._rails.values():
            desk.reset()

    def summary(self) -> dict[str, Any]:
        """Everything counted, by rail: what was instructed, what moved, what came back, and the callbacks."""
        self._inward.run_until(self.clock.now())
        bank = {**self.bank.summary(), **self.accounts.summary(self._bank_rail)}
        rails = {name: {**desk.summary(), **self.accounts.summary(name)} for name, desk in self._rails.items()}
        ach = {**self.accounts.summary("ach"), **self.ach.summary()}
        return {
            "rails": {self._bank_rail: bank, "ach": ach, **rails},
            "callbacks": self.outbox.summary(),
            "statements": self.statements.summary(),
        }

    def _advance_to(self, until: datetime) -> None:
        self.run_due()
        while (due := self._next_noted()) is not None and due <= until:
            self._leap_to(due)
            self.run_due()
        self._leap_to(until)

    def _leap_to(self, moment: datetime) -> None:
        duration_s = max(0.0, (moment - self.clock.now()).total_seconds())
        self.clock.advance(duration_s)
        self.ahead += timedelta(seconds=duration_s)
        self._followers.leapt(duration_s)

    def _catch_up(self) -> None:
        self.bank.catch_up()

    def _next_noted(self) -> datetime | None:
        dues = [due for due in (self._inward.next_due(), self._outward.next_due()) if due is not None]
        return min(dues, default=None)
