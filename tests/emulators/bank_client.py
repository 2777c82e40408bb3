"""A bank simulator in this process with what a client hears of it, and clients of its rails that make no mistake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol

from emulators.bank.callbacks.outbox import DEFAULT_SECRET
from emulators.bank.simulator import BankSimulator
from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.objects import InMemoryObjects
from shared.adapters.rails.deadline import UnansweredError
from shared.formats.iso20022 import pacs002, pacs004, pacs008, pacs028
from shared.formats.iso20022.original import Original
from shared.formats.iso20022.pacs002 import StatusReport
from shared.formats.iso20022.pacs004 import PaymentReturn
from shared.formats.iso20022.pacs008 import CreditTransfer
from shared.formats.iso20022.parts import Agent, Party
from shared.formats.iso20022.status import TransactionStatus
from shared.formats.signing import verify
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money

TIMEOUT_S = 2.0
TOLERANCE_S = 300
START = datetime(2026, 3, 2, 15, tzinfo=UTC)  # a Monday, ten in the morning in the East
AMOUNT = 12_50


@dataclass(frozen=True, slots=True)
class Heard:
    """A callback as it came: whether it was believed, and what it said."""

    at: datetime
    rail: str
    message_id: str
    believed: bool
    body: bytes

    def json(self) -> Any:
        """The body of a callback of the bank and the card rail."""
        return json.loads(self.body)


class World:
    """The bank on a clock of its own, and a receiver of its callbacks that answers `status`."""

    def __init__(self, *, start: datetime = START, objects: InMemoryObjects | None = None, **options: Any) -> None:
        self.clock = ManualClock(start)
        self.objects = objects or InMemoryObjects()
        self.heard: list[Heard] = []
        self.status = 204
        self.bank = BankSimulator(self.clock, self.objects, callback=self.hear, seed=7, **options)
        self.transport = self.bank.transport(TIMEOUT_S)

    def hear(self, rail: str, headers: Mapping[str, str], body: bytes) -> int:
        """Receive a callback: 401 for one that is not to be believed."""
        try:
            verify([DEFAULT_SECRET], headers, body, now=self.clock.now(), tolerance_s=TOLERANCE_S)
            believed = True
        except ClearwayError:
            believed = False
        self.heard.append(Heard(self.clock.now(), rail, headers["webhook-id"], believed, body))
        return self.status if believed else 401

    def believed(self) -> list[Heard]:
        """The callbacks that were believed."""
        return [one for one in self.heard if one.believed]

    def rail(self, name: str) -> Any:
        """What the side door says of a rail."""
        return self.bank.summary()["rails"][name]


class Client(Protocol):
    """A client of one rail, over the transport."""

    def instruct(self, key: str, ending: str, direction: str) -> tuple[int, str]:
        """Status, and the bank's word where the answer is one about this key, else empty."""
        ...

    def ask(self, key: str) -> tuple[int, str]:
        """Status, and the bank's word, `unknown` for "never heard of it"."""
        ...


class CardClient:
    """The card rail."""

    WORDS: ClassVar = {
        "approved": "accepted",
        "declined": "rejected",
        "pending": "pending",
        "reversed": "returned",
        "charged_back": "returned",
    }

    def __init__(self, world: World) -> None:
        self.world = world

    def instruct(self, key: str, ending: str, direction: str, **other: Any) -> tuple[int, str]:
        """See `Client.instruct`."""
        body = {
            "type": "push" if direction == "credit" else "pull",
            "amount_minor": AMOUNT,
            "currency": "USD",
            "card_token": f"tok_visa_{ending}",
            "holder_name": "Ada Example",
            "description": "rent",
        } | other
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        raw = json.dumps(body).encode()
        return self._word(key, *self.world.transport.call("POST", "/v1/card/transactions", headers=headers, body=raw))

    def ask(self, key: str) -> tuple[int, str]:
        """See `Client.ask`."""
        status, raw = self.world.transport.call("GET", f"/v1/card/transactions/{key}", headers={})
        if status == 404 and json.loads(raw)["code"] == "transaction_not_found":
            return 200, "unknown"
        return self._word(key, status, raw)

    def answer(self, key: str) -> Any:
        """All that an inquiry tells."""
        return json.loads(self.world.transport.call("GET", f"/v1/card/transactions/{key}", headers={})[1])

    def reverse(self, key: str, original: str, amount_minor: int = AMOUNT, currency: str = "USD") -> tuple[int, Any]:
        """Reverse a transaction; the status and all of the answer."""
        path = f"/v1/card/transactions/{original}/reversals"
        raw = json.dumps({"amount_minor": amount_minor, "currency": currency}).encode()
        status, answer = self.world.transport.call("POST", path, headers={"Idempotency-Key": key}, body=raw)
        return status, json.loads(answer)

    def _word(self, key: str, status: int, raw: bytes) -> tuple[int, str]:
        try:
            body = json.loads(raw)
        except ValueError:
            return status, ""
        return status, self.WORDS[body["status"]] if status == 200 and body["key"] == key else ""


