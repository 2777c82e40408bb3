"""pacs.004.001.10, payment return: money of one settled payment comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.header import (
    check_one_transaction,
    check_positive,
    read_settlement,
    settlement_day,
    write_settlement,
)
from shared.formats.iso20022.kinds import COUNT, DATE, FLAG, MAX35
from shared.formats.iso20022.original import Original, read_original, write_original
from shared.formats.iso20022.pacs008 import CHARGE_BEARER, ChargeBearer
from shared.formats.iso20022.parts import Agent, Party, agent_of, read_party, write_account, write_agent, write_party
from shared.formats.iso20022.reading import Fields, Node, read_document
from shared.formats.iso20022.status import ReasonGiven, first_code, read_reasons, write_reasons
from shared.formats.iso20022.writing import Writer
from shared.kernel.money import Money

MESSAGE = "pacs.004.001.10"
HEADER = (
    "MsgId CreDtTm Authstn* BtchBookg? NbOfTxs CtrlSum? GrpRtr? TtlRtrdIntrBkSttlmAmt? IntrBkSttlmDt? SttlmInf "
    "InstgAgt? InstdAgt?"
)
GROUP = "OrgnlMsgId OrgnlMsgNmId OrgnlCreDtTm? RtrRsnInf*"
TRANSACTION = (
    "RtrId? OrgnlGrpInf? OrgnlInstrId? OrgnlEndToEndId? OrgnlTxId? OrgnlUETR? OrgnlClrSysRef? OrgnlIntrBkSttlmAmt? "
    "OrgnlIntrBkSttlmDt? RtrdIntrBkSttlmAmt IntrBkSttlmDt? SttlmPrty? SttlmTmIndctn? RtrdInstdAmt? XchgRate? "
    "CompstnAmt? ChrgBr? ChrgsInf* ClrSysRef? InstgAgt? InstdAgt? RtrChain? RtrRsnInf* OrgnlTxRef? SplmtryData*"
)
CHAIN = (
    "UltmtDbtr? Dbtr DbtrAcct? InitgPty? DbtrAgt? DbtrAgtAcct? PrvsInstgAgt1? PrvsInstgAgt1Acct? PrvsInstgAgt2? "
    "PrvsInstgAgt2Acct? PrvsInstgAgt3? PrvsInstgAgt3Acct? IntrmyAgt1? IntrmyAgt1Acct? IntrmyAgt2? IntrmyAgt2Acct? "
    "IntrmyAgt3? IntrmyAgt3Acct? CdtrAgt? CdtrAgtAcct? Cdtr CdtrAcct? UltmtCdtr?"
)


@dataclass(frozen=True, slots=True)
class ReturnChain:
    """Between whom the money goes back: the debtor of the return is the creditor of the original."""

    debtor: Party
    creditor: Party


@dataclass(frozen=True, slots=True)
class PaymentReturn:
    """One return. `returned` is what comes back, above zero; `original_amount` what the payment moved, if said.

    A part may come back, or come back in several returns: that it is not more than was sent is for the reader to know.
    """

    message_id: str
    created_at: datetime
    clearing_system: str
    original: Original
    returned: Money
    instructing_agent: Agent
    instructed_agent: Agent
    reasons: tuple[ReasonGiven, ...]
    return_id: str = ""
    original_amount: Money | None = None
    original_settlement_date: date | None = None
    settlement_date: date | None = None
    charge_bearer: ChargeBearer | None = None
    clearing_reference: str = ""
    chain: ReturnChain | None = None

    @property
    def reason_code(self) -> str:
        """The first reason's code."""
        return first_code(self.reasons)


