"""What the ACH desk keeps: files as they came, and each entry's way from receipt to settlement and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from emulators.bank.table.outcomes import AchScript
from shared.formats.nacha.codes import is_credit
from shared.formats.nacha.file import Entry
from shared.formats.nacha.records import BatchHeader, EntryDetail


class Stage(StrEnum):
    """How far an entry is. What was dishonoured has moved its money after all; what was contested then, has not."""

    RECEIVED = "received"
    SETTLED = "settled"
    RETURNED = "returned"
    DISHONOURED = "dishonoured"
    CONTESTED = "contested"


@dataclass(slots=True)
class AchEntry:
    """One forward entry. `settles_at` is when its money moves; a prenote moves none."""

    number: int
    file_id: str
    header: BatchHeader
    entry: Entry
    detail: EntryDetail = field(repr=False)
    script: AchScript
    prenote: bool
    received_at: datetime
    settles_at: datetime
    stage: Stage = Stage.RECEIVED
    settled_on: date | None = None
    return_code: str = ""
    return_trace: str = ""
    returned_on: date | None = None
    dishonoured_with: str = ""
    change_code: str = ""

    @property
    def trace(self) -> str:
        """The number by which everything sent back refers to it."""
        return self.detail.trace_number

    @property
    def direction(self) -> str:
        """`credit` pays out to the receiver, `debit` collects."""
        return "credit" if is_credit(self.detail.transaction_code) else "debit"

    @property
    def signed_minor(self) -> int:
        """What settlement does to our account, in cents."""
        return -self.detail.amount_cents if self.direction == "credit" else self.detail.amount_cents

    def listed(self) -> dict[str, Any]:
        """The entry in the side door's list: no name, and of the account only the last four digits."""
        return {
            "number": self.number,
            "file": self.file_id,
            "trace": self.trace,
            "identification": self.detail.identification_number.strip(),
            "direction": self.direction,
            "amount_minor": self.detail.amount_cents,
            "ending": self.detail.account_number.strip()[-4:],
            "sec_code": self.header.standard_entry_class_code,
            "prenote": self.prenote,
            "stage": self.stage.value,
            "settles_at": self.settles_at.isoformat(),
            "settled_on": self.settled_on.isoformat() if self.settled_on else None,
            "return_code": self.return_code,
            "returned_on": self.returned_on.isoformat() if self.returned_on else None,
            "dishonoured_with": self.dishonoured_with,
            "change_code": self.change_code,
        }


@dataclass(frozen=True, slots=True)
class FileTaken:
    """An outbound file as it was acknowledged. `reason` says why all of it was refused; empty where it was taken.

    `digest` is that of the content of a file that was taken.
    """

    name: str
    file_id: str
    received_at: datetime
    reason: str = ""
    duplicate_of: str = ""
    entries: int = 0
    debit_cents: int = 0
    credit_cents: int = 0
    digest: str = ""

    @property
    def status(self) -> str:
        """`accepted`, `refused`, or `duplicate` of a file with the same content."""
        return "duplicate" if self.duplicate_of else "refused" if self.reason else "accepted"

    def listed(self) -> dict[str, Any]:
        """The acknowledgement."""
        return {
            "file": self.file_id,
            "name": self.name,
            "status": self.status,
            "reason": self.reason,
            "duplicate_of": self.duplicate_of,
            "received_at": self.received_at.isoformat(),
            "entries": self.entries,
            "debit_minor": self.debit_cents,
            "credit_minor": self.credit_cents,
        }
