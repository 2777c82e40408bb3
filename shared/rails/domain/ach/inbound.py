"""What a received file says of entries of ours, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from shared.formats.nacha.addenda import (
    ChangeAddenda,
    ContestedReturnAddenda,
    DishonoredReturnAddenda,
    RefusedChangeAddenda,
    ReturnAddenda,
)
from shared.formats.nacha.file import Batch, Category, Entry, NachaFile
from shared.formats.nacha.iat import IatChangeAddenda, IatReturnAddenda
from shared.formats.nacha.records import BatchHeader, EntryDetail
from shared.rails.domain.ach.rendering import received_lines


class ItemKind(StrEnum):
    """What an entry of a received file is."""

    RETURN = "return"
    CONTESTED = "contested"  # a return that we dishonoured stands
    CHANGE = "change"
    UNEXPECTED = "unexpected"  # what only a receiving bank is sent: payments, dishonoured returns, refused changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a received file, `number` counting from 1 through the file.

    `code` is the return's or the change's; of a contested return `answers_code` is that of the return. `lines` are
    what is needed to send a return back, and are empty where it cannot be.
    """

    number: int
    kind: ItemKind
    code: str
    trace_number: str
    original_trace: str
    amount_cents: int
    transaction_code: str
    account_number: str = field(repr=False)
    identification: str = ""
    company_identification: str = ""
    settled_on: date
    answers_code: str = ""
    corrected_data: str = field(default="", repr=False)
    lines: tuple[str, ...] = field(default=(), repr=False)


_KINDS = {
    Category.RETURN: ItemKind.RETURN,
    Category.CONTESTED_RETURN: ItemKind.CONTESTED,
    Category.CHANGE: ItemKind.CHANGE,
}


def items_of(file: NachaFile, received_on: date) -> Iterator[Item]:
    """All entries of a file that came on a day (Eastern)."""
    number = 0
    for batch in file.batches:
        settled_on = _settled_on(batch, received_on)
        for entry in batch.entries:
            number += 1
            yield _item(number, batch, entry, settled_on)


def _item(number: int, batch: Batch, entry: Entry, settled_on: date) -> Item:
    detail = entry.detail
    code = original = answers = data = ""
    lines: tuple[str, ...] = ()
    match entry.addenda[-1] if entry.addenda else None:
        case ReturnAddenda() as said:
            code, original = said.return_code, said.original_trace_number
            if isinstance(batch.header, BatchHeader) and isinstance(detail, EntryDetail):
                lines = received_lines(batch.header, detail, said)
        case IatReturnAddenda() as said:
            code, original = said.return_code, said.original_trace_number
        case ChangeAddenda() | IatChangeAddenda() as said:
            code, original, data = said.change_code, said.original_trace_number, said.corrected_data
        case ContestedReturnAddenda() as said:
            code, original, answers = said.contested_code, said.original_trace_number, f"R{said.return_reason}"
        case DishonoredReturnAddenda() as said:
            code, original = said.dishonored_code, said.original_trace_number
        case RefusedChangeAddenda() as said:
            code, original = said.refused_code, said.original_trace_number
        case _:
            original = ""
    return Item(
        number=number,
        kind=_KINDS.get(entry.category, ItemKind.UNEXPECTED),
        code=code,
        trace_number=getattr(detail, "trace_number", ""),
        original_trace=original,
        amount_cents=detail.amount_cents,
        transaction_code=detail.transaction_code,
        account_number=detail.account_number,
        identification=getattr(detail, "identification_number", ""),
        company_identification=batch.header.company_identification,
        settled_on=settled_on,
        answers_code=answers,
        corrected_data=data,
        lines=lines,
    )


def _settled_on(batch: Batch, received_on: date) -> date:
    """The day that the operator wrote into the batch, as a day of the year near the file's; else the file's own."""
    three = batch.header.settlement_date
    if not three.isdigit():
        return received_on
    near = (
        date(year, 1, 1) + timedelta(days=int(three) - 1) for year in range(received_on.year - 1, received_on.year + 2)
    )
    return min(near, key=lambda day: abs((day - received_on).days))
