"""A file as values: its header, its batches of entries with their addenda, its control, and how its lines stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from shared.formats.nacha.addenda import (
    ChangeAddenda,
    ContestedReturnAddenda,
    DishonoredReturnAddenda,
    PaymentAddenda,
    RefusedChangeAddenda,
    ReturnAddenda,
    TerminalAddenda,
)
from shared.formats.nacha.codes import is_credit
from shared.formats.nacha.iat import (
    IatChangeAddenda,
    IatCorrespondentAddenda,
    IatOdfiAddenda,
    IatOriginatorAddenda,
    IatOriginatorPlaceAddenda,
    IatRdfiAddenda,
    IatReceiverAddenda,
    IatReceiverPlaceAddenda,
    IatRemittanceAddenda,
    IatReturnAddenda,
    IatTransactionAddenda,
)
from shared.formats.nacha.lines import Layout
from shared.formats.nacha.records import (
    AdvBatchControl,
    AdvEntryDetail,
    AdvFileControl,
    BatchControl,
    BatchHeader,
    EntryDetail,
    FileControl,
    FileHeader,
    IatBatchHeader,
    IatEntryDetail,
)

AnyDetail = EntryDetail | IatEntryDetail | AdvEntryDetail
AnyReturn = ReturnAddenda | IatReturnAddenda
AnyChange = ChangeAddenda | IatChangeAddenda
IatAddenda = (
    IatTransactionAddenda
    | IatOriginatorAddenda
    | IatOriginatorPlaceAddenda
    | IatOdfiAddenda
    | IatRdfiAddenda
    | IatReceiverAddenda
    | IatReceiverPlaceAddenda
    | IatRemittanceAddenda
    | IatCorrespondentAddenda
)
AnyAddenda = (
    TerminalAddenda
    | PaymentAddenda
    | IatAddenda
    | AnyChange
    | RefusedChangeAddenda
    | AnyReturn
    | DishonoredReturnAddenda
    | ContestedReturnAddenda
)


class Category(StrEnum):
    """What an entry is in the life of a payment, which its last addenda record says."""

    FORWARD = "forward"
    RETURN = "return"
    DISHONORED_RETURN = "dishonored return"
    CONTESTED_RETURN = "contested dishonored return"
    CHANGE = "notification of change"
    REFUSED_CHANGE = "refused notification of change"


_CATEGORIES: dict[type[object], Category] = {
    ReturnAddenda: Category.RETURN,
    IatReturnAddenda: Category.RETURN,
    DishonoredReturnAddenda: Category.DISHONORED_RETURN,
    ContestedReturnAddenda: Category.CONTESTED_RETURN,
    ChangeAddenda: Category.CHANGE,
    IatChangeAddenda: Category.CHANGE,
    RefusedChangeAddenda: Category.REFUSED_CHANGE,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One payment with its addenda."""

    detail: AnyDetail
    addenda: tuple[AnyAddenda, ...] = ()

    @property
    def category(self) -> Category:
        """Forward, or what is sent back about an earlier entry."""
        return _CATEGORIES.get(type(self.addenda[-1]), Category.FORWARD) if self.addenda else Category.FORWARD

    @property
    def is_credit(self) -> bool:
        """Whether the receiver's account is credited; of a return, whether the original entry did so."""
        return is_credit(self.detail.transaction_code)

    @property
    def amount_cents(self) -> int:
        """The amount in cents."""
        return self.detail.amount_cents


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of one company and one purpose."""

    header: BatchHeader | IatBatchHeader
    entries: tuple[Entry, ...]
    control: BatchControl | AdvBatchControl

    @property
    def sec_code(self) -> str:
        """The standard entry class code."""
        return self.header.standard_entry_class_code


@dataclass(frozen=True, slots=True)
class NachaFile:
    """A whole file. `layout` says how its lines stand in bytes, and does not count when files are compared."""

    header: FileHeader
    batches: tuple[Batch, ...]
    control: FileControl | AdvFileControl
    layout: Layout = field(default=Layout(), compare=False)

    @property
    def entries(self) -> Iterator[Entry]:
        """All entries of all batches."""
        return (entry for batch in self.batches for entry in batch.entries)

    @property
    def is_adv(self) -> bool:
        """Whether it holds accounting advices, whose controls have another form."""
        return isinstance(self.control, AdvFileControl)
