"""The file of one cut-off: cutting, sealed, sent, and taken or refused by the bank; or empty, and never a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.errors import ClearwayError
from shared.rails.domain.ach.errors import AchError

MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class FileStatus(StrEnum):
    """CUTTING takes entries in; from SEALED on the content never changes; the others are ends."""

    CUTTING = "cutting"
    SEALED = "sealed"
    SENT = "sent"
    EMPTY = "empty"
    REFUSED = "refused"  # the bank took nothing of it


@dataclass(frozen=True, slots=True, kw_only=True)
class AchFile:
    """One file. `same_day` says that it asks for settlement on its own day, and then only same-day entries are in it.

    `all_services` says that a standard file also takes same-day entries: those which missed the last window of their
    day. `settles_on` and `settles_at` are planned when the file is opened, and put off when it is sent too late.
    `asked_at` is the settlement that a same-day file asks for. `debit_entries` counts payments that collect, of which
    return rates are fractions. `acknowledged` is the bank's word on a file that was sent, once it is there.
    """

    id: str
    cutoff_at: datetime
    same_day: bool
    all_services: bool
    effective_on: date
    settles_on: date
    settles_at: datetime
    opened_at: datetime
    asked_at: datetime | None = None
    status: FileStatus = FileStatus.CUTTING
    entries: int = 0
    debit_entries: int = 0
    debit_cents: int = 0
    credit_cents: int = 0
    id_modifier: str = ""
    sealed_at: datetime | None = None
    sent_at: datetime | None = None
    acknowledged: str = ""

    @property
    def object_name(self) -> str:
        """Where its bytes lie in the object store."""
        return f"ach/outbound/{self.id}.ach"

    @property
    def ended(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.status in (FileStatus.SENT, FileStatus.EMPTY, FileStatus.REFUSED)

    def sealed(self, modifier_number: int, now: datetime) -> AchFile:
        """The file as it will be for ever, `modifier_number` (from 0) files of its day after the first.

        Raises OUT_OF_NUMBERS for a day's 37th file, which the format cannot tell from its first.
        """
        if modifier_number >= len(MODIFIERS):
            raise ClearwayError(AchError.OUT_OF_NUMBERS, f"a day has at most {len(MODIFIERS)} files")
        return replace(self, status=FileStatus.SEALED, id_modifier=MODIFIERS[modifier_number], sealed_at=now)

    def sent(self, now: datetime, settles_on: date, settles_at: datetime) -> AchFile:
        """The file after it was handed over, with the settlement that it can still make; never before the planned."""
        later = settles_at > self.settles_at
        return replace(
            self,
            status=FileStatus.SENT,
            sent_at=now,
            settles_on=settles_on if later else self.settles_on,
            settles_at=settles_at if later else self.settles_at,
        )

    def answered(self, word: str, *, refused: bool) -> AchFile:
        """The file after the bank's acknowledgement."""
        return replace(self, acknowledged=word, status=FileStatus.REFUSED if refused else self.status)

    def settled(self, now: datetime) -> bool:
        """Whether its money has moved."""
        return self.status is FileStatus.SENT and now >= self.settles_at
