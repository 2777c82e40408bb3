"""pacs.028.001.03, payment status request: asks what became of one payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from shared.formats.iso20022.kinds import MAX35
from shared.formats.iso20022.original import Original, read_original, write_original
from shared.formats.iso20022.parts import Agent, agent_of, write_agent
from shared.formats.iso20022.reading import read_document
from shared.formats.iso20022.writing import Writer

MESSAGE = "pacs.028.001.03"
HEADER = "MsgId CreDtTm InstgAgt? InstdAgt?"
GROUP = "OrgnlMsgId OrgnlMsgNmId OrgnlCreDtTm? OrgnlNbOfTxs? OrgnlCtrlSum?"
TRANSACTION = (
    "StsReqId? OrgnlGrpInf? OrgnlInstrId? OrgnlEndToEndId? OrgnlTxId? OrgnlUETR? AccptncDtTm? ClrSysRef? InstgAgt? "
    "InstdAgt? OrgnlTxRef? SplmtryData*"
)


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """A question about one payment, answered by a pacs.002. `request_id` is the asker's own reference of it."""

    message_id: str
    created_at: datetime
    original: Original
    instructing_agent: Agent
    instructed_agent: Agent
    request_id: str = ""


def to_xml(message: StatusRequest) -> bytes:
    """The message in its canonical form. Raises MISSING or INVALID_VALUE where it would not be valid."""
    out = Writer(MESSAGE)
    with out.inside("FIToFIPmtStsReq"):
        with out.inside("GrpHdr"):
            out.put("MsgId", MAX35, message.message_id)
            out.moment("CreDtTm", message.created_at)
        with out.inside("TxInf"):
            out.put_text("StsReqId", MAX35, message.request_id)
            write_original(out, message.original)
            write_agent(out, "InstgAgt", message.instructing_agent)
            write_agent(out, "InstdAgt", message.instructed_agent)
    return out.done()


def from_xml(data: bytes, *, local: tzinfo = UTC) -> StatusRequest:
    """The request in these bytes; `local` is the zone of times that name none. Raises the codes of errors.py."""
    _, document = read_document(data, {MESSAGE}, local)
    body = document.open("FIToFIPmtStsReq").one("FIToFIPmtStsReq").open("GrpHdr OrgnlGrpInf* TxInf* SplmtryData*")
    header = body.one("GrpHdr").open(HEADER)
    transaction = body.single("TxInf").open(TRANSACTION)
    group = None if body.maybe("OrgnlGrpInf") is None else body.single("OrgnlGrpInf").open(GROUP)
    return StatusRequest(
        message_id=header.value("MsgId", MAX35),
        created_at=header.one("CreDtTm").moment(),
        original=read_original(transaction, group),
        instructing_agent=agent_of("InstgAgt", transaction, header),
        instructed_agent=agent_of("InstdAgt", transaction, header),
        request_id=transaction.text("StsReqId", MAX35),
    )
