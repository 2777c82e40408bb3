"""Ninety virtual days of a small fintech: a seeded stream of payments over all rails, most well, some not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from emulators.bank.table.outcomes import RailName, Word
from emulators.bank.table.table import ROWS
from emulators.embedded import EmbeddedCloud
from shared.kernel import ids
from tests.support.builders import TENANT
from tests.support.world import AUTHORIZATION

RAILS = ("bank", "instant", "card", "ach")
DAYS = 90
CUSTOMERS = 60
_NAMES = ("Ada Brook", "Bob Lane", "Cleo Marsh", "Dan Field", "Eve Stone", "Finn Wood", "Gus Reed", "Hope Vale")

# One payment in so many goes to an account or a card that does something else than to accept.
UNUSUAL = 4


@dataclass(frozen=True, slots=True)
class Planned:
    """A payment and when it is submitted."""

    at: datetime
    key: str
    body: dict[str, Any]


def _endings(*, cards: bool) -> list[str]:
    """Endings whose outcome is known in the end: none that stays pending, or unheard of, for ever."""
    never = {row.ending for row in ROWS if row.expected.word in (Word.PENDING, Word.UNKNOWN)}
    return sorted({row.ending for row in ROWS if (row.rail is RailName.CARD) is cards} - never | {"0000"})


ACCOUNTS, CARDS = _endings(cards=False), _endings(cards=True)


def unusual(number: int) -> tuple[list[str], list[str]]:
    """A customer's accounts and cards, by their endings."""
    random = Random(number)
    return ["0000", *random.sample(ACCOUNTS, 20)], ["0000", *random.sample(CARDS, 12)]


def register(cloud: EmbeddedCloud) -> None:
    """Customers with a wallet, and one instrument for each ending that any rail knows for it."""
    for number in range(CUSTOMERS):
        chosen, tokens = unusual(number)
        instruments: list[dict[str, Any]] = [{"id": "wallet", "kind": "wallet", "currency": "USD"}]
        instruments += [
            {
                "id": f"bank-{ending}",
                "kind": "bank_account",
                "currency": "USD",
                "routing_number": "021000021",
                "account_number": f"{number:05d}{ending}",
            }
            for ending in dict.fromkeys(chosen)
        ]
        instruments += [
            {"id": f"card-{token}", "kind": "card", "currency": "USD", "card_token": f"tok_{number:05d}_{token}"}
            for token in dict.fromkeys(tokens)
        ]
        body = {
            "reference": f"customer-{number}",
            "type": "organisation",
            "name": f"{_NAMES[number % len(_NAMES)]} {number}",
            "country": "US",
            "tier": "business",
            "instruments": instruments,
        }
        reply = cloud.call("POST", "/v1/customers", json.dumps(body).encode(), authorization=AUTHORIZATION)
        assert reply.status == 201, reply.body


def planned(start: datetime, payments: int, seed: int) -> Iterator[Planned]:
    """The payments in the order of their time. Wallets are filled in the first days, and live on what comes in."""
    random = Random(seed)
    moments = sorted(start + timedelta(days=random.uniform(0.5, DAYS - 5)) for _ in range(payments - CUSTOMERS))
    for number in range(CUSTOMERS):
        yield Planned(start, f"fund-{number}", _payment(random, number, "fund"))
    for number, at in enumerate(moments):
        kind = random.choices(("payout", "deposit", "transfer", "book"), (8, 8, 3, 1))[0]
        yield Planned(at, f"p-{number}", _payment(random, random.randrange(CUSTOMERS), kind))


def submit(cloud: EmbeddedCloud, one: Planned) -> None:
    """Submit it over the API."""
    raw = json.dumps(one.body).encode()
    reply = cloud.call("POST", "/v1/payments", raw, authorization=AUTHORIZATION, idempotency_key=one.key)
    assert reply.status == 202, reply.body


def _payment(random: Random, number: int, kind: str) -> dict[str, Any]:
    customer = ids.customer_id(TENANT, f"customer-{number}")
    other = ids.customer_id(TENANT, f"customer-{(number + 1) % CUSTOMERS}")
    wallet = {"customer_id": customer, "instrument_id": "wallet"}
    amount_minor = 400_00 if kind == "fund" else random.randint(1_00, 60_00)
    match kind:
        case "fund":
            source, destination = {"customer_id": customer, "instrument_id": "card-0000"}, wallet
        case "payout":
            source, destination = wallet, _outside(random, number, customer)
        case "deposit":
            source, destination = _outside(random, number, customer), wallet
        case "transfer":
            source = _outside(random, number, customer)
            destination = {"customer_id": other, "instrument_id": "bank-0000"}
        case _:
            source, destination = wallet, {"customer_id": other, "instrument_id": "wallet"}
    return {
        "amount_minor": amount_minor,
        "currency": "USD",
        "source": source,
        "destination": destination,
        "description": kind,
        "speed": random.choices(("fastest", "same_day", "standard"), (3, 1, 2))[0],
    }


def _outside(random: Random, number: int, customer: str) -> dict[str, str]:
    """One of the customer's outside instruments: usually the plain one, sometimes one that behaves otherwise."""
    kind = random.choice(("bank", "card"))
    ending = "0000"
    if random.randrange(UNUSUAL) == 0:
        accounts, cards = unusual(number)
        ending = random.choice(accounts if kind == "bank" else cards)
    return {"customer_id": customer, "instrument_id": f"{kind}-{ending}"}