def to_xml(message: PaymentReturn) -> bytes:
    """The message in its canonical form. Raises MISSING, INVALID_VALUE or INCONSISTENT where it would not be valid."""
    out = Writer(MESSAGE)
    with out.inside("PmtRtr"):
        with out.inside("GrpHdr"):
            out.put("MsgId", MAX35, message.message_id)
            out.moment("CreDtTm", message.created_at)
            out.put("NbOfTxs", COUNT, 1)
            write_settlement(out, message.clearing_system)
        with out.inside("TxInf"):
            _check(message, out.place)
            out.put_text("RtrId", MAX35, message.return_id)
            write_original(out, message.original)
            out.money("OrgnlIntrBkSttlmAmt", message.original_amount)
            out.put_maybe("OrgnlIntrBkSttlmDt", DATE, message.original_settlement_date)
            out.money("RtrdIntrBkSttlmAmt", message.returned)
            out.put_maybe("IntrBkSttlmDt", DATE, message.settlement_date)
            out.put_maybe("ChrgBr", CHARGE_BEARER, message.charge_bearer)
            out.put_text("ClrSysRef", MAX35, message.clearing_reference)
            write_agent(out, "InstgAgt", message.instructing_agent)
            write_agent(out, "InstdAgt", message.instructed_agent)
            if message.chain is not None:
                _write_chain(out, message.chain)
            write_reasons(out, "RtrRsnInf", message.reasons)
    return out.done()


def from_xml(data: bytes, *, local: tzinfo = UTC) -> PaymentReturn:
    """The return in these bytes; `local` is the zone of times that name none. Raises the codes of errors.py.

    A return of a whole group, which names no transaction, is refused.
    """
    _, document = read_document(data, {MESSAGE}, local)
    body = document.open("PmtRtr").one("PmtRtr").open("GrpHdr OrgnlGrpInf? TxInf* SplmtryData*")
    header = body.one("GrpHdr").open(HEADER)
    if header.maybe_value("GrpRtr", FLAG):
        raise refusal(Iso20022Error.INVALID_VALUE, f"{header.place}/GrpRtr", "the return of a group is not read here")
    transaction = body.single("TxInf").open(TRANSACTION)
    above = body.maybe("OrgnlGrpInf")
    message = _read(header, transaction, None if above is None else above.open(GROUP))
    check_one_transaction(header, message.returned, "TtlRtrdIntrBkSttlmAmt")
    _check(message, transaction.place)
    return message


def _read(header: Fields, transaction: Fields, group: Fields | None) -> PaymentReturn:
    chain = transaction.maybe("RtrChain")
    above = () if group is None else read_reasons(group, "RtrRsnInf")
    return PaymentReturn(
        message_id=header.value("MsgId", MAX35),
        created_at=header.one("CreDtTm").moment(),
        clearing_system=read_settlement(header),
        original=read_original(transaction, group),
        returned=transaction.one("RtrdIntrBkSttlmAmt").money(),
        instructing_agent=agent_of("InstgAgt", transaction, header),
        instructed_agent=agent_of("InstdAgt", transaction, header),
        reasons=read_reasons(transaction, "RtrRsnInf") + above,
        return_id=transaction.text("RtrId", MAX35),
        original_amount=transaction.money("OrgnlIntrBkSttlmAmt"),
        original_settlement_date=transaction.maybe_value("OrgnlIntrBkSttlmDt", DATE),
        settlement_date=settlement_day(transaction, header),
        charge_bearer=transaction.maybe_value("ChrgBr", CHARGE_BEARER),
        clearing_reference=transaction.text("ClrSysRef", MAX35),
        chain=None if chain is None else _read_chain(chain),
    )


def _read_chain(node: Node) -> ReturnChain:
    chain = node.open(CHAIN)
    debtor = chain.one("Dbtr").open("(Pty|Agt)").maybe("Pty")
    creditor = chain.one("Cdtr").open("(Pty|Agt)").maybe("Pty")
    return ReturnChain(
        read_party(debtor, chain.maybe("DbtrAcct")),
        read_party(creditor, chain.maybe("CdtrAcct")),
    )


def _write_chain(out: Writer, chain: ReturnChain) -> None:
    with out.inside("RtrChain"):
        for name, party in (("Dbtr", chain.debtor), ("Cdtr", chain.creditor)):
            with out.inside(name, "Pty"):
                write_party(out, party)
            write_account(out, f"{name}Acct", party.account)


def _check(message: PaymentReturn, place: str) -> None:
    check_positive(message.returned, f"{place}/RtrdIntrBkSttlmAmt")
    original = message.original_amount
    if original is not None and original.currency != message.returned.currency:
        raise refusal(
            Iso20022Error.INCONSISTENT, f"{place}/RtrdIntrBkSttlmAmt/@Ccy", "another currency than the original's"
        )
    if not message.reason_code:
        raise refusal(Iso20022Error.MISSING, f"{place}/RtrRsnInf/Rsn", "missing, and a return gives a reason")
