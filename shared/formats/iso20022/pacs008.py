"""pacs.008.001.08, customer credit transfer: one payment, as RTP and FedNow carry it.

Source: the ISO 20022 schema of this version, and the FedNow and RTP message profiles: one transaction in a message,
settlement by the clearing system (`CLRG`), banks named by routing number, accounts by `Othr`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum

from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.header import (
    check_one_transaction,
    check_positive,
    read_settlement,
    settlement_day,
    write_settlement,
)
from shared.formats.iso20022.kinds import COUNT, DATE, LOCAL_INSTRUMENT, MAX35, NARRATIVE140, UETR, codes
from shared.formats.iso20022.parts import (
    Agent,
    Code,
    Party,
    agent_of,
    read_agent,
    read_code,
    read_party,
    write_account,
    write_agent,
    write_code,
    write_party,
)
from shared.formats.iso20022.reading import Fields, read_document
from shared.formats.iso20022.writing import Writer
from shared.kernel.money import Money

MESSAGE = "pacs.008.001.08"
HEADER = (
    "MsgId CreDtTm BtchBookg? NbOfTxs CtrlSum? TtlIntrBkSttlmAmt? IntrBkSttlmDt? SttlmInf PmtTpInf? InstgAgt? InstdAgt?"
)
TRANSACTION = (
    "PmtId PmtTpInf? IntrBkSttlmAmt IntrBkSttlmDt? SttlmPrty? SttlmTmIndctn? SttlmTmReq? AccptncDtTm? PoolgAdjstmntDt? "
    "InstdAmt? XchgRate? ChrgBr ChrgsInf* PrvsInstgAgt1? PrvsInstgAgt1Acct? PrvsInstgAgt2? PrvsInstgAgt2Acct? "
    "PrvsInstgAgt3? PrvsInstgAgt3Acct? InstgAgt? InstdAgt? IntrmyAgt1? IntrmyAgt1Acct? IntrmyAgt2? IntrmyAgt2Acct? "
    "IntrmyAgt3? IntrmyAgt3Acct? UltmtDbtr? InitgPty? Dbtr DbtrAcct? DbtrAgt DbtrAgtAcct? CdtrAgt CdtrAgtAcct? Cdtr "
    "CdtrAcct? UltmtCdtr? InstrForCdtrAgt* InstrForNxtAgt* Purp? RgltryRptg* Tax? RltdRmtInf* RmtInf? SplmtryData*"
)
PAYMENT_TYPE = "InstrPrty? ClrChanl? SvcLvl* LclInstrm? CtgyPurp?"


class ChargeBearer(StrEnum):
    """Who bears the charges; RTP and FedNow know SLEV alone: as the service's rules say."""

    DEBTOR = "DEBT"
    CREDITOR = "CRED"
    SHARED = "SHAR"
    SERVICE_LEVEL = "SLEV"


CHARGE_BEARER = codes(ChargeBearer)


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """One payment from bank to bank. Identifiers have at most 35 characters; what is empty or None is not there.

    `clearing_system` is a code of ExternalCashClearingSystem (`TCH` for RTP, `FDN` for FedNow). `amount` is what is
    settled between the banks, above zero. `remittance` holds lines of at most 140 characters.
    """

    message_id: str
    created_at: datetime
    clearing_system: str
    end_to_end_id: str
    amount: Money
    instructing_agent: Agent
    instructed_agent: Agent
    debtor: Party
    debtor_agent: Agent
    creditor_agent: Agent
    creditor: Party
    instruction_id: str = ""
    transaction_id: str = ""
    uetr: str = ""
    settlement_date: date | None = None
    charge_bearer: ChargeBearer = ChargeBearer.SERVICE_LEVEL
    service_levels: tuple[Code, ...] = ()
    local_instrument: Code | None = None
    category_purpose: Code | None = None
    purpose: Code | None = None
    remittance: tuple[str, ...] = field(default=(), repr=False)


def to_xml(message: CreditTransfer) -> bytes:
    """The message in its canonical form. Raises MISSING, INVALID_VALUE or INCONSISTENT where it would not be valid."""
    out = Writer(MESSAGE)
    with out.inside("FIToFICstmrCdtTrf"):
        with out.inside("GrpHdr"):
            out.put("MsgId", MAX35, message.message_id)
            out.moment("CreDtTm", message.created_at)
            out.put("NbOfTxs", COUNT, 1)
            write_settlement(out, message.clearing_system)
        with out.inside("CdtTrfTxInf"):
            _write_transaction(out, message)
    return out.done()


