"""Codes of the payments context. What a payment itself may be refused for is a Reason on the payment, not an error."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class PaymentError(ErrorCode):
    """What a command or a query on payments may raise."""

    IDEMPOTENCY_CONFLICT = ("idempotency_conflict", Disposition.CONFLICT)
    NOT_FOUND = ("payment_not_found", Disposition.NOT_FOUND)
    FORBIDDEN_TRANSITION = ("forbidden_transition", Disposition.BROKEN)
    OUTCOME_PENDING = ("outcome_pending", Disposition.RETRY)  # the rail has not decided yet
    NOT_CANCELLABLE = ("not_cancellable", Disposition.CONFLICT)  # a rail may have been told already, or it has ended
    NOT_BOOKED = ("not_booked", Disposition.BROKEN)  # what was held could not be booked
    NOT_REFUNDABLE = ("not_refundable", Disposition.REFUSED)
    RAIL_NOT_CONNECTED = ("rail_not_connected", Disposition.RETRY)  # the leg's rail is not among this deployment's
    TOO_EARLY_TO_BELIEVE = ("too_early_to_believe", Disposition.RETRY)  # the rail may still hear of the first attempt
