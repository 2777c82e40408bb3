"""Codes of the fraud context."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class FraudError(ErrorCode):
    """What loading rules may refuse: a gate with a broken rule must not open."""

    RULES_MALFORMED = ("fraud_rules_malformed", Disposition.MALFORMED)
