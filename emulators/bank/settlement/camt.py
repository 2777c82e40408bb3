"""A day of an account as camt.053 files: one, or several pages when there are many entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from emulators.bank.settlement.accounts import Booking
from emulators.bank.table.outcomes import RailName
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
from shared.kernel.money import Money

ENTRIES_PER_PAGE = 500
REFERENCE_CHARS_MAX = 35  # Max35Text

# Family and subfamily by rail, for money out, money in, and money that came back (ISO 20022, external bank transaction
# codes): real-time credit transfers, ACH transactions, merchants' cards, credit transfers and direct debits.
_CODES: dict[str, tuple[tuple[str, str], ...]] = {
    RailName.INSTANT: (("IRCT", "DMCT"), ("RRCT", "DMCT"), ("IRCT", "RRTN")),
    RailName.ACH: (("ICDT", "ACDT"), ("IDDT", "ADBT"), ("ICDT", "ARET")),
    RailName.CARD: (("MCRD", "OTHR"), ("MCRD", "POSC"), ("MCRD", "UPCT")),
    RailName.BANK: (("ICDT", "DMCT"), ("IDDT", "PMDD"), ("ICDT", "RRTN")),
}


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one account: balances in minor units before and after it, and its entries. `number` counts days."""

    rail: str
    currency: str
    day: date
    number: int
    opening_minor: int
    closing_minor: int
    bookings: tuple[Booking, ...]


def reference_35(key: str) -> str:
    """A key as a field of 35 characters can hold it: a longer one loses what stands before its first underscore, and
    then its beginning.
    """
    if len(key) <= REFERENCE_CHARS_MAX:
        return key
    return key.partition("_")[2][-REFERENCE_CHARS_MAX:] or key[-REFERENCE_CHARS_MAX:]


def pages_of(day: Day, at: datetime, entries_per_page: int = ENTRIES_PER_PAGE) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the files: `statements/inbound/{rail}/{currency}/{date}.xml`, or with `-001` and so on.

    Every page repeats both balances, and names the statement by one id.
    """
    entries = [_entry(booking, day.day) for booking in day.bookings]
    chunks = [entries[at_ : at_ + entries_per_page] for at_ in range(0, len(entries), entries_per_page)] or [[]]
    folder = f"statements/inbound/{day.rail}/{day.currency}"
    for number, chunk in enumerate(chunks, 1):
        page = Page(number, last=number == len(chunks))
        suffix = "" if page.whole else f"-{number:03d}"
        yield f"{folder}/{day.day.isoformat()}{suffix}.xml", _page(day, at, page, tuple(chunk))


def _page(day: Day, at: datetime, page: Page, entries: tuple[Entry, ...]) -> bytes:
    identification = f"{day.rail}-{day.currency}-{day.day:%Y%m%d}".upper()
    statement = Statement(
        id=identification,
        account=f"CLEARWAY-{day.rail}-{day.currency}".upper(),
        balances=(
            _balance("OPBD", day.opening_minor, day.currency, day.day),
            _balance("CLBD", day.closing_minor, day.currency, day.day),
        ),
        entries=entries,
        currency=day.currency,
        created_at=at,
        sequence_number=day.number,
        page=page,
    )
    message_id = f"{identification}-{page.number}"
    return to_xml(AccountMessage(MessageKind.STATEMENT, message_id, at, (statement,)))


def _balance(kind: str, amount_minor: int, currency: str, day: date) -> Balance:
    return Balance(kind, Money(abs(amount_minor), currency), _direction(amount_minor), day)


def _direction(amount_minor: int) -> CreditDebit:
    return CreditDebit.CREDIT if amount_minor >= 0 else CreditDebit.DEBIT


def _entry(booking: Booking, day: date) -> Entry:
    amount = Money(abs(booking.amount_minor), booking.currency)
    direction = _direction(booking.amount_minor)
    return Entry(
        amount=amount,
        direction=direction,
        status=EntryStatus.BOOKED,
        code=_code(booking),
        reversal=bool(booking.original_key and not booking.reason_code),
        booking_date=day,
        value_date=day,
        bank_reference=booking.reference[-REFERENCE_CHARS_MAX:],
        details=(_batch(booking, amount, direction) if booking.batched else _single(booking, amount, direction),),
    )


def _batch(booking: Booking, amount: Money, direction: CreditDebit) -> EntryDetails:
    message_id = reference_35(booking.message_id)
    return EntryDetails(Batch(message_id=message_id, count=booking.transactions, total=amount, direction=direction))


def _single(booking: Booking, amount: Money, direction: CreditDebit) -> EntryDetails:
    returned = None
    if booking.reason_code:
        external = booking.rail == RailName.INSTANT
        returned = ReturnInformation(Code(booking.reason_code, proprietary=not external))
    transaction = EntryTransaction(
        message_id=reference_35(booking.message_id),
        bank_reference=booking.reference[-REFERENCE_CHARS_MAX:],
        instruction_id=reference_35(booking.instruction_id),
        end_to_end_id=reference_35(booking.key),
        uetr=booking.uetr,
        transaction_id=reference_35(booking.original_key),
        amount=amount,
        direction=direction,
        returned=returned,
        additional_info=booking.information,
    )
    return EntryDetails(transactions=(transaction,))


def _code(booking: Booking) -> TransactionCode:
    out, into, back = _CODES.get(booking.rail, _CODES[RailName.BANK])
    family, subfamily = back if booking.reason_code else into if booking.amount_minor > 0 else out
    return TransactionCode("PMNT", family, subfamily)
