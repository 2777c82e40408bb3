"""pacs.002.001.10, payment status report: what became of one payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.kinds import MAX35, codes
from shared.formats.iso20022.original import Original, read_original, write_original
from shared.formats.iso20022.parts import Agent, agent_of, write_agent
from shared.formats.iso20022.reading import Fields, read_document
from shared.formats.iso20022.status import (
    ReasonGiven,
    TransactionStatus,
    first_code,
    read_reasons,
    write_reasons,
)
from shared.formats.iso20022.writing import Writer
from shared.kernel.money import Money

MESSAGE = "pacs.002.001.10"
BODY = "GrpHdr OrgnlGrpInfAndSts* TxInfAndSts* SplmtryData*"
HEADER = "MsgId CreDtTm InstgAgt? InstdAgt?"
GROUP = "OrgnlMsgId OrgnlMsgNmId OrgnlCreDtTm? OrgnlNbOfTxs? OrgnlCtrlSum? GrpSts? StsRsnInf* NbOfTxsPerSts*"
TRANSACTION = (
    "StsId? OrgnlGrpInf? OrgnlInstrId? OrgnlEndToEndId? OrgnlTxId? OrgnlUETR? TxSts StsRsnInf* ChrgsInf* AccptncDtTm? "
    "FctvIntrBkSttlmDt? AcctSvcrRef? ClrSysRef? InstgAgt? InstdAgt? OrgnlTxRef? SplmtryData*"
)
REFERENCE = (
    "IntrBkSttlmAmt? Amt? IntrBkSttlmDt? ReqdColltnDt? ReqdExctnDt? CdtrSchmeId? SttlmInf? PmtTpInf? PmtMtd? "
    "MndtRltdInf? RmtInf? UltmtDbtr? Dbtr? DbtrAcct? DbtrAgt? DbtrAgtAcct? CdtrAgt? CdtrAgtAcct? Cdtr? CdtrAcct? "
    "UltmtCdtr? Purp?"
)
STATUS = codes(TransactionStatus)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The status of one payment; a rejection gives a reason. `amount` repeats the original's, where it is repeated.

    `clearing_reference` and `bank_reference` are the references of the clearing system and of the reporting bank.
    """

    message_id: str
    created_at: datetime
    original: Original
    status: TransactionStatus
    instructing_agent: Agent
    instructed_agent: Agent
    reasons: tuple[ReasonGiven, ...] = ()
    status_id: str = ""
    accepted_at: datetime | None = None
    settlement_date: date | None = None
    bank_reference: str = ""
    clearing_reference: str = ""
    amount: Money | None = None

    @property
    def reason_code(self) -> str:
        """The first reason's code, empty without one."""
        return first_code(self.reasons)


def to_xml(message: StatusReport) -> bytes:
    """The message in its canonical form. Raises MISSING or INVALID_VALUE where it would not be valid."""
    out = Writer(MESSAGE)
    with out.inside("FIToFIPmtStsRpt"):
        with out.inside("GrpHdr"):
            out.put("MsgId", MAX35, message.message_id)
            out.moment("CreDtTm", message.created_at)
        with out.inside("TxInfAndSts"):
            _check(message, out.place)
            out.put_text("StsId", MAX35, message.status_id)
            write_original(out, message.original)
            out.put("TxSts", STATUS, message.status)
            write_reasons(out, "StsRsnInf", message.reasons)
            out.moment("AccptncDtTm", message.accepted_at)
            out.put_day("FctvIntrBkSttlmDt", message.settlement_date)
            out.put_text("AcctSvcrRef", MAX35, message.bank_reference)
            out.put_text("ClrSysRef", MAX35, message.clearing_reference)
            write_agent(out, "InstgAgt", message.instructing_agent)
            write_agent(out, "InstdAgt", message.instructed_agent)
            if message.amount is not None:
                with out.inside("OrgnlTxRef"):
                    out.money("IntrBkSttlmAmt", message.amount)
    return out.done()


def from_xml(data: bytes, *, local: tzinfo = UTC) -> StatusReport:
    """The report in these bytes; `local` is the zone of times that name none. Raises the codes of errors.py.

    The original message is named beside the transaction (FedNow) or once above it (RTP); a status above it, where there
    is one, is the transaction's own. A report without a transaction, on a group as a whole, is refused as MISSING.
    """
    _, document = read_document(data, {MESSAGE}, local)
    body = document.open("FIToFIPmtStsRpt").one("FIToFIPmtStsRpt").open(BODY)
    header = body.one("GrpHdr").open(HEADER)
    transaction = body.single("TxInfAndSts").open(TRANSACTION)
    group = None if body.maybe("OrgnlGrpInfAndSts") is None else body.single("OrgnlGrpInfAndSts").open(GROUP)
    message = _read(header, transaction, group)
    group_status = None if group is None else group.maybe_value("GrpSts", STATUS)
    if group is not None and group_status not in {None, message.status}:
        raise refusal(Iso20022Error.INCONSISTENT, f"{group.place}/GrpSts", "another status than the transaction's")
    _check(message, transaction.place)
    return message


def _read(header: Fields, transaction: Fields, group: Fields | None) -> StatusReport:
    reference = transaction.maybe("OrgnlTxRef")
    above = () if group is None else read_reasons(group, "StsRsnInf")
    return StatusReport(
        message_id=header.value("MsgId", MAX35),
        created_at=header.one("CreDtTm").moment(),
        original=read_original(transaction, group),
        status=transaction.value("TxSts", STATUS),
        instructing_agent=agent_of("InstgAgt", transaction, header),
        instructed_agent=agent_of("InstdAgt", transaction, header),
        reasons=read_reasons(transaction, "StsRsnInf") + above,
        status_id=transaction.text("StsId", MAX35),
        accepted_at=transaction.moment("AccptncDtTm"),
        settlement_date=transaction.day("FctvIntrBkSttlmDt"),
        bank_reference=transaction.text("AcctSvcrRef", MAX35),
        clearing_reference=transaction.text("ClrSysRef", MAX35),
        amount=None if reference is None else reference.open(REFERENCE).money("IntrBkSttlmAmt"),
    )


def _check(message: StatusReport, place: str) -> None:
    if message.status is TransactionStatus.REJECTED and not message.reason_code:
        raise refusal(Iso20022Error.MISSING, f"{place}/StsRsnInf/Rsn", "missing, and a rejection gives a reason")
