"""FedNow's wrapper: header and document, read and written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.formats.iso20022 import fednow, pacs002, pacs004, pacs008, pacs028
from shared.formats.iso20022.errors import Iso20022Error
from shared.formats.iso20022.fednow import BusinessHeader, Direction, Envelope
from shared.kernel.errors import ClearwayError
from tests.unit.formats.iso20022.messages import AT, FULL_REPORT, FULL_REQUEST, FULL_RETURN, FULL_TRANSFER

HEADER = BusinessHeader("111111111", "021150706", "20260302111111111M1", pacs008.MESSAGE, AT)
FULL_HEADER = replace(
    HEADER, market_practice=("registry & more", "frb.fednow.01"), processed_at=AT, possible_duplicate=True
)
WRAPPED = Envelope(Direction.INCOMING, FULL_HEADER, pacs008.to_xml(FULL_TRANSFER))
MESSAGES = [
    (Direction.INCOMING, pacs008, FULL_TRANSFER),
    (Direction.INCOMING, pacs028, FULL_REQUEST),
    (Direction.OUTGOING, pacs002, FULL_REPORT),
    (Direction.OUTGOING, pacs004, FULL_RETURN),
]


@pytest.mark.parametrize("header", [HEADER, FULL_HEADER], ids=["least", "full"])
@pytest.mark.parametrize(("direction", "form", "message"), MESSAGES, ids=["pacs008", "pacs028", "pacs002", "pacs004"])
def test_a_wrapped_message_comes_back(
    direction: Direction, form: object, message: object, header: BusinessHeader
) -> None:
    header = replace(header, message=form.MESSAGE)  # type: ignore[attr-defined]
    data = fednow.to_xml(Envelope(direction, header, form.to_xml(message)))  # type: ignore[attr-defined]
    read = fednow.from_xml(data)
    assert (read.direction, read.header) == (direction, header)
    assert form.from_xml(read.document) == message  # type: ignore[attr-defined]


GOOD = fednow.to_xml(WRAPPED).decode()
HEAD = GOOD[GOOD.index("<AppHdr") : GOOD.index("<Document")]
BROKEN = [
    ("urn:fednow:incoming:v001", "urn:fednow:incoming:v002", "/", Iso20022Error.UNKNOWN_MESSAGE),
    ("FedNowIncoming ", "FedNowSideways ", "/", Iso20022Error.NOT_XML),
    ("FedNowCustomerCreditTransfer>", "FedNowPaymentStatus>", "/FedNowIncoming", Iso20022Error.UNKNOWN_MESSAGE),
    ("FedNowIncomingMessage>", "FedNowOutgoingMessage>", "/FedNowIncoming", Iso20022Error.UNEXPECTED),
    (HEAD, "", "/FedNowIncoming", Iso20022Error.UNEXPECTED),
    (HEAD, HEAD * 2, "/FedNowIncoming", Iso20022Error.UNEXPECTED),
    ("head.001.001.02", "head.001.001.03", "/FedNowIncoming", Iso20022Error.UNEXPECTED),
    (">pacs.008.001.08<", ">pacs.002.001.10<", "/AppHdr/MsgDefIdr", Iso20022Error.INCONSISTENT),
    (">111111111<", ">11111111<", "/AppHdr/Fr/FIId/FinInstnId/ClrSysMmbId/MmbId", Iso20022Error.INVALID_VALUE),
    ("<CreDt>2026-03-02T09:30:15.250Z</CreDt>", "", "/AppHdr/CreDt", Iso20022Error.MISSING),
]


@pytest.mark.parametrize(("old", "new", "place", "code"), BROKEN, ids=[one[1][:30] or one[2] for one in BROKEN])
def test_a_broken_wrapper_is_refused(old: str, new: str, place: str, code: Iso20022Error) -> None:
    assert old in GOOD
    with pytest.raises(ClearwayError) as refusal:
        fednow.from_xml(GOOD.replace(old, new).encode())
    assert (refusal.value.field, refusal.value.code) == (place, code)


def test_a_document_that_the_header_does_not_name_is_not_wrapped() -> None:
    for header in (replace(HEADER, message=pacs002.MESSAGE), replace(HEADER, message="camt.053.001.08")):
        with pytest.raises(ClearwayError) as refusal:
            fednow.to_xml(replace(WRAPPED, header=header))
        assert refusal.value.code is Iso20022Error.UNKNOWN_MESSAGE
