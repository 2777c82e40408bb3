"""One customer, one bank: the whole pipeline over the bank simulator's rails, with an eye on both sides' books."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from emulators.embedded import RAIL, EmbeddedCloud, Wrapping, make_twins
from scripts.verify_all import verify
from shared.adapters.memory.clock import ManualClock
from shared.kernel import ids
from shared.ledger.documents import ACCOUNTS, HOUSE_SHARDS, JOURNAL, entry_from
from shared.ledger.domain.journal import JournalEntry, Side
from shared.ledger.queries.verify_books import Books
from shared.payments.documents import payment_from, payment_key
from shared.payments.domain.payment import Payment
from tests.support.builders import ADA, BANK, NOON, PAYEE, WALLET
from tests.support.choices import FlatTariff
from tests.support.world import API_KEYS, AUTHORIZATION, FUNDS

FUNDED, FEE = 500_00, 25
# The rail that the funding came over, which the bank has statements of.
FUNDS_RAIL = "bank"
CARD, OTHER_CARD = "card", "card-other"
TOKENS = "tok_ada_"
ACCOUNTS_BEGIN = "55501"


@dataclass(frozen=True)
class Booked:
    """A journal entry without the payment's id in its names: `entry` is a version, or the leg that came back.

    `moved` are minor units credited, below zero debited, by account; `leg` is the one whose rail moved them.
    """

    entry: str
    kind: str
    moved: dict[str, int]
    leg: str = ""
    reverses: str = ""


class BankWorld:
    """Ada with a wallet of 500.00 US dollars, and instruments outside whose last four digits select what banks do.

    `endings` are by instrument (BANK, PAYEE, CARD, OTHER_CARD; ordinary without one). `rails` are all that the
    deployment has: `simulator` is a twin in memory, all others are the bank's. Every payment costs a fee of 25 cents.
    """

    def __init__(
        self,
        rails: Sequence[str],
        endings: Mapping[str, str] | None = None,
        *,
        wrapping: Wrapping | None = None,
    ) -> None:
        clock = ManualClock(NOON)
        self.twins = make_twins(clock)
        self.cloud = EmbeddedCloud(self.twins, api_keys=API_KEYS, rails=(FUNDS_RAIL,))
        self.call("POST", "/v1/customers", _customer(endings or {}), expect=201)
        self.pay("funding", FUNDED, FUNDS, WALLET)
        self.cloud.settle_down()
        # A clean broker, queue and warehouse in the same world, seen through the wrapped ports from now on.
        fresh = make_twins(clock)
        self.twins = replace(self.twins, broker=fresh.broker, tasks=fresh.tasks, warehouse=fresh.warehouse)
        fees = FlatTariff(dict.fromkeys(("payout", "deposit", "transfer"), FEE))
        self.cloud = EmbeddedCloud(self.twins, api_keys=API_KEYS, rails=rails, tariff=fees, wrapping=wrapping)
        assert self.wallet() == {"posted": FUNDED, "held": 0}

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, expect: int = 200, **headers: str
    ) -> dict[str, Any]:
        """Call the API; the answer must have this status."""
        raw = json.dumps(body).encode() if body is not None else b""
        reply = self.cloud.call(method, path, raw, authorization=AUTHORIZATION, **headers)
        assert reply.status == expect, reply.body
        answer: dict[str, Any] = json.loads(reply.body)
        return answer

    def pay(self, key: str, amount_minor: int, source: str, destination: str, *, speed: str = "fastest") -> str:
        """Submit a payment between two of Ada's instruments; returns its id."""
        body = {
            "amount_minor": amount_minor,
            "currency": "USD",
            "source": {"customer_id": ADA, "instrument_id": source},
            "destination": {"customer_id": ADA, "instrument_id": destination},
            "description": "rent",
            "speed": speed,
        }
        return str(self.call("POST", "/v1/payments", body, expect=202, idempotency_key=key)["id"])

    def refund(self, payment_id: str, key: str) -> str:
        """Submit the refund of all of a payment; returns its id."""
        body = {"description": "sorry"}
        path = f"/v1/payments/{payment_id}/refunds"
        return str(self.call("POST", path, body, expect=202, idempotency_key=key)["id"])

    def live(self, duration: timedelta) -> None:
        """Let everything happen for so long."""
        self.cloud.live(self.twins.clock.now() + duration)

    def payment(self, payment_id: str) -> Payment:
        """The payment as it stands."""
        document = self.twins.documents.get(payment_key(payment_id))
        assert document is not None
        return payment_from(document)

    def entries(self, payment_id: str) -> list[Booked]:
        """What was booked for a payment, in the order of the entries' ids: versions first, then what came back."""
        found = self.twins.documents.find(JOURNAL, equal={"payment_id": payment_id})
        return [_booked(entry_from(document), payment_id) for document in found]

    def balances(self) -> dict[str, int]:
        """Every account that is not at zero, credits less debits, by its short name."""
        sums: Counter[str] = Counter()
        for document in (*self.twins.documents.find(ACCOUNTS), *self.twins.documents.find(HOUSE_SHARDS)):
            fields = document.fields
            posted = fields.get("credits_posted_minor", 0) - fields.get("debits_posted_minor", 0)
            sums[short(fields.get("account", document.key.id))] += posted
        return {name: minor for name, minor in sums.items() if minor}

    def wallet(self) -> dict[str, int]:
        """Ada's wallet, as the API shows it: posted and held minor units."""
        answer = self.call("GET", f"/v1/accounts/{WALLET_ACCOUNT}")
        return {name: answer[f"{name}_minor"] for name in ("posted", "held")}

    def cases(self) -> list[str]:
        """The code of every reason of every case, in alphabetical order."""
        found = self.twins.documents.find("cases")
        return sorted(reason["code"] for one in found for reason in one.fields["reasons"])

    def events(self, payment_id: str) -> list[str]:
        """Types of the payment's events in their order, each event once."""
        return [row["type"] for row in self.twins.warehouse.events_of(payment_id)]

    def books(self) -> Books:
        """The proof of the books."""
        return verify(self.twins.documents)

    def counted(self, rail: str) -> tuple[int, int, int]:
        """Instructions that the rail took since the funding, movements, and returns; none of any key more than once.

        A client that does not know what became of an instruction asks, so even a repetition that moves nothing is its
        mistake.
        """
        if rail == RAIL:
            twin = self.twins.rail
            assert [key for key, count in twin.instructions.items() if count > 1] == []
            assert [key for key, count in twin.moved.items() if count > 1] == []
            return twin.instructions.total(), twin.moved.total(), 0
        summary = self.twins.bank.simulator.summary()["rails"][rail]
        names = ("instructions", "moved", "returned")
        for name in (*names, *(["identifications"] if rail == "ach" else [])):
            assert summary[name]["more_than_once"] == [], name
        instructed, moved, returned = (summary[name]["total"] for name in names)
        funding = 1 if rail == FUNDS_RAIL else 0
        return instructed - funding, moved - funding, returned