def from_xml(data: bytes, *, local: tzinfo = UTC) -> CreditTransfer:
    """The payment in these bytes; `local` is the zone of times that name none. Raises the codes of errors.py."""
    _, document = read_document(data, {MESSAGE}, local)
    body = document.open("FIToFICstmrCdtTrf").one("FIToFICstmrCdtTrf").open("GrpHdr CdtTrfTxInf+ SplmtryData*")
    header = body.one("GrpHdr").open(HEADER)
    transaction = body.single("CdtTrfTxInf").open(TRANSACTION)
    message = _read(header, transaction)
    check_one_transaction(header, message.amount, "TtlIntrBkSttlmAmt")
    _check(message, transaction.place)
    return message


def _read(header: Fields, transaction: Fields) -> CreditTransfer:
    ids = transaction.one("PmtId").open("InstrId? EndToEndId TxId? UETR? ClrSysRef?")
    types = transaction.maybe("PmtTpInf") or header.maybe("PmtTpInf")
    kind = None if types is None else types.open(PAYMENT_TYPE)
    remittance = transaction.maybe("RmtInf")
    return CreditTransfer(
        message_id=header.value("MsgId", MAX35),
        created_at=header.one("CreDtTm").moment(),
        clearing_system=read_settlement(header),
        end_to_end_id=ids.value("EndToEndId", MAX35),
        amount=transaction.one("IntrBkSttlmAmt").money(),
        instructing_agent=agent_of("InstgAgt", transaction, header),
        instructed_agent=agent_of("InstdAgt", transaction, header),
        debtor=read_party(transaction.one("Dbtr"), transaction.maybe("DbtrAcct")),
        debtor_agent=read_agent(transaction.one("DbtrAgt")),
        creditor_agent=read_agent(transaction.one("CdtrAgt")),
        creditor=read_party(transaction.one("Cdtr"), transaction.maybe("CdtrAcct")),
        instruction_id=ids.text("InstrId", MAX35),
        transaction_id=ids.text("TxId", MAX35),
        uetr=ids.text("UETR", UETR),
        settlement_date=settlement_day(transaction, header),
        charge_bearer=transaction.value("ChrgBr", CHARGE_BEARER),
        service_levels=() if kind is None else tuple(c for n in kind.every("SvcLvl") if (c := read_code(n))),
        local_instrument=None if kind is None else read_code(kind.maybe("LclInstrm"), LOCAL_INSTRUMENT),
        category_purpose=None if kind is None else read_code(kind.maybe("CtgyPurp")),
        purpose=read_code(transaction.maybe("Purp")),
        remittance=() if remittance is None else remittance.open("Ustrd* Strd*").texts("Ustrd", NARRATIVE140),
    )


def _write_transaction(out: Writer, message: CreditTransfer) -> None:
    _check(message, out.place)
    with out.inside("PmtId"):
        out.put_text("InstrId", MAX35, message.instruction_id)
        out.put("EndToEndId", MAX35, message.end_to_end_id)
        out.put_text("TxId", MAX35, message.transaction_id)
        out.put_text("UETR", UETR, message.uetr)
    if message.service_levels or message.local_instrument or message.category_purpose:
        with out.inside("PmtTpInf"):
            for level in message.service_levels:
                write_code(out, "SvcLvl", level)
            write_code(out, "LclInstrm", message.local_instrument, LOCAL_INSTRUMENT)
            write_code(out, "CtgyPurp", message.category_purpose)
    out.money("IntrBkSttlmAmt", message.amount)
    out.put_maybe("IntrBkSttlmDt", DATE, message.settlement_date)
    out.put("ChrgBr", CHARGE_BEARER, message.charge_bearer)
    write_agent(out, "InstgAgt", message.instructing_agent)
    write_agent(out, "InstdAgt", message.instructed_agent)
    with out.inside("Dbtr"):
        write_party(out, message.debtor)
    write_account(out, "DbtrAcct", message.debtor.account)
    write_agent(out, "DbtrAgt", message.debtor_agent)
    write_agent(out, "CdtrAgt", message.creditor_agent)
    with out.inside("Cdtr"):
        write_party(out, message.creditor)
    write_account(out, "CdtrAcct", message.creditor.account)
    write_code(out, "Purp", message.purpose)
    if message.remittance:
        with out.inside("RmtInf"):
            out.put_texts("Ustrd", NARRATIVE140, message.remittance)


def _check(message: CreditTransfer, place: str) -> None:
    """What the schema leaves open and every payment has: an amount, and both sides by name and account."""
    check_positive(message.amount, f"{place}/IntrBkSttlmAmt")
    for name, party in (("Dbtr", message.debtor), ("Cdtr", message.creditor)):
        if not party.name:
            raise refusal(Iso20022Error.MISSING, f"{place}/{name}/Nm", "missing")
        if not party.account:
            raise refusal(Iso20022Error.MISSING, f"{place}/{name}Acct", "missing")
