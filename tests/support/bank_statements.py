"""Statements as a bank writes them, from lines that a test chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from shared.formats.iso20022.camt import to_xml
from shared.formats.iso20022.entries import (
    Batch,
    CreditDebit,
    Entry,
    EntryDetails,
    EntryStatus,
    EntryTransaction,
    ReturnInformation,
    TransactionCode,
)
from shared.formats.iso20022.parts import Code
from shared.formats.iso20022.statements import AccountMessage, Balance, MessageKind, Page, Statement
from shared.formats.leg_reference import reference_of
from shared.kernel.money import Money

CODE = TransactionCode("PMNT", "RCDT", "DMCT")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: `name` is what the payment is known by, `file_id` and `count` of a batch, `code` why it came back."""

    amount_minor: int
    reference: str
    name: str = ""
    code: str = ""
    file_id: str = ""
    count: int = 0
    reversal: bool = False


def leg_line(amount_minor: int, reference: str, key: str, code: str = "") -> Line:
    """An entry for one leg of ours."""
    return Line(amount_minor, reference, reference_of(key), code)


def direction(amount_minor: int) -> CreditDebit:
    """Money in is a credit of our account."""
    return CreditDebit.CREDIT if amount_minor >= 0 else CreditDebit.DEBIT


def entry_of(line: Line, currency: str, day: date, status: EntryStatus = EntryStatus.BOOKED) -> Entry:
    """The line as an entry."""
    amount, way = Money(abs(line.amount_minor), currency), direction(line.amount_minor)
    if line.file_id:
        details = EntryDetails(Batch(message_id=line.file_id, count=line.count, total=amount, direction=way))
    else:
        returned = ReturnInformation(Code(line.code, proprietary=True)) if line.code else None
        one = EntryTransaction(end_to_end_id=line.name, amount=amount, direction=way, returned=returned)
        details = EntryDetails(transactions=(one,) if line.name else ())
    return Entry(
        amount,
        way,
        status,
        CODE,
        reversal=line.reversal,
        booking_date=day,
        bank_reference=line.reference,
        details=(details,) if line.name or line.file_id else (),
    )


def statement_of(
    day: date,
    lines: Sequence[Line],
    *,
    opening_minor: int = 0,
    closing_minor: int | None = None,
    currency: str = "USD",
    account: str = "ACCOUNT-1",
    page: Page | None = None,
    made_at: datetime | None = None,
    identification: str = "",
) -> bytes:
    """A camt.053 of one day; the closing balance follows from the lines unless it is given."""
    closing = opening_minor + sum(line.amount_minor for line in lines) if closing_minor is None else closing_minor
    made_at = made_at or datetime.combine(day, time(23, 59), UTC)
    statement = Statement(
        identification or f"STM-{day:%Y%m%d}",
        account,
        balances=tuple(
            Balance(kind, Money(abs(minor), currency), direction(minor), day)
            for kind, minor in (("OPBD", opening_minor), ("CLBD", closing))
        ),
        entries=tuple(entry_of(line, currency, day) for line in lines),
        currency=currency,
        created_at=made_at,
        page=page,
    )
    return to_xml(AccountMessage(MessageKind.STATEMENT, f"MSG-{day:%Y%m%d}", made_at, (statement,)))
