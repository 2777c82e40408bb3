"""An account: four counters, from which every balance follows, a limit that it keeps to, and whether it may be used."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum

from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.ledger.domain.errors import LedgerError
from shared.ledger.domain.journal import Side
from shared.ledger.domain.outcomes import Outcome

# Firestore holds signed 64-bit integers, and an increment beyond them sticks at the end of the range without a word:
# https://cloud.google.com/firestore/docs/reference/rest/v1/Write#FieldTransform
COUNTER_MAX = 2**62


class LimitRule(StrEnum):
    """What an account's counters keep to. Pending ones count on the side that is limited, and never on the other."""

    NONE = "none"
    DEBITS_MUST_NOT_EXCEED_CREDITS = "debits_must_not_exceed_credits"  # what we owe: no overdraft
    CREDITS_MUST_NOT_EXCEED_DEBITS = "credits_must_not_exceed_debits"  # what is owed to us: no overpayment


class AccountStatus(StrEnum):
    """Whether something may be taken from an account. What comes in has happened outside, so it is always taken in."""

    OPEN = "open"
    # Nothing new is held or taken. What was held before is still paid out, and what undoes an entry is still booked.
    FROZEN = "frozen"
    CLOSED = "closed"  # for good, and with nothing in it


@dataclass(frozen=True, slots=True)
class Counters:
    """Minor units in one currency: of an account, or of what a booking adds to one."""

    debits_pending_minor: int = 0
    debits_posted_minor: int = 0
    credits_pending_minor: int = 0
    credits_posted_minor: int = 0

    def __add__(self, other: Counters) -> Counters:
        """Counter by counter."""
        return Counters(*(getattr(self, name) + getattr(other, name) for name in COUNTERS))

    def __sub__(self, other: Counters) -> Counters:
        """Counter by counter."""
        return Counters(*(getattr(self, name) - getattr(other, name) for name in COUNTERS))

    @property
    def changed(self) -> dict[str, int]:
        """The counters that are not zero, by name."""
        return {name: value for name in COUNTERS if (value := getattr(self, name))}

    def balance_minor(self, normal_side: Side) -> int:
        """What is posted on the account's normal side, less what is posted on the other."""
        net_minor: int = self.credits_posted_minor - self.debits_posted_minor
        return net_minor if normal_side is Side.CREDIT else -net_minor


COUNTERS = tuple(each.name for each in fields(Counters))


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account in one currency. A wallet is what the house owes, so credits raise it.

    Posted counters only ever grow. Pending debits of a wallet are its holds.
    """

    id: str
    tenant: str
    customer_id: str
    currency: str
    counters: Counters = Counters()
    normal_side: Side = Side.CREDIT
    limit_rule: LimitRule = LimitRule.DEBITS_MUST_NOT_EXCEED_CREDITS
    status: AccountStatus = AccountStatus.OPEN

    @property
    def posted(self) -> Money:
        """What is booked: for a wallet credits less debits."""
        return Money(self.counters.balance_minor(self.normal_side), self.currency)

    @property
    def held(self) -> Money:
        """What is set aside for payments on their way."""
        wallet = self.normal_side is Side.CREDIT
        held_minor = self.counters.debits_pending_minor if wallet else self.counters.credits_pending_minor
        return Money(held_minor, self.currency)

    @property
    def available(self) -> Money:
        """What may still be taken: booked less held. What is pending the other way counts once it is posted."""
        return self.posted - self.held

    def with_change(self, change: Counters) -> Account:
        """The account with `change` added; whether it may be is asked of `beyond_limit`."""
        return replace(self, counters=self.counters + change)

    def with_status(self, status: AccountStatus) -> Account:
        """The account frozen, open again, or closed; raises CLOSED after its end, NOT_EMPTY for an end too early."""
        if self.status is AccountStatus.CLOSED:
            raise ClearwayError(LedgerError.CLOSED, "a closed account stays closed")
        counters = self.counters
        if status is AccountStatus.CLOSED and (
            self.posted.amount_minor or counters.debits_pending_minor or counters.credits_pending_minor
        ):
            raise ClearwayError(LedgerError.NOT_EMPTY, "an account is closed with nothing in it and nothing held on it")
        return replace(self, status=status)

    def beyond_limit(self) -> Outcome | None:
        """Which limit the counters as they stand have broken; None when they keep to it."""
        counters = self.counters
        if any(not 0 <= getattr(counters, name) <= COUNTER_MAX for name in COUNTERS):
            return Outcome.COUNTER_OVERFLOW
        debits_minor = counters.debits_pending_minor + counters.debits_posted_minor
        credits_minor = counters.credits_pending_minor + counters.credits_posted_minor
        match self.limit_rule:
            case LimitRule.DEBITS_MUST_NOT_EXCEED_CREDITS if debits_minor > counters.credits_posted_minor:
                return Outcome.INSUFFICIENT_FUNDS
            case LimitRule.CREDITS_MUST_NOT_EXCEED_DEBITS if credits_minor > counters.debits_posted_minor:
                return Outcome.EXCEEDS_DEBITS
        return None
