"""The population: people and merchants with their instruments, and what each of them usually does with money."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from emulators.traffic.accounts import make_account_number, make_routing_number
from emulators.traffic.names import NameBook
from emulators.traffic.plan import ORDINARY, CustomerPlan, Label

CURRENCY = "USD"
WALLET = "wallet-usd"
BANK = "bank-main"
# Log-normal amounts have no upper end; an ordinary one stops at this many times its median.
AMOUNT_CAP = 2.5
BANKS = 12
BORN_FROM = date(1948, 1, 1)
BORN_DAYS = 365 * 56


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One side of a payment: a customer by the tenant's reference, and one of this customer's instruments."""

    reference: str
    instrument_id: str


@dataclass(frozen=True, slots=True)
class Trade:
    """What is bought: amounts are log-normal around `median_minor` with a spread `sigma`, most often at `hours`."""

    name: str
    description: str
    median_minor: int
    sigma: float
    hours: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Habit:
    """A usual payment of one customer: a trade, and the usual counterparty."""

    trade: Trade
    destination: Endpoint

    def amount_minor(self, random: Random) -> int:
        """An amount in cents as this habit has them, at least one dollar."""
        amount = random.lognormvariate(math.log(self.trade.median_minor), self.trade.sigma)
        return max(100, round(min(amount, self.trade.median_minor * AMOUNT_CAP)))


SHOPS = (
    Trade("coffee", "Coffee", 700, 0.3, (7, 8, 9, 15)),
    Trade("grocery", "Groceries", 4_800, 0.4, (11, 17, 18, 19)),
    Trade("restaurant", "Meal", 3_400, 0.35, (12, 13, 19, 20)),
    Trade("pharmacy", "Pharmacy", 2_200, 0.4, (10, 11, 16)),
    Trade("books", "Books", 2_600, 0.35, (14, 15, 16, 21)),
    Trade("hardware", "Household", 5_200, 0.4, (10, 15, 16)),
    Trade("clothing", "Clothes", 6_400, 0.4, (13, 17, 18, 20)),
    Trade("transport", "Transport", 3_000, 0.3, (8, 9, 17)),
)
# Standing orders run before anybody is up.
BILLS = (
    Trade("landlord", "Rent", 92_000, 0.1, (5, 6)),
    Trade("utility", "Utility bill", 9_500, 0.3, (5, 6)),
)
FRIEND = Trade("friend", "Between friends", 2_500, 0.4, (12, 20, 21))
FAMILY = Trade("family", "To family", 12_000, 0.3, (10, 18))
CASH_OUT = Trade("cash_out", "To my bank", 15_000, 0.3, (9, 12, 18))
SUPPLIER = Trade("supplier", "Supplier invoice", 60_000, 0.3, (9, 10, 11, 14))
SETTLEMENT = Trade("settlement", "Takings to bank", 80_000, 0.3, (16, 17))


@dataclass(slots=True)
class Customer:
    """A customer in the making; `habits` are its usual payments, none for one who only takes part in a planted case."""

    reference: str
    type: str
    name: str
    country: str
    born_on: date | None
    tier: str
    instruments: list[dict[str, Any]]
    label: Label = ORDINARY
    habits: list[Habit] = field(default_factory=list)

    def at(self, instrument_id: str) -> Endpoint:
        """This customer's side of a payment."""
        return Endpoint(self.reference, instrument_id)

    def plan(self) -> CustomerPlan:
        """The customer as the API takes it."""
        body = {
            "reference": self.reference,
            "type": self.type,
            "name": self.name,
            "country": self.country,
            "born_on": self.born_on.isoformat() if self.born_on else None,
            "tier": self.tier,
            "instruments": self.instruments,
        }
        return CustomerPlan(body, self.label)


