"""Codes of the pricing context."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class PricingError(ErrorCode):
    """What can be wrong with the tariff itself."""

    INVALID_TARIFF = ("invalid_tariff", Disposition.BROKEN)
