"""What banks told us of an account: corrected numbers, and how a prenote of it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class PrenoteStatus(StrEnum):
    """SENT from the moment that it was asked for; VERIFIED when its time passed without a return."""

    SENT = "sent"
    VERIFIED = "verified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Numbers:
    """How an account is reached; `account_type` is `checking`, `savings` or empty for what the instrument says."""

    routing_number: str
    account_number: str = field(repr=False)
    account_type: str = ""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as we know it. `corrected` holds empty texts where nothing was corrected.

    `clear_at` is the moment from which entries may follow a prenote that is on its way.
    """

    corrected: Numbers = Numbers("", "")
    prenote_id: str = ""
    prenote_status: str = ""
    prenote_code: str = ""
    clear_at: datetime | None = None

    def to_fields(self) -> dict[str, Any]:
        """As a document."""
        return asdict(self)

    @staticmethod
    def from_fields(stored: Mapping[str, Any] | None) -> KnownAccount:
        """From a document, or of an account that nobody told us of."""
        if stored is None:
            return KnownAccount()
        return KnownAccount(**{**stored, "corrected": Numbers(**stored["corrected"])})

    @property
    def is_corrected(self) -> bool:
        """Whether another account is meant than the one that stands here."""
        return bool(self.corrected.account_number)
