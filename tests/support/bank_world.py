"""One customer, one bank: the whole pipeline over the bank simulator's rails, with an eye on both sides' books."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from emulators.embedded import RAIL, EmbeddedCloud, Wrapping, make_twins
from shared.adapters.memory.clock import ManualClock
from shared.adapters.rails.bank import BankRail
from shared.kernel import ids
from shared.ledger.documents import ACCOUNTS, HOUSE_SHARDS, JOURNAL, entry_from
from shared.ledger.domain.journal import Side
from shared.ledger.queries.check_books import Books, check_books
from shared.payments.documents import payment_from, payment_key
from shared.payments.domain.payment import Payment
from shared.payments.queries.all_payments import all_payments, held_by_account
from shared.ports.rail import Rail
from tests.support.builders import ADA, BANK, NOON, PAYEE, WALLET
from tests.support.choices import FlatTariff
from tests.support.world import API_KEYS, AUTHORIZATION, FUNDS

FUNDED, FEE = 500_00, 25
CARD, OTHER_CARD = "card", "card-other"
TOKENS = "tok_ada_"
ACCOUNTS_BEGIN = "55501"
OUTSIDE = (BANK, PAYEE, CARD, OTHER_CARD)


class BankWorld:
    """Ada with a wallet of 500.00 US dollars, and instruments outside whose last four digits select what banks do.

    `endings` are by instrument (one of OUTSIDE; ordinary without one). `rails` are all that the deployment has. With
    `over_the_bank`, the JSON rail is the bank simulator's too, over its own adapter, and not the twin in memory. Every
    payment costs a fee of 25 cents.
    """

    def __init__(
        self,
        rails: Sequence[str],
        endings: Mapping[str, str] | None = None,
        *,
        wrapping: Wrapping | None = None,
        over_the_bank: bool = False,
    ) -> None:
        clock = ManualClock(NOON)
        funding = make_twins(clock)
        plain = EmbeddedCloud(funding, api_keys=API_KEYS)
        self.cloud = plain
        self.call("POST", "/v1/customers", _customer(endings or {}), expect=201)
        self.pay("funding", FUNDED, FUNDS, WALLET)
        plain.settle_down()
        # A clean broker, queue and bank over the same documents, seen through the wrapped ports from now on.
        self.twins = replace(make_twins(clock), documents=funding.documents)
        self.over_the_bank = over_the_bank
        wrapping = wrapping or Wrapping()
        if over_the_bank:
            wrapping = replace(wrapping, rail=self._over_the_bank(wrapping.rail))
        fees = FlatTariff(dict.fromkeys(("payout", "deposit", "transfer"), FEE))
        self.cloud = EmbeddedCloud(self.twins, api_keys=API_KEYS, rails=rails, tariff=fees, wrapping=wrapping)

    def _over_the_bank(self, wrap: Callable[[Rail], Rail]) -> Callable[[Rail], Rail]:
        def replaced(rail: Rail) -> Rail:
            if rail.name != RAIL:
                return wrap(rail)
            transport = self.twins.bank.simulator.transport(rail.timeout_s)
            return wrap(BankRail(name=RAIL, timeout_s=rail.timeout_s, transport=transport))

        return replaced

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

    def entries(self, payment_id: str) -> dict[str, dict[str, int]]:
        """What was booked for a payment: minor units credited (below zero: debited) by account, for each entry.

        An entry is named by what follows the payment's id: a version, or the leg that came back.
        """
        found: dict[str, dict[str, int]] = {}
        for document in self.twins.documents.find(JOURNAL, equal={"payment_id": payment_id}):
            sums: Counter[str] = Counter()
            for line in entry_from(document).lines:
                sums[short(line.account)] += line.amount_minor if line.side is Side.CREDIT else -line.amount_minor
            found[document.key.id.removeprefix(f"{payment_id}.")] = dict(sums)
        return found

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
        return check_books(self.twins.documents, held_by_account(all_payments(self.twins.documents)))

    def counted(self, rail: str) -> tuple[int, int, int]:
        """Instructions that the rail took, movements of money, and returns; none of any key more than once.

        A client that does not know what became of an instruction asks, so even a repetition that moves nothing is its
        mistake.
        """
        if rail == RAIL and not self.over_the_bank:
            twin = self.twins.rail
            assert [key for key, count in twin.instructions.items() if count > 1] == []
            assert [key for key, count in twin.moved.items() if count > 1] == []
            return twin.instructions.total(), twin.moved.total(), 0
        summary = self.twins.bank.simulator.summary()["rails"][rail]
        names = ("instructions", "moved", "returned")
        for name in (*names, *(["identifications"] if rail == "ach" else [])):
            assert summary[name]["more_than_once"] == [], name
        totals = [summary[name]["total"] for name in names]
        return totals[0], totals[1], totals[2]


WALLET_ACCOUNT = ids.wallet_account_id(ADA, WALLET)


def short(account: str) -> str:
    """An account as a table names it: the wallet, a rail, or one of the house's."""
    if account == WALLET_ACCOUNT:
        return "wallet"
    return account.removeprefix("house.").removeprefix("rail-settlement.").removesuffix(".USD")


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