class World:
    """Builds and keeps the population of one seed; each method adds to it and draws from the world's own stream."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.people: list[Customer] = []
        self.merchants: list[Customer] = []
        self.extras: list[Customer] = []
        self._random = Random(f"{seed}/world")
        self._names = NameBook(Random(f"{seed}/names"))
        self._banks = [make_routing_number(self._random) for _ in range(BANKS)]
        self._shops: dict[str, list[Customer]] = {trade.name: [] for trade in SHOPS}

    def customers(self) -> Sequence[Customer]:
        """Everybody, in the order in which they are to be created."""
        return [*self.merchants, *self.people, *self.extras]

    def populate(self, people: int, merchants: int) -> None:
        """Add ordinary merchants and people with habits; every trade of `SHOPS` gets its shops in turn."""
        for number in range(merchants):
            self._add_merchant(SHOPS[number % len(SHOPS)])
        for _ in range(people):
            self.people.append(self._person("person"))
        for person in self.people:
            self._give_habits(person)

    def add_extra(
        self, *, label: Label, name: str = "", organisation: bool = False, tier: str = "verified", ending: str = ""
    ) -> Customer:
        """A customer who exists for a planted case: an ordinary person, unless told otherwise.

        `ending` ends the number of the customer's own bank account. Of one with a `name`, no date of birth is known.
        """
        customer = self._person("extra", tier=tier, ending=ending)
        customer.label = label
        if name:
            customer.name, customer.born_on = name, None
        if organisation:
            customer.type, customer.tier, customer.born_on = "organisation", "business", None
        self.extras.append(customer)
        return customer

    def add_payee(self, customer: Customer, name: str = "", *, country: str = "US", ending: str = "") -> Endpoint:
        """Save a payee with `customer`; an ordinary person unless a name is given, `ending` ends the account number."""
        number = sum(1 for each in customer.instruments if each["id"].startswith("payee-")) + 1
        account = self._bank_account(f"payee-{number}", ending=ending)
        account["holder_name"] = name or self._names.person().full
        account["holder_country"] = country
        customer.instruments.append(account)
        return customer.at(account["id"])

    def shop(self, random: Random, trade: Trade | None = None) -> Customer:
        """Any shop, or any of a trade."""
        return random.choice(self._shops[trade.name] if trade else self.merchants)

    def _person(self, prefix: str, tier: str = "", ending: str = "") -> Customer:
        name = self._names.person()
        number = len(self.people) + len(self.extras) + 1
        return Customer(
            reference=f"{prefix}-s{self.seed}-n{number:05d}",
            type="individual",
            name=name.full,
            country=name.country,
            born_on=BORN_FROM + timedelta(days=self._random.randrange(BORN_DAYS)),
            tier=tier or self._random.choices(("verified", "basic"), (3, 1))[0],
            instruments=[self._wallet(), self._bank_account(BANK, ending)],
        )

    def _add_merchant(self, trade: Trade) -> None:
        merchant = Customer(
            reference=f"merchant-s{self.seed}-n{len(self.merchants) + 1:05d}",
            type="organisation",
            name=self._names.organisation(trade.name),
            country="US",
            born_on=None,
            tier="business",
            instruments=[self._wallet(), self._bank_account(BANK)],
        )
        supplier = self.add_payee(merchant, self._names.organisation("supplier"))
        merchant.habits = [Habit(SETTLEMENT, merchant.at(BANK)), Habit(SUPPLIER, supplier)]
        self.merchants.append(merchant)
        self._shops[trade.name].append(merchant)

    def _give_habits(self, person: Customer) -> None:
        """Two or three usual shops, and some of: bills, family, a friend, taking money out."""
        random = self._random
        stocked = [trade for trade in SHOPS if self._shops[trade.name]]
        for trade in random.sample(stocked, k=min(len(stocked), random.choice((2, 3)))):
            person.habits.append(Habit(trade, random.choice(self._shops[trade.name]).at(WALLET)))
        for bill in BILLS:
            # Rent would be most of what a basic customer may move in a day.
            if random.random() < 0.3 and not (person.tier == "basic" and bill.name == "landlord"):
                payee = self.add_payee(person, self._names.organisation(bill.name))
                person.habits.append(Habit(bill, payee))
        if random.random() < 0.3:
            person.habits.append(Habit(FAMILY, self.add_payee(person)))
        if random.random() < 0.4:
            friend = random.choice(self.people)
            while friend is person:
                friend = random.choice(self.people)
            person.habits.append(Habit(FRIEND, friend.at(WALLET)))
        if random.random() < 0.4:
            person.habits.append(Habit(CASH_OUT, person.at(BANK)))

    def _wallet(self) -> dict[str, Any]:
        return {"id": WALLET, "kind": "wallet", "currency": CURRENCY}

    def _bank_account(self, instrument_id: str, ending: str = "") -> dict[str, Any]:
        return {
            "id": instrument_id,
            "kind": "bank_account",
            "currency": CURRENCY,
            "routing_number": self._random.choice(self._banks),
            "account_number": make_account_number(self._random, ending),
        }
