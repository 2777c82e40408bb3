"""Codes of the payments context. What a payment itself may be refused for is a Reason on the payment, not an error."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class PaymentError(ErrorCode):
    """What a command or a query on payments may raise."""

    IDEMPOTENCY_CONFLICT = ("idempotency_conflict", Disposition.CONFLICT)
    NOT_FOUND = ("payment_not_found", Disposition.NOT_FOUND)
    FORBIDDEN_TRANSITION = ("forbidden_transition", Disposition.BROKEN)
    OUTCOME_PENDING = ("outcome_pending", Disposition.RETRY)  # the rail has not decided yet
    TOO_EARLY_TO_BELIEVE = ("too_early_to_believe", Disposition.RETRY)  # the rail may still hear of the first attempt
