"""The entries of a statement, report or notification (camt.053, camt.052, camt.054), as values.

The three messages share one structure of entries; source: `ReportEntry10` of the ISO 20022 schemas of version 08.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from shared.formats.iso20022.parts import Code
from shared.kernel.money import Money


class CreditDebit(StrEnum):
    """Which way an amount moves the account that the statement is of. Of a reversal too: it says what was booked."""

    CREDIT = "CRDT"
    DEBIT = "DBIT"

    def signed(self, amount: Money) -> Money:
        """The amount as the balance feels it: credits above zero, debits below."""
        return amount if self is CreditDebit.CREDIT else Money(-amount.amount_minor, amount.currency)


class EntryStatus(StrEnum):
    """ExternalEntryStatus1Code: only what is booked is part of a booked balance."""

    BOOKED = "BOOK"
    PENDING = "PDNG"
    INFORMATION = "INFO"
    FUTURE = "FUTR"


@dataclass(frozen=True, slots=True)
class TransactionCode:
    """What kind of entry: domain, family, subfamily of the ISO 20022 list (`PMNT`, `RCDT`, `DMCT`), or the bank's own.

    Either the three or `proprietary` may be empty, not both.
    """

    domain: str = ""
    family: str = ""
    subfamily: str = ""
    proprietary: str = ""


@dataclass(frozen=True, slots=True)
class ReturnInformation:
    """Why a transaction came back (`RtrInf`): the code (see reasons.py), and what kind the original was."""

    reason: Code | None = None
    original_code: TransactionCode | None = None
    additional_info: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class EntryTransaction:
    """One payment inside an entry. References are those of the payment's own messages; empty ones are not there."""

    message_id: str = ""
    bank_reference: str = ""
    payment_information_id: str = ""
    instruction_id: str = ""
    end_to_end_id: str = ""
    uetr: str = ""
    transaction_id: str = ""
    clearing_reference: str = ""
    amount: Money | None = None
    direction: CreditDebit | None = None
    code: TransactionCode | None = None
    returned: ReturnInformation | None = None
    remittance: tuple[str, ...] = field(default=(), repr=False)
    additional_info: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """The file or batch that an entry sums up (`Btch`): the message that brought it, and how many payments it held."""

    message_id: str = ""
    payment_information_id: str = ""
    count: int | None = None
    total: Money | None = None
    direction: CreditDebit | None = None


@dataclass(frozen=True, slots=True)
class EntryDetails:
    """A batch, its payments, or both (`NtryDtls`)."""

    batch: Batch | None = None
    transactions: tuple[EntryTransaction, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an account: `amount` (never negative) in `direction`; `reversal` marks one that undoes another.

    `bank_reference` is the account servicer's own (`AcctSvcrRef`); with the booking date it names the entry.
    """

    amount: Money
    direction: CreditDebit
    status: EntryStatus
    code: TransactionCode
    reversal: bool = False
    booking_date: date | None = None
    value_date: date | None = None
    bank_reference: str = ""
    entry_reference: str = ""
    details: tuple[EntryDetails, ...] = ()
    additional_info: str = field(default="", repr=False)

    @property
    def signed(self) -> Money:
        """The amount as the balance feels it."""
        return self.direction.signed(self.amount)

    @property
    def transactions(self) -> tuple[EntryTransaction, ...]:
        """All payments of the entry, whichever details they stand in."""
        return tuple(one for details in self.details for one in details.transactions)
