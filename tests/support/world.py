"""A small world on the in-memory twins, and what a test asks of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from emulators.embedded import EmbeddedCloud, Twins, Wrapping, make_twins
from scripts.verify_all import verify
from shared.adapters.memory.broker import InMemoryBroker
from shared.adapters.memory.clock import ManualClock
from shared.contracts.catalogue import REQUESTS_TOPIC, request_message
from shared.contracts.payments import request_from_domain
from shared.kernel import ids
from shared.ledger.documents import JOURNAL
from shared.ledger.queries.verify_books import Books
from shared.payments.documents import payment_key
from shared.payments.domain.payment import Payment
from shared.payments.queries.all_payments import all_payments, held_by_account
from shared.ports.publisher import Message
from shared.ports.routing import HoldPolicy, Tariff
from tests.support.builders import ADA, BANK, BOB, NOON, PAYEE, TENANT, WALLET, a_request

KEY = "cw_test_key"
API_KEYS = json.dumps({"test": {"tenant": TENANT, "sha256": hashlib.sha256(KEY.encode()).hexdigest()}})
AUTHORIZATION = f"Bearer {KEY}"


def customer_body(reference: str, name: str, account_number: str = "100000000", own_number: str = "") -> dict[str, Any]:
    """A verified customer with a wallet, a bank account of its own and a saved payee, on one number or on two."""
    bank = {"kind": "bank_account", "currency": "USD", "routing_number": "021000021", "account_number": account_number}
    return {
        "reference": reference,
        "type": "individual",
        "name": name,
        "country": "US",
        "born_on": "1990-02-03",
        "tier": "verified",
        "instruments": [
            {"id": WALLET, "kind": "wallet", "currency": "USD"},
            {"id": BANK, **bank, "account_number": own_number or account_number},
            {"id": FUNDS, **bank, "account_number": "100000000"},
            {"id": PAYEE, **bank, "holder_name": "Grace Meadow", "holder_country": "US"},
            # An invented name of the sample watchlist.
            {"id": LISTED, **bank, "holder_name": "Tandrel Osmund VORRAKESH", "holder_country": "US"},
        ],
    }


def payment_body(
    amount_minor: int = 12_50,
    source: tuple[str, str] = (ADA, WALLET),
    destination: tuple[str, str] = (ADA, PAYEE),
) -> dict[str, Any]:
    """A payout of 12.50 US dollars from Ada's wallet to her saved payee."""
    return {
        "amount_minor": amount_minor,
        "currency": "USD",
        "source": {"customer_id": source[0], "instrument_id": source[1]},
        "destination": {"customer_id": destination[0], "instrument_id": destination[1]},
        "description": "rent",
    }


FUNDS, LISTED = "bank-funds", "payee-listed"
FUNDING = {"source": (ADA, FUNDS), "destination": (ADA, WALLET)}
DEPOSIT = {"source": (ADA, BANK), "destination": (ADA, WALLET)}
TRANSFER = {"source": (ADA, FUNDS), "destination": (ADA, PAYEE)}
BOOK = {"source": (ADA, WALLET), "destination": (BOB, WALLET)}


