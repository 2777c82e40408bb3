"""Files to send: payments in batches, with every count, hash and total computed.

Equal drafts give equal files. Batches are numbered from one, and trace numbers run through the whole file from
`first_trace`, so that a caller who goes on counting never uses one twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Protocol

from shared.formats.nacha.addenda import PaymentAddenda
from shared.formats.nacha.codes import (
    SERVICE_CREDITS,
    SERVICE_DEBITS,
    SERVICE_MIXED,
    forward_code,
    is_routing_number,
)
from shared.formats.nacha.dates import yymmdd
from shared.formats.nacha.errors import NachaError, NachaErrorCode
from shared.formats.nacha.file import AnyAddenda, Batch, Entry, NachaFile
from shared.formats.nacha.options import STRICT
from shared.formats.nacha.records import BatchControl, BatchHeader, EntryDetail, FileControl, FileHeader
from shared.formats.nacha.rules.files import check_file
from shared.formats.nacha.totals import NOTHING, blocks_of, lines_of, totals_of
from shared.formats.nacha.writing import write

TRACES_MAX = 9_999_999


class Direction(StrEnum):
    """Whether the receiver's account is credited or debited."""

    CREDIT = "credit"
    DEBIT = "debit"


class AccountType(StrEnum):
    """The kind of the receiver's account; the value is the first digit of its transaction codes."""

    CHECKING = "2"
    SAVINGS = "3"
    GENERAL_LEDGER = "4"
    LOAN = "5"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """One payment. `routing_number` has nine digits; a prenote tests the account and moves nothing.

    `identification` is the sender's own reference for the receiver or the payment, and `payment_information` becomes
    an addenda record (05) of at most 80 characters. `discretionary_data` is the payment type of WEB and TEL entries:
    `S` for a single one, `R` for a recurring one.
    """

    direction: Direction
    routing_number: str
    account_number: str
    amount_cents: int
    name: str
    account_type: AccountType = AccountType.CHECKING
    prenote: bool = False
    identification: str = ""
    discretionary_data: str = ""
    payment_information: str = ""

    def __repr__(self) -> str:
        """Neither the account nor the name."""
        return f"EntryDraft({self.direction}, amount_cents={self.amount_cents}, prenote={self.prenote})"


