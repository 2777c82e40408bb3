"""Codes of the formats that have no room of their own: signed callbacks."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class SigningError(ErrorCode):
    """Why a signature cannot be made or is not believed. A sender may learn the code; it gives nothing away."""

    UNUSABLE_SECRET = ("signing_unusable_secret", Disposition.BROKEN)  # our own configuration, never the sender
    UNUSABLE_ID = ("signing_unusable_id", Disposition.MALFORMED)
    MISSING_HEADER = ("signing_missing_header", Disposition.UNAUTHENTICATED)
    BAD_TIMESTAMP = ("signing_bad_timestamp", Disposition.UNAUTHENTICATED)
    TOO_OLD = ("signing_too_old", Disposition.UNAUTHENTICATED)
    TOO_NEW = ("signing_too_new", Disposition.UNAUTHENTICATED)
    NO_MATCH = ("signing_no_match", Disposition.UNAUTHENTICATED)
