"""An instant rail (the shape of RTP and FedNow) over a settlement bank's HTTP API for ISO 20022 messages.

`POST /v1/instant/messages` takes one message as XML and answers with one: a pacs.008 (the payment) and a pacs.028 (the
inquiry) are answered by a pacs.002, and an inquiry after a return by the pacs.004. 400 and 422 refuse a message as
invalid, with the place of what is wrong as `field` of a JSON problem; 409 is a message id that was used with other
content. As in `bank.py`, only what certainly says no is NOT_SENT or a rejection.

Every identifier follows from the leg's key, so a message that is sent again is the same one to every bank on its way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from shared.adapters.rails.instant_answers import UNPOSTED_CHECK_S, Said, said_in
from shared.adapters.rails.json_answers import parsed
from shared.adapters.rails.transport import Exchange, Transport
from shared.formats.iso20022 import pacs008, pacs028
from shared.formats.iso20022.identifiers import uetr
from shared.formats.iso20022.original import Original
from shared.formats.iso20022.pacs008 import CreditTransfer
from shared.formats.iso20022.pacs028 import StatusRequest
from shared.formats.iso20022.parts import Agent, Code, Party
from shared.formats.leg_reference import reference_of
from shared.formats.originator import Originator
from shared.kernel import ids
from shared.kernel.errors import ClearwayError
from shared.kernel.party import Direction, InstrumentKind
from shared.ports.clock import Clock
from shared.ports.rail import Answer, Instruction
from shared.ports.rail_words import invalid_instruction, key_reused

MESSAGES = "/v1/instant/messages"
CURRENCY = "USD"

# Where a message holds a field of the instruction. The places are those of pacs.008.
_FIELDS = {
    "/IntrBkSttlmAmt": "/amount_minor",
    "/InstdAgt": "/routing_number",
    "/CdtrAgt": "/routing_number",
    "/CdtrAcct": "/account_number",
    "/Cdtr/": "/holder_name",
    "/RmtInf": "/description",
}
# The payment type that a network asks for on every payment: service levels and local instrument, by clearing system.
# FedNow: its sample messages (FDNA). RTP: message specifications (SDVA, same-day value; STANDARD).
_PAYMENT_TYPES: Mapping[str, tuple[tuple[Code, ...], Code]] = {
    "FDN": ((), Code("FDNA", proprietary=True)),
    "TCH": ((Code("SDVA"),), Code("STANDARD", proprietary=True)),
}
# A place of an XML message: names of elements, which cannot hold a value.
_PLACE = re.compile(r"/Document(/@?[A-Z][A-Za-z]{0,34}(\[[0-9]{1,3}\])?){1,12}")


class InstantRail:
    """The Rail port over an instant rail: US dollars, credits only. Safe for threads; `token` is a bearer token.

    `timeout_s` is the transport's own: it ends each call by then. `unposted_check_s` is how long after "accepted
    without posting" it is worth asking again.
    """

    def __init__(
        self,
        originator: Originator,
        transport: Transport,
        clock: Clock,
        *,
        name: str = "instant",
        timeout_s: float = 20.0,
        unposted_check_s: float = UNPOSTED_CHECK_S,
        token: str | None = None,
    ) -> None:
        self.name = name
        self.timeout_s = timeout_s
        self._originator = originator
        self._exchange = Exchange(name, transport)
        self._clock = clock
        self._unposted_check_s = unposted_check_s
        self._headers = {"Accept": "application/xml", "Content-Type": "application/xml"}
        self._headers |= {"Authorization": f"Bearer {token}"} if token else {}

    def submit(self, instruction: Instruction) -> Answer:
        """See `Rail.submit`. This rail knows no reversals: with `reverses`, too, it sends a payment of its own.

        Raises MISUSE for a key that is none of a leg, and when the bank knows its message with other content.
        """
        reference = reference_of(instruction.key)
        now = self._clock.now()
        if instruction.direction is not Direction.CREDIT:
            return invalid_instruction("/direction")
        if instruction.money.currency != CURRENCY:
            return invalid_instruction("/currency")
        if instruction.instrument.kind is not InstrumentKind.BANK_ACCOUNT:
            return invalid_instruction("/account_number")
        try:
            body = pacs008.to_xml(self._payment(instruction, reference, now))
        except ClearwayError as error:
            # Nothing was sent: the instruction does not fit into a message.
            return invalid_instruction(_pointer(error.field or ""))
        status, raw = self._exchange.instruct(MESSAGES, headers=self._headers, body=body)
        if status == 409:
            raise key_reused()
        if status in (400, 422):
            return invalid_instruction(_pointer(_place_in(raw)))
        said = self._said(status, raw, instruction.key, now)
        moved = said.money if said else None
        if said is None or said.answer is None or said.repeats or moved not in (None, instruction.money):
            raise self._exchange.unusable(status)
        return said.answer

    def inquire(self, key: str) -> Answer | None:
        """See `Rail.inquire`. Only a pacs.002 that says so counts as "never heard of it", no HTTP status."""
        reference = reference_of(key)
        now = self._clock.now()
        body = pacs028.to_xml(self._inquiry(key, reference, now))
        status, raw = self._exchange.ask("POST", MESSAGES, headers=self._headers, body=body)
        said = self._said(status, raw, key, now)
        if said is None:
            raise self._exchange.unasked(status)
        return said.answer

    def _payment(self, instruction: Instruction, reference: str, now: datetime) -> CreditTransfer:
        ours, account = self._originator, instruction.instrument
        bank = Agent(ours.routing_number)
        payee_bank = Agent(account.routing_number)
        service_levels, local_instrument = _PAYMENT_TYPES.get(ours.clearing_system, ((), None))
        return CreditTransfer(
            message_id=_message_id(instruction.key),
            created_at=now,
            clearing_system=ours.clearing_system,
            end_to_end_id=reference,
            amount=instruction.money,
            instructing_agent=bank,
            instructed_agent=payee_bank,
            debtor=Party(ours.name, ours.account_number),
            debtor_agent=bank,
            creditor_agent=payee_bank,
            creditor=Party(instruction.holder_name, account.account_number),
            instruction_id=reference,
            uetr=uetr(instruction.key),
            service_levels=service_levels,
            local_instrument=local_instrument,
            remittance=(instruction.description,) if instruction.description.strip() else (),
        )

    def _inquiry(self, key: str, reference: str, now: datetime) -> StatusRequest:
        """Asked of our own bank, through which the payment went: the payee's is not known from a key alone."""
        bank = Agent(self._originator.routing_number)
        original = Original(
            message_id=_message_id(key),
            message_name=pacs008.MESSAGE,
            instruction_id=reference,
            end_to_end_id=reference,
            uetr=uetr(key),
        )
        # An inquiry may be made any number of times, and each is a message of its own.
        asked = ids.derive("inq", key, now.isoformat())
        return StatusRequest(asked, now, original, instructing_agent=bank, instructed_agent=bank)

    def _said(self, status: int, raw: bytes, key: str, asked_at: datetime) -> Said | None:
        """What the answer says of the payment with this key; None when it says nothing that may be relied on."""
        if status != 200:
            return None
        try:
            said = said_in(raw, asked_at=asked_at, unposted_check_s=self._unposted_check_s)
        except ClearwayError:
            return None
        return said if said.key == key else None


def _message_id(key: str) -> str:
    return ids.derive("msg", key)


def _place_in(raw: bytes) -> str:
    """The place in our message that the bank refused; only what cannot hold a value."""
    place = parsed(raw).get("field", "")
    return place if isinstance(place, str) and _PLACE.fullmatch(place) else ""


def _pointer(place: str) -> str:
    """The field of the instruction that stands at this place of the message; the place itself for what is none."""
    return next((pointer for part, pointer in _FIELDS.items() if part in place), place)
