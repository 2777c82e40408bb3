"""Statements of our accounts: a camt.053 at the end of each day, as files of the object store.

A day of the rail `ach` is a banking day and ends at 18:30 Eastern time; what comes later belongs to the next one. The
other rails never close: their day is the calendar's, in UTC, and ends at midnight. An account has a statement for every
day from its first entry on, also for days without one.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from emulators.bank.agenda import Agenda
from emulators.bank.settlement.accounts import Accounts, Booking
from emulators.bank.settlement.banking_days import DAY_ENDS, banking_days_after, eastern, moment, on_or_after
from emulators.bank.settlement.breaks import Break, Struck, strike
from emulators.bank.settlement.camt import ENTRIES_PER_PAGE, Day, pages_of
from emulators.bank.table.outcomes import RailName
from shared.ports.objects import ObjectStore

Account = tuple[str, str]


class Statements:
    """Keeps what each account's next statements will show; registers itself with the accounts."""

    def __init__(
        self, agenda: Agenda, accounts: Accounts, objects: ObjectStore, *, entries_per_page: int = ENTRIES_PER_PAGE
    ) -> None:
        self._agenda = agenda
        self._objects = objects
        self._entries_per_page = entries_per_page
        self._lock = threading.RLock()
        self.reset()
        accounts.listeners.append(self.booked)

    def reset(self) -> None:
        """Forget everything but the files."""
        with self._lock:
            self._open: dict[Account, date] = {}
            self._to_show: dict[Account, dict[date, list[Booking]]] = defaultdict(lambda: defaultdict(list))
            self._balances: dict[Account, int] = defaultdict(int)
            self._numbers: dict[Account, int] = defaultdict(int)
            self._breaks: list[Break] = []
            self._struck: list[Struck] = []
            self._written: list[str] = []
            self._unwritten: dict[Account, list[tuple[str, bytes]]] = {}

    def plant(self, planted: Break) -> None:
        """Let a break strike the next statement that it fits."""
        with self._lock:
            self._breaks.append(planted)

    @property
    def struck(self) -> tuple[Struck, ...]:
        """The breaks that have struck, in the order of the statements."""
        with self._lock:
            return tuple(self._struck)

    def booked(self, booking: Booking) -> None:
        """Take note of an entry."""
        with self._lock:
            day = day_of(booking.rail, booking.at)
            account = booking.account
            if account not in self._open:
                self._open[account] = day
                self._agenda.at(end_of(booking.rail, day), lambda _: self._close(account))
            self._to_show[account][max(day, self._open[account])].append(booking)

    def summary(self) -> dict[str, Any]:
        """Files written, what the last statement of each account said, and the breaks that are in them."""
        with self._lock:
            balances = {f"{rail}/{currency}": value for (rail, currency), value in sorted(self._balances.items())}
            breaks = [one.listed() for one in self._struck]
            waiting = len(self._breaks)
            return {
                "files": list(self._written),
                "balances_minor": balances,
                "breaks": breaks,
                "breaks_waiting": waiting,
            }

    def _close(self, account: Account) -> None:
        """End the account's day and write its statement. Done again, it writes what could not be written before."""
        if account not in self._unwritten:
            self._unwritten[account] = self._pages(account)
        while self._unwritten[account]:
            name, content = self._unwritten[account][0]
            self._objects.put_new(name, content)
            with self._lock:
                self._written.append(name)
                del self._unwritten[account][0]
        del self._unwritten[account]
        self._agenda.at(end_of(account[0], self._open[account]), lambda _: self._close(account))

    def _pages(self, account: Account) -> list[tuple[str, bytes]]:
        rail, currency = account
        with self._lock:
            day = self._open[account]
            after = next_day(rail, day)
            shown = self._shown(account, day, after)
            opening = self._balances[account]
            self._balances[account] += sum(one.amount_minor for one in shown)
            self._numbers[account] += 1
            closing = Day(rail, currency, day, self._numbers[account], opening, self._balances[account], tuple(shown))
            self._open[account] = after
        return list(pages_of(closing, end_of(rail, day), self._entries_per_page))

    def _shown(self, account: Account, day: date, after: date) -> list[Booking]:
        rail, currency = account
        shown = self._to_show[account].pop(day, [])
        for planted in [one for one in self._breaks if (one.rail, one.currency) == account]:
            number = len(self._struck) + 1
            reference = f"{rail}_unknown-{number}"
            sample = Booking(rail, currency, 0, end_of(rail, day), reference, key=f"unknown-{number}")
            shown, late, target = strike(planted, shown, sample)
            if target is not None:
                self._to_show[account][after].extend(late)
                self._breaks.remove(planted)
                self._struck.append(Struck(planted, day.isoformat(), target))
        return shown


def day_of(rail: str, at: datetime) -> date:
    """The day to which an entry of a rail belongs."""
    if rail != RailName.ACH:
        return at.astimezone(UTC).date()
    local = eastern(at)
    return on_or_after(local.date() if local.time() < DAY_ENDS else local.date() + timedelta(days=1))


def next_day(rail: str, day: date) -> date:
    """The rail's day after a day."""
    return banking_days_after(day, 1) if rail == RailName.ACH else day + timedelta(days=1)


def end_of(rail: str, day: date) -> datetime:
    """The moment at which a day of a rail ends, and its statement is written."""
    if rail == RailName.ACH:
        return moment(day, DAY_ENDS)
    return datetime.combine(day + timedelta(days=1), time(), UTC)
