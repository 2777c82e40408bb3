"""Every outcome of asking something of the ledger, in order of precedence: the first that applies is the answer.

The order matters to a client that mends its request: it hears of the request's own faults first, then of what the
accounts are, and of the balance last. TigerBeetle orders its result codes so:
https://docs.tigerbeetle.com/reference/requests/create_transfers
"""

from __future__ import annotations

from enum import Enum

from shared.kernel.assessment import Reason


class Outcome(Enum):
    """Why nothing was done: a stable code, whether the very same request may succeed later, and words for people."""

    # Of the id.
    EXISTS_WITH_DIFFERENT_CONTENT = ("exists_with_different_content", False, "the id stands for another booking")
    EXISTS = ("exists", False, "it has been booked")
    # Of the request itself.
    AMOUNT_OUT_OF_RANGE = ("amount_out_of_range", False, "an amount is not positive, or larger than can be booked")
    SAME_ACCOUNT = ("same_account", False, "every account gets back what is taken from it")
    HOLD_NOT_OPEN = ("hold_not_open", False, "the hold has been used up or given back")
    HOLD_OF_ANOTHER_ACCOUNT = ("hold_of_another_account", False, "nothing is taken from the account that is held")
    HOLD_EXPIRED = ("hold_expired", False, "the hold has expired")
    # Of the entry that it reverses.
    ENTRY_NOT_FOUND = ("entry_not_found", True, "there is no entry of that id to reverse")
    ALREADY_REVERSED = ("already_reversed", False, "the entry has been reversed")
    NOT_REVERSIBLE = ("not_reversible", False, "the booking is not the reverse of that entry")
    # Of its accounts.
    ACCOUNT_NOT_FOUND = ("account_not_found", True, "the wallet has no account in the ledger")
    CURRENCY_MISMATCH = ("currency_mismatch", False, "an account or a hold is in another currency")
    ACCOUNT_CLOSED = ("account_closed", False, "the account is closed")
    ACCOUNT_FROZEN = ("account_frozen", True, "the account is frozen")
    # Of what is in them.
    EXCEEDS_HOLD = ("exceeds_hold", False, "more is taken than was held for it")
    EXCEEDS_WHAT_COMES_IN = ("exceeds_what_comes_in", False, "more is set aside than the booking brings in")
    COUNTER_OVERFLOW = ("counter_overflow", False, "a counter of the account would outgrow its range")
    EXCEEDS_DEBITS = ("exceeds_debits", True, "the credits of the account would exceed its debits")
    INSUFFICIENT_FUNDS = ("insufficient_funds", True, "the available balance does not cover the amount")

    def __init__(self, code: str, may_succeed_later: bool, text: str) -> None:  # noqa: FBT001 - a member's second value
        self.code = code
        self.may_succeed_later = may_succeed_later
        self.text = text

    @property
    def precedence(self) -> int:
        """Its place in the order, from 0."""
        return list(Outcome).index(self)

    @property
    def reason(self) -> Reason:
        """The outcome as all contexts know reasons."""
        return Reason(self.code, self.text)
