"""What the contract tests of the card and the instant rail have in common: who we are, what we send, what is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from shared.adapters.memory.clock import ManualClock
from shared.adapters.rails.card import CardRail
from shared.adapters.rails.deadline import DeadlineClient
from shared.adapters.rails.instant import InstantRail
from shared.adapters.rails.transport import Transport
from shared.formats.iso20022 import pacs002, pacs004, pacs008
from shared.formats.iso20022.identifiers import uetr
from shared.formats.iso20022.original import Original
from shared.formats.iso20022.pacs002 import StatusReport
from shared.formats.iso20022.pacs004 import PaymentReturn
from shared.formats.iso20022.parts import Agent, Code
from shared.formats.iso20022.status import ReasonGiven, TransactionStatus
from shared.formats.leg_reference import reference_of
from shared.formats.originator import Originator
from shared.kernel import ids
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.kernel.party import Instrument, InstrumentKind
from shared.ports.rail import Answer, Direction, Instruction, Rail

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TODAY = date(2026, 1, 5)
ORIGINATOR = Originator("Clearway Demo Inc", "021000021", "9876543210", "FDN")
PAYEE_BANK = "011000015"
TEN_DOLLARS = Money(1_000, "USD")


def key_of_leg(number: int = 1, leg: str = "credit") -> str:
    """The key of a leg of the payment with this number."""
    return ids.leg_key(ids.payment_id("contracts", str(number)), leg)


KEY = key_of_leg()


def to_account(ending: str = "0000", **changes: Any) -> Instruction:
    """Ten dollars to a bank account that ends in `ending`."""
    account = Instrument(
        "main", InstrumentKind.BANK_ACCOUNT, "USD", routing_number=PAYEE_BANK, account_number=f"55501{ending}"
    )
    one = Instruction(KEY, Direction.CREDIT, TEN_DOLLARS, account, "Ada Example", "invoice 7")
    return replace(one, **changes)


def to_card(ending: str = "0000", **changes: Any) -> Instruction:
    """Ten dollars to a card whose token ends in `ending`."""
    card = Instrument("card", InstrumentKind.CARD, "USD", card_token=f"tok_visa_{ending}")
    return replace(Instruction(KEY, Direction.CREDIT, TEN_DOLLARS, card, "Ada Example", "invoice 7"), **changes)


def instant_over(transport: Transport, *, timeout_s: float = 20.0) -> InstantRail:
    """The instant rail over a transport."""
    return InstantRail(ORIGINATOR, transport, ManualClock(NOON), timeout_s=timeout_s, token="t-1")


def card_over(transport: Transport, *, timeout_s: float = 20.0) -> CardRail:
    """The card rail over a transport."""
    return CardRail(transport, timeout_s=timeout_s, token="t-1")


def over_sockets(make: Callable[..., Rail], url: str, timeout_s: float) -> tuple[Rail, DeadlineClient]:
    """A rail over HTTP, and the client to close at the end."""
    client = DeadlineClient(url, timeout_s=timeout_s)
    return make(client, timeout_s=timeout_s), client


def card_says(status: str = "approved", *, key: str = KEY, **fields: Any) -> bytes:
    """A card processor's answer."""
    return json.dumps({"key": key, "status": status, "reference": "crd-1", **fields}).encode()


def report(status: str = "ACSC", *, key: str = KEY, code: str = "", **changes: Any) -> bytes:
    """A pacs.002 about one of our payments."""
    bank = Agent(ORIGINATOR.routing_number)
    message = StatusReport(
        message_id="bank-report-1",
        created_at=NOON,
        original=original(key),
        status=TransactionStatus(status),
        instructing_agent=bank,
        instructed_agent=bank,
        reasons=(ReasonGiven(Code(code)),) if code else (),
        clearing_reference="clr-1",
    )
    return pacs002.to_xml(replace(message, **changes))


def payment_return(*, key: str = KEY, code: str = "AC04", **changes: Any) -> bytes:
    """A pacs.004 about one of our payments."""
    bank = Agent(ORIGINATOR.routing_number)
    message = PaymentReturn(
        message_id="bank-return-1",
        created_at=NOON,
        clearing_system="FDN",
        original=original(key),
        returned=TEN_DOLLARS,
        original_amount=TEN_DOLLARS,
        instructing_agent=bank,
        instructed_agent=bank,
        reasons=(ReasonGiven(Code(code)),),
        return_id="ret-1",
    )
    return pacs004.to_xml(replace(message, **changes))


def original(key: str = KEY, **changes: Any) -> Original:
    """How a bank refers to our payment."""
    reference = reference_of(key)
    named = Original("msg", pacs008.MESSAGE, instruction_id=reference, end_to_end_id=reference, uetr=uetr(key))
    return replace(named, **changes)


def outcome(call: Callable[[], Answer | None]) -> object:
    """What a call said: the answer, None for "never heard of it", or the error's code."""
    try:
        return call()
    except ClearwayError as error:
        return error.code