class Draft(Protocol):
    """What becomes a batch: payments here, and what banks send back in `sent_back`."""

    @property
    def size(self) -> int:
        """How many entries, and so trace numbers, the batch takes."""
        ...

    def build(self, batch_number: int, first_trace: int) -> Batch:
        """The batch, with its entries' trace numbers counted up from `first_trace`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDraft:
    """Payments of one company for one purpose on one day: PPD, CCD, WEB (and what else needs no card or check).

    `odfi` are the eight digits of the originating bank. With `same_day_at`, the batch asks for settlement on the same
    day at that time (Eastern), by `SDHHMM` as its descriptive date; otherwise `descriptive_date` is free text.
    """

    sec_code: str
    company_name: str
    company_identification: str
    entry_description: str
    effective_on: date
    odfi: str
    entries: tuple[EntryDraft, ...]
    same_day_at: time | None = None
    descriptive_date: str = ""
    discretionary_data: str = ""

    @property
    def size(self) -> int:
        """How many entries the batch has."""
        return len(self.entries)

    def build(self, batch_number: int, first_trace: int) -> Batch:
        """See `Draft`."""
        same_day = self.same_day_at
        header = BatchHeader(
            service_class_code=service_class(draft.direction is Direction.CREDIT for draft in self.entries),
            company_name=self.company_name,
            discretionary_data=self.discretionary_data,
            company_identification=self.company_identification,
            standard_entry_class_code=self.sec_code,
            entry_description=self.entry_description,
            descriptive_date=f"SD{same_day:%H%M}" if same_day else self.descriptive_date,
            effective_entry_date=yymmdd(self.effective_on),
            originator_status_code="1",
            odfi_identification=self.odfi,
            batch_number=batch_number,
        )
        entries = [_entry(draft, trace_number(self.odfi, at)) for at, draft in enumerate(self.entries, first_trace)]
        return closed(header, entries)


def build_file(
    *,
    destination: str,
    origin: str,
    created_at: datetime,
    batches: Sequence[Draft],
    id_modifier: str = "A",
    destination_name: str = "",
    origin_name: str = "",
    reference_code: str = "",
    first_trace: int = 1,
) -> NachaFile:
    """A file with all its controls, in lines that end with a newline, filled up to a block of ten.

    `destination` is the nine digits of the receiving point's routing number; an `origin` of nine characters gets the
    customary blank before it. `created_at` is in the bank's local time, and `id_modifier` tells files of one day apart.
    Raises UNFIT_VALUE for a value that its field cannot hold, and what `read` raises for entries that the rules refuse:
    what is built is held to `STRICT`.
    """
    header = FileHeader(
        immediate_destination=f"{destination:>10}",
        immediate_origin=f"{origin:>10}",
        creation_date=yymmdd(created_at.date()),
        creation_time=f"{created_at:%H%M}",
        id_modifier=id_modifier,
        immediate_destination_name=destination_name,
        immediate_origin_name=origin_name,
        reference_code=reference_code,
    )
    built, trace = [], first_trace
    for number, draft in enumerate(batches, 1):
        built.append(draft.build(number, trace))
        trace += draft.size
    file = NachaFile(header, tuple(built), _file_control(built))
    write(file)  # every value fits its field, before the rules look at them together
    check_file(file, STRICT)
    return file


def trace_number(bank: str, sequence: int) -> str:
    """Fifteen digits: the bank that sends an entry, and a number that it counts up."""
    if not 0 < sequence <= TRACES_MAX:
        raise unfit("trace_number", f"counts from 1 to {TRACES_MAX}")
    return f"{bank}{sequence:07d}"


def closed(header: BatchHeader, entries: Sequence[Entry]) -> Batch:
    """A batch with the control that its header and entries ask for."""
    totals = totals_of(entries)
    control = BatchControl(
        service_class_code=header.service_class_code,
        entry_addenda_count=totals.entry_addenda_count,
        entry_hash=totals.entry_hash,
        total_debit_cents=totals.debit_cents,
        total_credit_cents=totals.credit_cents,
        company_identification=header.company_identification,
        odfi_identification=header.odfi_identification,
        batch_number=header.batch_number,
    )
    return Batch(header, tuple(entries), control)


def service_class(credits_: Iterable[bool]) -> str:
    """The service class of a batch, of whose entries each is a credit or not."""
    directions = set(credits_)
    if len(directions) > 1:
        return SERVICE_MIXED
    return SERVICE_CREDITS if True in directions else SERVICE_DEBITS


def unfit(field_name: str, reason: str) -> NachaError:
    """The error for a draft that cannot be built."""
    return NachaError(NachaErrorCode.UNFIT_VALUE, 0, field_name, reason)


def _entry(draft: EntryDraft, trace: str) -> Entry:
    if not is_routing_number(draft.routing_number):
        raise unfit("routing_number", "is no routing number, or its check digit is wrong")
    addenda: tuple[AnyAddenda, ...] = ()
    if draft.payment_information:
        addenda = (
            PaymentAddenda(
                payment_information=draft.payment_information, sequence_number=1, entry_sequence_number=trace[-7:]
            ),
        )
    credit = draft.direction is Direction.CREDIT
    detail = EntryDetail(
        transaction_code=forward_code(draft.account_type, credit=credit, prenote=draft.prenote),
        rdfi_identification=draft.routing_number[:8],
        check_digit=draft.routing_number[8],
        account_number=draft.account_number,
        amount_cents=draft.amount_cents,
        identification_number=draft.identification,
        individual_name=draft.name,
        discretionary_data=draft.discretionary_data,
        addenda_indicator="1" if addenda else "0",
        trace_number=trace,
    )
    return Entry(detail, addenda)


def _file_control(batches: Sequence[Batch]) -> FileControl:
    totals = sum((totals_of(batch.entries) for batch in batches), NOTHING)
    return FileControl(
        batch_count=len(batches),
        block_count=blocks_of(lines_of(totals.entry_addenda_count, len(batches))),
        entry_addenda_count=totals.entry_addenda_count,
        entry_hash=totals.entry_hash,
        total_debit_cents=totals.debit_cents,
        total_credit_cents=totals.credit_cents,
    )
