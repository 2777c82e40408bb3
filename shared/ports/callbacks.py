"""What rails send on their own: each delivery is believed by its signature, and then read as news."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from shared.kernel.errors import Disposition, ErrorCode
from shared.ports.rail import News

__all__ = ["CallbackError", "News", "RailInbox"]


class CallbackError(ErrorCode):
    """Why a delivery is not taken. All but MALFORMED are said before anything in the body was looked at."""

    UNKNOWN_RAIL = ("callback_unknown_rail", Disposition.UNAUTHENTICATED)  # no secret is agreed with such a rail
    UNSIGNED = ("callback_unsigned", Disposition.UNAUTHENTICATED)
    BAD_SIGNATURE = ("callback_bad_signature", Disposition.UNAUTHENTICATED)
    NOT_RECENT = ("callback_not_recent", Disposition.UNAUTHENTICATED)  # too old, or too far ahead: perhaps a replay
    MALFORMED = ("callback_malformed", Disposition.MALFORMED)  # signed by the rail, and still not to be understood


class RailInbox(Protocol):
    """Reads deliveries. It keeps nothing: that one comes twice is for the payment to know."""

    def read(self, rail: str, headers: Mapping[str, str], body: bytes, now: datetime) -> News:
        """What this rail says, if the delivery is signed by it: `body` is the raw bytes, as they came.

        Raises the codes of CallbackError.
        """
        ...

    def read_kept(self, rail: str, body: bytes) -> News:
        """The same of a delivery whose signature was believed when it came, and which was kept since.

        Raises UNKNOWN_RAIL and MALFORMED.
        """
        ...