class World:
    """Ada and Bob with their wallets, Ada's with 500.00 US dollars in it."""

    def __init__(
        self,
        wrapping: Wrapping | None = None,
        *,
        account_number: str = "100000000",
        own_number: str = "",
        order: Random | None = None,
        duplicates: float = 0.0,
        tariff: Tariff | None = None,
        hold_policy: HoldPolicy | None = None,
    ) -> None:
        """`account_number` is that of Ada's payee, and of her own bank account unless that has `own_number`: the last
        digits select what the rail does.

        `order` shuffles messages, and `duplicates` is the share of them that is delivered again after it was taken.
        """
        clock = ManualClock(NOON)
        funding = make_twins(clock)
        plain = EmbeddedCloud(funding, api_keys=API_KEYS)
        self.register(plain, "ada", "Ada Brook", account_number, own_number)
        self.register(plain, "bob", "Bob Lane", "100000001")
        self.submit(plain, "funding", payment_body(500_00, **FUNDING))
        assert plain.settle_down()
        # A clean broker, queue, rail and warehouse over the same documents, seen through the wrapped ports from now on.
        broker = InMemoryBroker(clock, order=order, duplicates=duplicates)
        self.twins: Twins = replace(make_twins(clock), documents=funding.documents, broker=broker)
        self.cloud = EmbeddedCloud(
            self.twins, api_keys=API_KEYS, wrapping=wrapping, tariff=tariff, hold_policy=hold_policy
        )

    @staticmethod
    def register(cloud: EmbeddedCloud, reference: str, name: str, account_number: str, own_number: str = "") -> None:
        """Register a customer."""
        body = json.dumps(customer_body(reference, name, account_number, own_number)).encode()
        assert cloud.call("POST", "/v1/customers", body, authorization=AUTHORIZATION).status == 201

    @staticmethod
    def submit(cloud: EmbeddedCloud, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Submit a payment; the answer must be 202."""
        reply = cloud.call(
            "POST", "/v1/payments", json.dumps(body).encode(), authorization=AUTHORIZATION, idempotency_key=key
        )
        assert reply.status == 202, reply.body
        answer: dict[str, Any] = json.loads(reply.body)
        return answer

    def publish_unreadable(self) -> None:
        """A message that fits its topic's schema, and that no function can take for what it is."""
        good = request_message(request_from_domain(a_request("unreadable")))
        self.twins.broker.publish(Message(REQUESTS_TOPIC, good.data, {}))

    def pay(self, key: str = "key-1", **payment: Any) -> str:
        """Submit a payment; returns its id."""
        return str(self.submit(self.cloud, key, payment_body(**payment))["id"])

    def cancel(self, key: str = "key-1") -> int:
        """Ask for the payment under a key to be cancelled; returns the status of the answer."""
        path = f"/v1/payments/{ids.payment_id(TENANT, key)}/cancel"
        return self.cloud.call("POST", path, authorization=AUTHORIZATION).status

    def refund(self, key: str = "key-1", *, under: str = "refund-1", amount_minor: int | None = None) -> int:
        """Ask for a refund of the payment under a key, as the payment `under`; returns the status of the answer."""
        path = f"/v1/payments/{ids.payment_id(TENANT, key)}/refunds"
        body = json.dumps({} if amount_minor is None else {"amount_minor": amount_minor}).encode()
        return self.cloud.call("POST", path, body, authorization=AUTHORIZATION, idempotency_key=under).status

    def exists(self, key: str) -> bool:
        """Whether there is a payment under a key."""
        return self.twins.documents.get(payment_key(ids.payment_id(TENANT, key))) is not None

    def payment(self, key: str = "key-1") -> Payment:
        """The payment under a key, as it stands."""
        wanted = ids.payment_id(TENANT, key)
        return next(payment for payment in all_payments(self.twins.documents) if payment.id == wanted)

    def books(self) -> Books:
        """The proof of the books."""
        return verify(self.twins.documents)

    def end_state(self) -> dict[str, Any]:
        """Everything that must be the same however often the pipeline died on the way: all but the times."""
        documents = self.twins.documents
        return {
            "payments": {
                payment.id: [(entry.state.value, entry.step, entry.reasons) for entry in payment.history]
                for payment in all_payments(documents)
            },
            "legs": {
                payment.id: [(leg.key, leg.rail, leg.status, leg.reason, leg.entry_id) for leg in payment.legs]
                for payment in all_payments(documents)
            },
            "refunded": {payment.id: payment.refunded_minor for payment in all_payments(documents)},
            "waking": {payment.id: payment.drive_at is not None for payment in all_payments(documents)},
            "held": dict(held_by_account(all_payments(documents))),
            "accounts": {one.key.id: one.fields for one in documents.find("accounts")},
            "shards": {one.key.id: one.fields for one in documents.find("house_shards")},
            "journal": sorted(one.key.id for one in documents.find(JOURNAL)),
            "cases": sorted(one.key.id for one in documents.find("cases")),
            "quarantine": sorted(one.key.id for one in documents.find("quarantine")),
            "instructions": dict(self.twins.rail.instructions),
            "events": dict(self.twins.warehouse.totals().by_type),
        }
