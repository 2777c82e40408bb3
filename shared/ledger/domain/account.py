"""A wallet's account: four counters, from which every balance follows, and the rule that it never goes below zero."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Account:
    """What the house owes a customer in one currency, so credits raise it (normal side: credit).

    All counters are minor units, only ever grow while posted, and pending debits are holds.
    """

    id: str
    tenant: str
    customer_id: str
    currency: str
    debits_pending_minor: int = 0
    debits_posted_minor: int = 0
    credits_pending_minor: int = 0
    credits_posted_minor: int = 0

    @property
    def posted(self) -> Money:
        """What is booked: credits less debits."""
        return Money(self.credits_posted_minor - self.debits_posted_minor, self.currency)

    @property
    def held(self) -> Money:
        """What is set aside for payments on their way."""
        return Money(self.debits_pending_minor, self.currency)

    @property
    def available(self) -> Money:
        """What may still be spent: booked less held. Pending credits are not counted until they are posted."""
        return self.posted - self.held

    def covers(self, money: Money) -> bool:
        """Whether `money` may be held; an account in another currency covers nothing."""
        return money.currency == self.currency and 0 < money.amount_minor <= self.available.amount_minor

    def hold(self, money: Money) -> Account:
        """The account with `money` set aside; the caller has asked `covers` first."""
        return replace(self, debits_pending_minor=self.debits_pending_minor + money.amount_minor)
