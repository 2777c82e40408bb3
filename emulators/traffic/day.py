"""The day's submissions as they are collected, and the funding that makes all of them affordable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from emulators.traffic.plan import ORDINARY, Expected, Label, PaymentPlan, Phase
from emulators.traffic.world import BANK, CURRENCY, WALLET, Customer, Endpoint
from shared.kernel.ids import customer_id
from shared.kernel.money import Money

HOUR_S = 3_600
COMPLETES = Expected(states=frozenset({"completed"}))
# Payday: most of the money arrives soon after the banks open, the rest trickles in.
PAYDAY_S, PAYDAY_PEAK_S = 3 * HOUR_S, HOUR_S // 2
# A deposit is a round sum, a little above what the day will cost.
ROUND_MINOR = 1_000
HEADROOM = 1.05


class Day:
    """Collects the submissions of one plan, and remembers what leaves each wallet."""

    def __init__(self, seed: int, tenant: str) -> None:
        self._seed = seed
        self._tenant = tenant
        self._submissions: list[PaymentPlan] = []
        self._outflow_minor: Counter[Endpoint] = Counter()
        self._places: dict[str, int] = {}  # where a key's first submission stands

    @property
    def distinct(self) -> int:
        """Payments so far, repetitions not counted."""
        return len(self._places)

    def payers(self) -> set[str]:
        """The references of the customers whose wallets are to be funded so far."""
        return {wallet.reference for wallet in self._outflow_minor}

    def pay(
        self,
        source: Endpoint,
        destination: Endpoint,
        amount_minor: int,
        *,
        at_s: int,
        description: str,
        label: Label = ORDINARY,
        expected: Expected = COMPLETES,
        case: str = "",
        phase: Phase = Phase.TRAFFIC,
        affordable: bool = True,
    ) -> None:
        """Add a payment; `affordable` means that the payer's wallet is to be funded for it."""
        body = payment_body(self._tenant, source, destination, Money(amount_minor, CURRENCY), description)
        key = f"day-s{self._seed}-n{len(self._places) + 1:06d}"
        self._places[key] = len(self._submissions)
        self._submissions.append(PaymentPlan(key, body, label, phase, at_s, expected, case))
        if affordable and source.instrument_id == WALLET:
            self._outflow_minor[source] += amount_minor

    def fund(self, customers: Iterable[Customer], random: Random) -> None:
        """Deposit into every wallet that pays something what it will need, from its owner's bank account, at payday."""
        for customer in customers:
            need_minor = self._outflow_minor[customer.at(WALLET)]
            if need_minor:
                self.deposit(customer, round(need_minor * HEADROOM), random)

    def deposit(self, customer: Customer, amount_minor: int, random: Random) -> None:
        """A payday deposit of at least so much, rounded up as people do."""
        self.pay(
            customer.at(BANK),
            customer.at(WALLET),
            -(-amount_minor // ROUND_MINOR) * ROUND_MINOR,
            at_s=int(random.triangular(0, PAYDAY_S, PAYDAY_PEAK_S)),
            description="Payday",
            phase=Phase.FUNDING,
        )

    def ordinary_traffic(self) -> list[PaymentPlan]:
        """The ordinary payments of the day so far, funding not among them."""
        return [each for each in self._submissions if each.label == ORDINARY and each.phase is Phase.TRAFFIC]

    def relabel(self, submission: PaymentPlan, label: Label, expected: Expected, case: str) -> PaymentPlan:
        """Make a collected ordinary payment the first part of a planted case; returns it as it stands now."""
        planted = replace(submission, label=label, expected=expected, case=case)
        self._submissions[self._places[submission.idempotency_key]] = planted
        return planted

    def repeat(self, submission: PaymentPlan, **changes: Any) -> None:
        """Send a collected submission again, under the same key; `changes` are fields of `PaymentPlan`."""
        self._submissions.append(replace(submission, **changes))

    def in_order(self) -> tuple[PaymentPlan, ...]:
        """By phase and time; submissions of one key at one moment are neighbours."""
        return tuple(sorted(self._submissions, key=lambda each: (each.phase, each.at_s, each.idempotency_key)))


def payment_body(
    tenant: str, source: Endpoint, destination: Endpoint, money: Money, description: str
) -> Mapping[str, Any]:
    """The body of `POST /v1/payments`; customers are named by the ids that their references stand for."""
    return {
        "amount_minor": money.amount_minor,
        "currency": money.currency,
        "source": _side(tenant, source),
        "destination": _side(tenant, destination),
        "description": description,
    }


def _side(tenant: str, endpoint: Endpoint) -> dict[str, str]:
    return {"customer_id": customer_id(tenant, endpoint.reference), "instrument_id": endpoint.instrument_id}
