"""The ACH desk: takes outbound files, settles their entries on their day, and sends back what the table says."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from emulators.bank.ach.corrections import corrected_data
from emulators.bank.ach.entries import AchEntry, FileTaken, Stage
from emulators.bank.ach.intake import Intake
from emulators.bank.ach.sending import Item, Sender, Sent
from emulators.bank.ach.summary import summary_of
from emulators.bank.ach.timing import (
    CONTEST_BANKING_DAYS,
    dishonour_is_timely,
    return_is_timely,
    sent_back_on,
    settles_at,
)
from emulators.bank.agenda import Agenda
from emulators.bank.settlement.accounts import Accounts, Booking
from emulators.bank.settlement.banking_days import NEXT_DAY_SETTLES, banking_days_after, eastern, moment
from emulators.bank.table.outcomes import AchScript, RailName
from emulators.bank.table.table import row_for
from shared.formats.nacha.addenda import DishonoredReturnAddenda
from shared.formats.nacha.codes import DEATH_CODES, is_credit, is_prenote
from shared.formats.nacha.file import Batch, Category, Entry, NachaFile
from shared.formats.nacha.records import BatchHeader, EntryDetail
from shared.formats.nacha.sent_back import Change, ContestedReturn, Return
from shared.ports.objects import ObjectStore

CURRENCY = "USD"
# Codes of contested dishonoured returns: the dishonour came too late; the return came in time.
UNTIMELY_DISHONOUR = "R72"
TIMELY_RETURN = "R73"
UNTIMELY_RETURN = "R68"


class AchDesk:
    """All that the bank knows of ACH entries. What is due later stands in `agenda`."""

    def __init__(
        self, present: Callable[[], datetime], agenda: Agenda, accounts: Accounts, objects: ObjectStore
    ) -> None:
        self._present = present
        self._agenda = agenda
        self._accounts = accounts
        self._intake = Intake(objects)
        self._sender = Sender(objects)
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Forget everything but the files."""
        with self._lock:
            self._intake.forget()
            self._sender.reset()
            self._files: list[FileTaken] = []
            self._entries: list[AchEntry] = []
            self._by_trace: dict[str, AchEntry] = {}
            self._by_return: dict[str, AchEntry] = {}
            self._to_send: dict[date, list[Item]] = defaultdict(list)
            self._counts: Counter[str] = Counter()

    def has_files(self) -> bool:
        """Whether files are there that were not taken yet."""
        with self._lock:
            return bool(self._intake.waiting())

    def take_files(self) -> int:
        """Take all files that are there and new; returns how many they were."""
        with self._lock:
            names = self._intake.waiting()
            for name in names:
                taken, file = self._intake.take(name, self._present())
                self._intake.acknowledge(taken)
                self._files.append(taken)
                if file is not None:
                    self._take(taken, file)
            return len(names)

    def summary(self) -> dict[str, Any]:
        """What was counted: see README.md."""
        with self._lock:
            return summary_of(self._files, self._entries, self._counts)

    def listing(self, after: int, limit: int) -> dict[str, Any]:
        """Entries in the order of their arrival, from behind number `after`; `next_after` is null at the end."""
        with self._lock:
            page = [one.listed() for one in self._entries[after : after + limit]]
            return {"entries": page, "next_after": after + limit if after + limit < len(self._entries) else None}

    def files(self) -> dict[str, Any]:
        """Every outbound file, as it was acknowledged."""
        with self._lock:
            return {"files": [one.listed() for one in self._files]}

    def _take(self, taken: FileTaken, file: NachaFile) -> None:
        due: dict[datetime, list[AchEntry]] = defaultdict(list)
        for batch in file.batches:
            at = settles_at(batch, taken.received_at)
            for entry in batch.entries:
                if entry.category is Category.FORWARD:
                    due[at].append(self._forward(taken, batch, entry, at))
                elif entry.category is Category.DISHONORED_RETURN:
                    self._dishonour(entry, at)
                else:
                    self._counts["changes_refused"] += 1
        for at, entries in due.items():
            self._agenda.at(at, partial(self._settle, taken.file_id, entries))

    def _forward(self, taken: FileTaken, batch: Batch, entry: Entry, at: datetime) -> AchEntry:
        header, detail = batch.header, entry.detail
        assert isinstance(header, BatchHeader)  # noqa: S101 - the intake refuses other classes
        assert isinstance(detail, EntryDetail)  # noqa: S101 - the same
        direction = "credit" if is_credit(detail.transaction_code) else "debit"
        script = row_for(RailName.ACH, detail.account_number.strip(), direction).script
        assert isinstance(script, AchScript)  # noqa: S101 - the ACH's rows have scripts of their own kind
        one = AchEntry(
            number=len(self._entries) + 1,
            file_id=taken.file_id,
            header=header,
            entry=entry,
            detail=detail,
            script=script,
            prenote=is_prenote(detail.transaction_code),
            received_at=taken.received_at,
            settles_at=at,
        )
        self._entries.append(one)
        self._by_trace.setdefault(one.trace, one)
        return one

    def _settle(self, file_id: str, entries: list[AchEntry], at: datetime) -> None:
        """Settle what is due of a file: one entry on our account for its credits, and one for its debits."""
        with self._lock:
            for direction in ("credit", "debit"):
                some = [one for one in entries if one.direction == direction and one.detail.amount_cents]
                if some:
                    total = sum(one.signed_minor for one in some)
                    reference = f"ach_{file_id[-20:]}_{direction[0]}{at:%m%d%H}"
                    self._book(
                        Booking(
                            "ach",
                            CURRENCY,
                            total,
                            at,
                            reference,
                            message_id=file_id,
                            batched=True,
                            transactions=len(some),
                        )
                    )
            for one in entries:
                one.stage, one.settled_on = Stage.SETTLED, eastern(at).date()
                self._plan(one, one.settled_on)

    def _plan(self, one: AchEntry, settled_on: date) -> None:
        script = one.script
        if script.return_code:
            died_on = settled_on if script.return_code in DEATH_CODES else None
            self._send_on(
                sent_back_on(script, settled_on),
                Item(one, Return(entry=one.entry, code=script.return_code, died_on=died_on)),
            )
        elif script.change_code:
            corrected = corrected_data(script.change_code, one.detail)
            change = Change(entry=one.entry, code=script.change_code, corrected_data=corrected)
            self._send_on(sent_back_on(script, settled_on), Item(one, change))

    def _dishonour(self, entry: Entry, at: datetime) -> None:
        addenda = entry.addenda[-1]
        assert isinstance(addenda, DishonoredReturnAddenda)  # noqa: S101 - that is what its category says
        about = self._by_return.get(addenda.return_trace_number)
        if about is None or about.stage is not Stage.RETURNED or about.trace != addenda.original_trace_number:
            self._counts["dishonours_unmatched"] += 1
            return
        about.stage, about.dishonoured_with = Stage.DISHONOURED, addenda.dishonored_code
        self._agenda.at(at, partial(self._dishonoured, about, entry, addenda.dishonored_code))

    def _dishonoured(self, about: AchEntry, entry: Entry, code: str, at: datetime) -> None:
        """The dishonoured return settles: the money goes where the entry had moved it to, unless the bank contests."""
        with self._lock:
            day = eastern(at).date()
            assert about.returned_on is not None  # noqa: S101 - only what was returned is dishonoured
            assert about.settled_on is not None  # noqa: S101 - only what has settled is returned
            self._book(_single(about, about.signed_minor, at, code, f"ach_{entry.detail.trace_number}"))
            contested = about.script.contests_with
            if not dishonour_is_timely(about.returned_on, day):
                contested = UNTIMELY_DISHONOUR
            elif code == UNTIMELY_RETURN and return_is_timely(about.return_code, about.settled_on, about.returned_on):
                contested = TIMELY_RETURN
            if contested:
                message = ContestedReturn(
                    entry=entry,
                    code=contested,
                    settled_on=day,
                    original_settled_on=about.settled_on,
                    returned_on=about.returned_on,
                )
                self._send_on(banking_days_after(day, CONTEST_BANKING_DAYS), Item(about, message))

    def _send_on(self, day: date, item: Item) -> None:
        if not self._to_send[day]:
            self._agenda.at(moment(day, NEXT_DAY_SETTLES), partial(self._send, day))
        self._to_send[day].append(item)

    def _send(self, day: date, at: datetime) -> None:
        with self._lock:
            # One file after the other: what has gone out is not sent again where a later file cannot be stored.
            while self._to_send[day]:
                for sent in self._sender.send(day, self._to_send[day]):
                    self._sent(sent, day, at)
                    self._to_send[day].remove(sent.item)
            del self._to_send[day]

    def _sent(self, sent: Sent, day: date, at: datetime) -> None:
        about, message = sent.item.about, sent.item.message
        if isinstance(message, Change):
            about.change_code = message.code
            return
        if isinstance(message, Return):
            about.stage, about.return_code = Stage.RETURNED, message.code
            about.return_trace, about.returned_on = sent.trace, day
            self._by_return[sent.trace] = about
        else:
            about.stage = Stage.CONTESTED
        reference = f"ach_{sent.trace}"
        self._book(_single(about, -about.signed_minor, at, message.code, reference, message_id=sent.file_id))

    def _book(self, booking: Booking) -> None:
        if booking.amount_minor:
            self._accounts.book(booking)


def _single(
    about: AchEntry, amount_minor: int, at: datetime, code: str, reference: str, *, message_id: str = ""
) -> Booking:
    """The entry on our account for what was sent back about one entry of a file."""
    return Booking(
        rail="ach",
        currency=CURRENCY,
        amount_minor=amount_minor,
        at=at,
        reference=reference,
        key=about.trace,
        original_key=about.trace,
        reason_code=code,
        message_id=message_id,
        instruction_id=about.detail.identification_number.strip(),
        information=f"file {about.file_id}",
    )
