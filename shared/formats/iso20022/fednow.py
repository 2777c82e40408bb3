"""The wrapper in which FedNow carries a message: its own element, a business application header, the document.

`<FedNowIncoming>` is what a participant sends to the service, `<FedNowOutgoing>` what it receives. Source: the Federal
Reserve's FedNow sample messages, and the ISO 20022 schema of head.001.001.02.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from xml.etree.ElementTree import Element, tostring

from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.kinds import FLAG, MAX35, ROUTING_NUMBER, text
from shared.formats.iso20022.parts import AGENT, INSTITUTION, MEMBER
from shared.formats.iso20022.reading import NAMESPACE, Node, Reading, parse
from shared.formats.iso20022.writing import DECLARATION, Writer

HEADER = "head.001.001.02"
FIELDS = (
    "CharSet? Fr To BizMsgIdr MsgDefIdr BizSvc? MktPrctc? CreDt BizPrcgDt? CpyDplct? PssblDplct? Prty? Sgntr? Rltd*"
)
MAX350 = text(350)
MAX2048 = text(2048)
DOCUMENT = re.compile(re.escape(f"{{{NAMESPACE}") + r"([a-z]{4}\.[0-9]{3}\.[0-9]{3}\.[0-9]{2})\}Document")
# The element around each message that Clearway speaks.
ELEMENTS = {
    "pacs.002": "FedNowPaymentStatus",
    "pacs.004": "FedNowPaymentReturn",
    "pacs.008": "FedNowCustomerCreditTransfer",
    "pacs.028": "FedNowPaymentStatusRequest",
}


class Direction(StrEnum):
    """To the service or from it."""

    INCOMING = "FedNowIncoming"
    OUTGOING = "FedNowOutgoing"

    @property
    def namespace(self) -> str:
        """The wrapper's own namespace."""
        return f"urn:fednow:{self.removeprefix('FedNow').lower()}:v001"


@dataclass(frozen=True, slots=True)
class BusinessHeader:
    """head.001: from which routing number to which, under which id, with which message inside.

    `market_practice` is the registry and the id of the implementation guide that the message follows.
    """

    sender: str
    receiver: str
    business_message_id: str
    message: str
    created_at: datetime
    market_practice: tuple[str, str] | None = None
    processed_at: datetime | None = None
    possible_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """A wrapped message: `document` is the bytes that the message's own `from_xml` reads and `to_xml` writes."""

    direction: Direction
    header: BusinessHeader
    document: bytes


def to_xml(envelope: Envelope) -> bytes:
    """The wrapped message. Raises UNKNOWN_MESSAGE for one that has no place in the wrapper, INVALID_VALUE."""
    name = ELEMENTS.get(envelope.header.message[:8])
    document = envelope.document.decode().removeprefix(DECLARATION)
    if name is None or not document.startswith(f'<Document xmlns="{NAMESPACE}{envelope.header.message}">'):
        raise refusal(Iso20022Error.UNKNOWN_MESSAGE, "/", "not the document that the header names, in canonical form")
    space, outer, inner = envelope.direction.namespace, envelope.direction.value, f"{envelope.direction}Message"
    header = _write_header(envelope.header).decode().removeprefix(DECLARATION)
    return (
        f'{DECLARATION}<{outer} xmlns="{space}"><{inner}><{name}>{header}{document}</{name}></{inner}></{outer}>'
    ).encode()


def from_xml(data: bytes, *, local: tzinfo = UTC) -> Envelope:
    """The header and the document inside. Raises UNKNOWN_MESSAGE for bytes that are no such wrapper, and others."""
    root = parse(data)
    for direction in Direction:
        if root.tag == f"{{{direction.namespace}}}{direction}":
            element, document = _parts(root, direction)
            header = _read_header(element, local)
            if document.tag != f"{{{NAMESPACE}{header.message}}}Document":
                raise refusal(Iso20022Error.INCONSISTENT, "/AppHdr/MsgDefIdr", "another message than the document")
            return Envelope(direction, header, _bytes_of(document))
    raise refusal(Iso20022Error.UNKNOWN_MESSAGE, "/", f"neither {' nor '.join(Direction)}")


def _parts(root: Element, direction: Direction) -> tuple[Element, Element]:
    """Header and document, each the only one; the element around them must be that of the document's message."""
    space, element = f"{{{direction.namespace}}}", root
    for name in (f"{direction}Message", None):
        children = list(element)
        if len(children) != 1 or (name and children[0].tag != space + name):
            raise refusal(Iso20022Error.UNEXPECTED, f"/{direction}", "not one message")
        element = children[0]
    children = list(element)
    match = DOCUMENT.fullmatch(children[-1].tag) if len(children) == 2 else None
    if match is None or children[0].tag != f"{{{NAMESPACE}{HEADER}}}AppHdr":
        raise refusal(Iso20022Error.UNEXPECTED, f"/{direction}", "not a header and a document")
    if element.tag != space + ELEMENTS.get(match.group(1)[:8], ""):
        raise refusal(Iso20022Error.UNKNOWN_MESSAGE, f"/{direction}", "not the element of this document")
    return children[0], children[1]


def _bytes_of(document: Element) -> bytes:
    """The document by itself."""
    document.tail = None
    data: bytes = tostring(document, encoding="utf-8", xml_declaration=True)
    return data.replace(b"\r", b"&#13;")  # which tostring leaves bare, and a parser would turn into a line feed


def _read_header(element: Element, local: tzinfo) -> BusinessHeader:
    fields = Node(element, "/AppHdr", Reading(HEADER, local)).open(FIELDS)
    practice = fields.maybe("MktPrctc")
    both = None if practice is None else practice.open("Regy Id")
    return BusinessHeader(
        sender=_read_side(fields.one("Fr")),
        receiver=_read_side(fields.one("To")),
        business_message_id=fields.value("BizMsgIdr", MAX35),
        message=fields.value("MsgDefIdr", MAX35),
        created_at=fields.one("CreDt").moment(),
        market_practice=None if both is None else (both.value("Regy", MAX350), both.value("Id", MAX2048)),
        processed_at=fields.moment("BizPrcgDt"),
        possible_duplicate=fields.maybe_value("PssblDplct", FLAG) or False,
    )


def _read_side(node: Node) -> str:
    institution = node.open("(OrgId|FIId)").one("FIId").open(AGENT).one("FinInstnId").open(INSTITUTION)
    return institution.one("ClrSysMmbId").open(MEMBER).value("MmbId", ROUTING_NUMBER)


def _write_header(header: BusinessHeader) -> bytes:
    out = Writer(HEADER, root="AppHdr")
    for name, routing_number in (("Fr", header.sender), ("To", header.receiver)):
        with out.inside(name, "FIId", "FinInstnId", "ClrSysMmbId"):
            out.put("MmbId", ROUTING_NUMBER, routing_number)
    out.put("BizMsgIdr", MAX35, header.business_message_id)
    out.put("MsgDefIdr", MAX35, header.message)
    if header.market_practice is not None:
        with out.inside("MktPrctc"):
            out.put("Regy", MAX350, header.market_practice[0])
            out.put("Id", MAX2048, header.market_practice[1])
    out.moment("CreDt", header.created_at)
    out.moment("BizPrcgDt", header.processed_at)
    if header.possible_duplicate:
        out.put("PssblDplct", FLAG, value=True)
    return out.done()
