"""What a bank says of an account, as values: a message, the statements in it, and their balances."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.formats.iso20022.entries import CreditDebit, Entry
from shared.kernel.money import Money


class MessageKind(StrEnum):
    """Which of the three messages; a balance is proven by a statement alone."""

    STATEMENT = "camt.053"  # of a past period, all booked
    INTRADAY = "camt.052"  # so far today
    NOTIFICATION = "camt.054"  # of single entries, without balances


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a statement that was cut in pieces: its number from 1, and whether it is the last."""

    number: int
    last: bool

    @property
    def whole(self) -> bool:
        """Whether this page is all there is."""
        return self.number == 1 and self.last


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance on a day: `kind` is a code of ExternalBalanceType (`OPBD`, `CLBD`, `ITBD`, ...) or the bank's own."""

    kind: str
    amount: Money
    direction: CreditDebit
    date: date

    @property
    def signed(self) -> Money:
        """The balance, below zero when the account is overdrawn (`DBIT`)."""
        return self.direction.signed(self.amount)


@dataclass(frozen=True, slots=True)
class Statement:
    """One account over one period. `id` is the bank's name for the statement, the same on each of its pages."""

    id: str
    account: str = field(repr=False)
    balances: tuple[Balance, ...] = ()
    entries: tuple[Entry, ...] = ()
    account_is_iban: bool = False
    currency: str = ""
    created_at: datetime | None = None
    sequence_number: int | None = None
    page: Page | None = None
    additional_info: str = field(default="", repr=False)

    def balance(self, *kinds: str) -> Balance | None:
        """The first balance of the first of these kinds that the statement has."""
        return next((one for kind in kinds for one in self.balances if one.kind == kind), None)


@dataclass(frozen=True, slots=True)
class AccountMessage:
    """One camt.052, camt.053 or camt.054. `page` counts messages where the bank cuts whole messages, not statements."""

    kind: MessageKind
    message_id: str
    created_at: datetime
    statements: tuple[Statement, ...]
    page: Page | None = None
    additional_info: str = field(default="", repr=False)
