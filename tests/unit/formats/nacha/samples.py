"""Files of our own: a company's payments, and what banks send back about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from shared.formats.nacha.building import AccountType, BatchDraft, Direction, Draft, EntryDraft, build_file
from shared.formats.nacha.file import NachaFile
from shared.formats.nacha.records import BatchHeader
from shared.formats.nacha.sent_back import (
    Change,
    ContestedReturn,
    DishonoredReturn,
    RefusedChange,
    Return,
    SentBackDraft,
)

# Routing numbers with right check digits that no bank has.
OUR_BANK, THEIR_BANK = "990000013", "990000026"
CREATED_AT = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("America/New_York"))
FRIDAY = date(2026, 11, 27)


def entry(
    direction: Direction = Direction.CREDIT,
    amount_cents: int = 12_345,
    *,
    account_number: str = "1234567890",
    name: str = "Ada Example",
    account_type: AccountType = AccountType.CHECKING,
    prenote: bool = False,
    identification: str = "INV-1",
    payment_information: str = "",
) -> EntryDraft:
    return EntryDraft(
        direction=direction,
        routing_number=THEIR_BANK,
        account_number=account_number,
        amount_cents=amount_cents,
        name=name,
        account_type=account_type,
        prenote=prenote,
        identification=identification,
        payment_information=payment_information,
    )


def batch(sec_code: str, *entries: EntryDraft, same_day_at: time | None = None) -> BatchDraft:
    return BatchDraft(
        sec_code=sec_code,
        company_name="Example Company",
        company_identification="1990000001",
        entry_description="PAYROLL",
        effective_on=FRIDAY,
        odfi=OUR_BANK[:8],
        entries=entries,
        same_day_at=same_day_at,
    )


def file_of(*batches: Draft, first_trace: int = 1, by: str = OUR_BANK, to: str = THEIR_BANK) -> NachaFile:
    return build_file(
        destination=to,
        origin=by,
        created_at=CREATED_AT,
        batches=batches,
        destination_name="Their Bank",
        origin_name="Our Bank",
        first_trace=first_trace,
    )


def payments() -> NachaFile:
    """Credits and debits, prenotes, addenda and a same-day batch: every kind that the builders make."""
    return file_of(
        batch("PPD", entry(), entry(amount_cents=1, account_type=AccountType.SAVINGS)),
        batch(
            "CCD",
            entry(Direction.DEBIT, 99_999_999, payment_information="RMR*IV*INV-1**999999.99\\"),
            entry(Direction.DEBIT, 0, prenote=True),
        ),
        batch(
            "WEB",
            entry(Direction.CREDIT, 5_000, payment_information="for lunch"),
            entry(Direction.DEBIT, 7_000),
            same_day_at=time(13, 0),
        ),
        batch("PPD", entry(Direction.CREDIT, 0, prenote=True, account_type=AccountType.SAVINGS)),
    )


def header(file: NachaFile, number: int = 0) -> BatchHeader:
    found = file.batches[number].header
    assert isinstance(found, BatchHeader)
    return found


def returns(codes: Sequence[str] = ("R01", "R02"), *, died_on: date | None = None) -> NachaFile:
    """The receiving bank returns the first batch's entries."""
    sent = payments()
    items = [
        Return(entry=one, code=code, information="as told", died_on=died_on)
        for one, code in zip(sent.batches[0].entries, codes, strict=False)
    ]
    return file_of(_back(header(sent), THEIR_BANK, *items), by=THEIR_BANK, to=OUR_BANK)


def dishonored() -> NachaFile:
    """We do not accept the first return."""
    returned = returns()
    item = DishonoredReturn(entry=returned.batches[0].entries[0], code="R68", settled_on=date(2026, 12, 1))
    return file_of(_back(header(returned), OUR_BANK, item), first_trace=20)


def contested() -> NachaFile:
    """The receiving bank stands by its return."""
    earlier = dishonored()
    item = ContestedReturn(
        entry=earlier.batches[0].entries[0],
        code="R73",
        settled_on=date(2026, 12, 3),
        original_settled_on=FRIDAY,
        returned_on=date(2026, 11, 30),
    )
    return file_of(_back(header(earlier), THEIR_BANK, item), by=THEIR_BANK, to=OUR_BANK, first_trace=30)


def changes() -> NachaFile:
    """The receiving bank asks to correct an account number and a routing number."""
    sent = payments()
    first, second = sent.batches[0].entries
    items = (
        Change(entry=first, code="C01", corrected_data="9876543210"),
        Change(entry=second, code="C02", corrected_data=OUR_BANK),
    )
    return file_of(_back(header(sent), THEIR_BANK, *items), by=THEIR_BANK, to=OUR_BANK)


def refused_changes() -> NachaFile:
    """We refuse the first correction."""
    asked = changes()
    item = RefusedChange(entry=asked.batches[0].entries[0], code="C62")
    return file_of(_back(header(asked), OUR_BANK, item), first_trace=40)


def _back(
    received: BatchHeader, bank: str, *items: Return | DishonoredReturn | ContestedReturn | Change | RefusedChange
) -> SentBackDraft:
    return SentBackDraft(received=received, bank=bank[:8], entries=items)


ALL = {
    "payments": payments,
    "returns": returns,
    "dishonored": dishonored,
    "contested": contested,
    "changes": changes,
    "refused_changes": refused_changes,
}