class InstantClient:
    """The instant rail."""

    WORDS: ClassVar = {
        TransactionStatus.SETTLED: "accepted",
        TransactionStatus.REJECTED: "rejected",
        TransactionStatus.PENDING: "pending",
        TransactionStatus.ACCEPTED_IN_PROCESS: "pending",
        TransactionStatus.ACCEPTED_WITHOUT_POSTING: "pending",
    }
    US, THEM = Agent("021000021"), Agent("026009593")

    def __init__(self, world: World) -> None:
        self.world = world

    def payment(self, key: str, ending: str, amount_minor: int = AMOUNT, **other: Any) -> CreditTransfer:
        """A payment to an account with this ending."""
        fields: dict[str, Any] = {
            "message_id": f"msg-{key}",
            "created_at": self.world.clock.now(),
            "clearing_system": "FDN",
            "end_to_end_id": key,
            "amount": Money(amount_minor, "USD"),
            "instructing_agent": self.US,
            "instructed_agent": self.THEM,
            "debtor": Party("Clearway", "1000200030"),
            "debtor_agent": self.US,
            "creditor_agent": self.THEM,
            "creditor": Party("Ada Example", f"5550{ending}"),
        }
        return CreditTransfer(**fields | other)

    def instruct(self, key: str, ending: str, direction: str = "credit", **other: Any) -> tuple[int, str]:
        """See `Client.instruct`."""
        assert direction == "credit"
        status, raw = self.send(pacs008.to_xml(self.payment(key, ending, **other)))
        return status, self._word(key, raw)

    def ask(self, key: str) -> tuple[int, str]:
        """See `Client.ask`."""
        status, raw = self.send(self.inquiry(key))
        return status, self._word(key, raw)

    def inquiry(self, key: str) -> bytes:
        """The pacs.028 about a payment."""
        original = Original(f"msg-{key}", pacs008.MESSAGE, end_to_end_id=key)
        request = pacs028.StatusRequest("inq-1", self.world.clock.now(), original, self.US, self.US)
        return pacs028.to_xml(request)

    def send(self, raw: bytes) -> tuple[int, bytes]:
        """Send any message."""
        headers = {"Content-Type": "application/xml"}
        return self.world.transport.call("POST", "/v1/instant/messages", headers=headers, body=raw)

    def _word(self, key: str, raw: bytes) -> str:
        try:
            said = read(raw)
        except ClearwayError:
            return ""
        if said.original.end_to_end_id != key:
            return ""
        if isinstance(said, PaymentReturn):
            return "returned"
        return "unknown" if said.reason_code == "NOOR" else self.WORDS[said.status]


def read(raw: bytes) -> StatusReport | PaymentReturn:
    """A pacs.002 or a pacs.004."""
    return pacs004.from_xml(raw) if b"pacs.004" in raw else pacs002.from_xml(raw)


def carry_out(client: Client, world: World, key: str, ending: str, direction: str) -> str:
    """What a client does that makes no mistake: it instructs again only what the bank has certainly not taken.

    Returns the word on which it ends for now, `unknown` when it gives up after three instructions.
    """
    for _ in range(5):
        try:
            status, word = client.instruct(key, ending, direction)
        except UnansweredError:
            status, word = 0, ""
        if word:
            return word
        if status == 429:
            continue
        word = client.ask(key)[1]
        if word == "unknown":
            # The first call may still be on its way: only after a while is "never heard of it" believed.
            world.bank.advance(30)
            word = client.ask(key)[1]
        if word != "unknown":
            return word
    return "unknown"
