"""What banks send each other about earlier entries: returns, dishonoured and contested ones, notifications of change.

The sending bank takes the place of the originating one: it stands in the batch header and in the trace numbers, and the
bank that sent the earlier entry is the receiving one. Everything else of the earlier batch and entry is repeated, so
that the other side finds it again. Sources: Nacha Operating Rules, Appendix Four (Return Entries) and Appendix Five
(Notification of Change). International entries are not built here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from shared.formats.nacha.addenda import (
    ChangeAddenda,
    ContestedReturnAddenda,
    DishonoredReturnAddenda,
    RefusedChangeAddenda,
    ReturnAddenda,
)
from shared.formats.nacha.building import closed, service_class, trace_number, unfit
from shared.formats.nacha.codes import CHANGES, returned_code
from shared.formats.nacha.dates import day_of_year, yymmdd
from shared.formats.nacha.file import AnyAddenda, Batch, Entry
from shared.formats.nacha.records import BatchHeader, EntryDetail
from shared.kernel.routing_numbers import check_digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """An entry goes back. `entry` is the one that was received; R14 and R15 need `died_on`."""

    entry: Entry
    code: str
    information: str = ""
    died_on: date | None = None

    def addenda(self, trace: str) -> AnyAddenda:
        """The record that says why."""
        detail = _detail(self.entry)
        return ReturnAddenda(
            return_code=self.code,
            original_trace_number=detail.trace_number,
            date_of_death=yymmdd(self.died_on) if self.died_on else "",
            original_rdfi_identification=detail.rdfi_identification,
            addenda_information=self.information,
            trace_number=trace,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DishonoredReturn:
    """A return goes back. `entry` is the return as it was received, which settled on `settled_on`."""

    entry: Entry
    code: str
    settled_on: date
    information: str = ""

    def addenda(self, trace: str) -> AnyAddenda:
        """The record that says why."""
        returned = self.entry.addenda[-1] if self.entry.addenda else None
        if not isinstance(returned, ReturnAddenda):
            raise unfit("entry", "only a return can be dishonoured")
        return DishonoredReturnAddenda(
            dishonored_code=self.code,
            original_trace_number=returned.original_trace_number,
            original_rdfi_identification=returned.original_rdfi_identification,
            return_trace_number=_detail(self.entry).trace_number,
            return_settlement_date=day_of_year(self.settled_on),
            return_reason=returned.return_code[1:],
            addenda_information=self.information,
            trace_number=trace,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestedReturn:
    """A dishonoured return goes back. `entry` is the dishonoured return as it was received, which settled on
    `settled_on`; the original entry settled on `original_settled_on` and was returned on `returned_on`.
    """

    entry: Entry
    code: str
    settled_on: date
    original_settled_on: date
    returned_on: date

    def addenda(self, trace: str) -> AnyAddenda:
        """The record that says why."""
        dishonored = self.entry.addenda[-1] if self.entry.addenda else None
        if not isinstance(dishonored, DishonoredReturnAddenda):
            raise unfit("entry", "only a dishonoured return can be contested")
        return ContestedReturnAddenda(
            contested_code=self.code,
            original_trace_number=dishonored.original_trace_number,
            date_original_returned=yymmdd(self.returned_on),
            original_rdfi_identification=dishonored.original_rdfi_identification,
            original_settlement_date=day_of_year(self.original_settled_on),
            return_trace_number=dishonored.return_trace_number,
            return_settlement_date=dishonored.return_settlement_date,
            return_reason=dishonored.return_reason,
            dishonored_trace_number=_detail(self.entry).trace_number,
            dishonored_settlement_date=day_of_year(self.settled_on),
            dishonored_reason=dishonored.dishonored_code[1:],
            trace_number=trace,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The receiving bank asks for a correction. `corrected_data` is laid out as the change code asks."""

    entry: Entry
    code: str
    corrected_data: str

    def addenda(self, trace: str) -> AnyAddenda:
        """The record that says what to correct."""
        detail = _detail(self.entry)
        return ChangeAddenda(
            change_code=self.code,
            original_trace_number=detail.trace_number,
            original_rdfi_identification=detail.rdfi_identification,
            corrected_data=self.corrected_data,
            trace_number=trace,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedChange:
    """The originating bank refuses a correction. `entry` is the notification as it was received."""

    entry: Entry
    code: str

    def addenda(self, trace: str) -> AnyAddenda:
        """The record that says why."""
        change = self.entry.addenda[-1] if self.entry.addenda else None
        if not isinstance(change, ChangeAddenda):
            raise unfit("entry", "only a notification of change can be refused")
        return RefusedChangeAddenda(
            refused_code=self.code,
            original_trace_number=change.original_trace_number,
            original_rdfi_identification=change.original_rdfi_identification,
            corrected_data=change.corrected_data,
            change_code=change.change_code,
            trace_sequence_number=_detail(self.entry).trace_number[-7:],
            trace_number=trace,
        )


SentBack = Return | DishonoredReturn | ContestedReturn | Change | RefusedChange


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBackDraft:
    """Entries of one received batch that go back: a draft for `build_file`.

    `received` is the header of the batch that they came in; `bank` are the eight digits of the bank that sends them
    back. All `entries` are of one kind.
    """

    received: BatchHeader
    bank: str
    entries: tuple[SentBack, ...]

    @property
    def size(self) -> int:
        """How many entries the batch has."""
        return len(self.entries)

    def build(self, batch_number: int, first_trace: int) -> Batch:
        """See `building.Draft`."""
        change = any(isinstance(one, Change | RefusedChange) for one in self.entries)
        sender = self.received.odfi_identification
        entries = [
            _entry(one, sender, trace_number(self.bank, at), change=change)
            for at, one in enumerate(self.entries, first_trace)
        ]
        header = replace(
            self.received,
            service_class_code=service_class(entry.is_credit for entry in entries),
            standard_entry_class_code=CHANGES if change else self.received.standard_entry_class_code,
            settlement_date="",
            originator_status_code="1",
            odfi_identification=self.bank,
            batch_number=batch_number,
        )
        return closed(header, entries)


def _entry(one: SentBack, receiver: str, trace: str, *, change: bool) -> Entry:
    detail = _detail(one.entry)
    sent = replace(
        detail,
        transaction_code=returned_code(detail.transaction_code),
        rdfi_identification=receiver,
        check_digit=check_digit(receiver),
        amount_cents=0 if change else detail.amount_cents,
        addenda_indicator="1",
        trace_number=trace,
    )
    return Entry(sent, (one.addenda(trace),))


def _detail(entry: Entry) -> EntryDetail:
    if not isinstance(entry.detail, EntryDetail):
        raise unfit("entry", "international entries and advices are not sent back from here")
    return entry.detail