WALLET_ACCOUNT = ids.wallet_account_id(ADA, WALLET)


def short(account: str) -> str:
    """An account as a table names it: the wallet, a rail, or one of the house's."""
    if account == WALLET_ACCOUNT:
        return "wallet"
    return account.removeprefix("house.").removeprefix("rail-settlement.").removesuffix(".USD")


def _booked(entry: JournalEntry, payment_id: str) -> Booked:
    moved: Counter[str] = Counter()
    for line in entry.lines:
        moved[short(line.account)] += line.amount_minor if line.side is Side.CREDIT else -line.amount_minor
    named = [name.removeprefix(f"{payment_id}.") for name in (entry.id, entry.reference, entry.reverses)]
    return Booked(named[0], entry.kind, dict(moved), named[1], named[2])


def _customer(endings: Mapping[str, str]) -> dict[str, Any]:
    bank = {"kind": "bank_account", "currency": "USD", "routing_number": "021000021"}
    accounts = {name: f"{ACCOUNTS_BEGIN}{endings.get(name, '0000')}" for name in (BANK, PAYEE)}
    cards = {name: f"{TOKENS}{endings.get(name, '0000')}" for name in (CARD, OTHER_CARD)}
    return {
        "reference": "ada",
        "type": "individual",
        "name": "Ada Brook",
        "country": "US",
        "born_on": "1990-02-03",
        "tier": "verified",
        "instruments": [
            {"id": WALLET, "kind": "wallet", "currency": "USD"},
            {"id": FUNDS, **bank, "account_number": "100000000"},
            {"id": BANK, **bank, "account_number": accounts[BANK]},
            {
                "id": PAYEE,
                **bank,
                "account_number": accounts[PAYEE],
                "holder_name": "Grace Meadow",
                "holder_country": "US",
            },
            *({"id": name, "kind": "card", "currency": "USD", "card_token": token} for name, token in cards.items()),
        ],
    }
