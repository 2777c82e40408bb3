"""What the traffic generator refuses."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class TrafficError(ErrorCode):
    """Codes of the generator and of its file readers. The detail of each is made for the person at the terminal."""

    FILE_UNREADABLE = ("traffic_file_unreadable", Disposition.MALFORMED)
    PACKAGE_MISSING = ("traffic_package_missing", Disposition.REFUSED)
    BAD_SEED = ("traffic_bad_seed", Disposition.MALFORMED)
    TOO_FEW_PAYMENTS = ("traffic_too_few_payments", Disposition.MALFORMED)
    WATCHLIST_TOO_SHORT = ("traffic_watchlist_too_short", Disposition.MALFORMED)
