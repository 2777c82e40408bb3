"""What the rail `bank` does beside its own API: it books entries, and calls back what the clock decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from emulators.bank.agenda import Agenda
from emulators.bank.callbacks.news import News
from emulators.bank.callbacks.voices import Teller
from emulators.bank.magic import Settles
from emulators.bank.settlement.accounts import Accounts, Booking
from emulators.bank.table.outcomes import Voice, Word
from emulators.bank.transfers import Status, Transfer


class TransfersWatch:
    """The Watcher of the bank's transfers; `rail` is the name under which our account stands (`bank`)."""

    def __init__(
        self, rail: str, agenda: Agenda, accounts: Accounts, teller: Teller, catch_up: Callable[[], None]
    ) -> None:
        self._rail = rail
        self._agenda = agenda
        self._accounts = accounts
        self._teller = teller
        self._catch_up = catch_up

    def due_at(self, moment: datetime) -> None:
        """See `Watcher.due_at`."""
        self._agenda.at(moment, lambda _: self._catch_up())

    def decided(self, transfer: Transfer, moment: datetime) -> None:
        """See `Watcher.decided`."""
        answer, order = transfer.answer(), transfer.order
        accepted = transfer.status is Status.ACCEPTED
        if accepted:
            signed = order.amount_minor if order.direction == "debit" else -order.amount_minor
            self._accounts.book(
                Booking(
                    self._rail,
                    order.currency,
                    signed,
                    moment,
                    transfer.reference,
                    key=transfer.key,
                    information=f"key {transfer.key}",
                )
            )
        if transfer.magic.settles is Settles.BY_CLOCK:
            news = News(
                id="",
                rail=self._rail,
                key=transfer.key,
                status=Word(transfer.status.value),
                reference=transfer.reference,
                occurred_at=moment,
                amount_minor=order.amount_minor,
                currency=order.currency,
                direction=order.direction,
                reason_code=answer["reason_code"],
                reason_text=answer["reason_text"],
                settled_on=moment.date() if accepted else None,
            )
            self._teller.tell(news, Voice.PLAIN, moment)
