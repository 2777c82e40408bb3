"""Payments as fraud scoring sees them, and profiles made of a history of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.fraud.domain.profile import Profile
from shared.kernel.facts import PaymentFacts
from shared.kernel.money import Money
from shared.kernel.party import Instrument, InstrumentKind, Party, PartyType
from tests.support.builders import ADA, BOB, NOON

WALLET = Instrument("wallet-usd", InstrumentKind.WALLET, "USD")
OWN_BANK = Instrument("bank-main", InstrumentKind.BANK_ACCOUNT, "USD")


@dataclass(frozen=True)
class Pay:
    """A payment of Ada: when, how much, and to whom (`own` and `topup` move it between her own instruments)."""

    minutes_ago: float
    amount_minor: int
    to: str = "bob"
    currency: str = "USD"
    organisation: bool = False
    country: str = "US"
    allowed: bool = True

    def facts(self, now: datetime = NOON) -> PaymentFacts:
        type_ = PartyType.ORGANISATION if self.organisation else PartyType.INDIVIDUAL
        ada = Party(ADA, "Ada Brook", type_, self.country, "verified", WALLET)
        payer, payee = ada, replace(ada, customer_id=BOB, country="US", instrument=replace(WALLET, id=self.to))
        if self.to.startswith("own"):
            payee = replace(ada, instrument=replace(OWN_BANK, id=self.to))
        elif self.to == "topup":
            payer, payee = replace(ada, instrument=OWN_BANK), ada
        at = now - timedelta(minutes=self.minutes_ago)
        return PaymentFacts(
            f"pay-{self.minutes_ago}", "demo", Money(self.amount_minor, self.currency), payer, payee, at
        )


def profile_of(history: Iterable[Pay], now: datetime = NOON) -> Profile:
    """What the profile remembers of these payments, taken in the order in which they are given."""
    profile = Profile()
    for pay in history:
        profile = profile.observe(pay.facts(now), allowed=pay.allowed)
    return profile


def monthly(amount_minor: int, to: str = "shop", *, count: int = 12, **more: object) -> list[Pay]:
    """A habit: the same amount to the same destination, once a day, up to yesterday."""
    days = range(count, 0, -1)
    return [replace(Pay(day * 24 * 60, amount_minor, to), **more) for day in days]  # type: ignore[arg-type]
