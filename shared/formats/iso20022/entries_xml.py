"""Entries read and written: the elements of `Ntry`."""

from __future__ import annotations

from shared.formats.iso20022.entries import (
    Batch,
    CreditDebit,
    Entry,
    EntryDetails,
    EntryStatus,
    EntryTransaction,
    ReturnInformation,
    TransactionCode,
)
from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.kinds import (
    CODE4,
    COUNT,
    FLAG,
    MAX35,
    NARRATIVE105,
    NARRATIVE140,
    NARRATIVE500,
    UETR,
    codes,
)
from shared.formats.iso20022.parts import read_code, write_code
from shared.formats.iso20022.reading import Fields, Node
from shared.formats.iso20022.writing import Writer

ENTRY = (
    "NtryRef? Amt CdtDbtInd RvslInd? Sts BookgDt? ValDt? AcctSvcrRef? Avlbty* BkTxCd ComssnWvrInd? AddtlInfInd? "
    "AmtDtls? Chrgs* TechInptChanl? Intrst* CardTx? NtryDtls* AddtlNtryInf?"
)
DETAILS = "Btch? TxDtls*"
BATCH = "MsgId? PmtInfId? NbOfTxs? TtlAmt? CdtDbtInd?"
TRANSACTION = (
    "Refs? Amt? CdtDbtInd? AmtDtls? Avlbty* BkTxCd? Chrgs* Intrst* RltdPties? RltdAgts? LclInstrm? Purp? RltdRmtInf* "
    "RmtInf? RltdDts? RltdPric? RltdQties* FinInstrmId? Tax? RtrInf? CorpActn? SfkpgAcct? CshDpst* CardTx? AddtlTxInf? "
    "SplmtryData*"
)
REFERENCES = (
    "MsgId? AcctSvcrRef? PmtInfId? InstrId? EndToEndId? UETR? TxId? MndtId? ChqNb? ClrSysRef? AcctOwnrTxId? "
    "AcctSvcrTxId? MktInfrstrctrTxId? PrcgId? Prtry*"
)
DIRECTION = codes(CreditDebit)
STATUS = codes(EntryStatus)
VERSIONS_WITH_PLAIN_STATUS = (".02", ".03", ".04")  # `<Sts>BOOK</Sts>`; later `<Sts><Cd>BOOK</Cd></Sts>`


def read_entry(node: Node) -> Entry:
    """One `Ntry`."""
    fields = node.open(ENTRY)
    status = fields.one("Sts")
    if not node.reading.message.endswith(VERSIONS_WITH_PLAIN_STATUS):
        status = status.open("(Cd|Prtry)").one("Cd")
    entry = Entry(
        amount=fields.one("Amt").money(),
        direction=fields.value("CdtDbtInd", DIRECTION),
        status=status.value(STATUS),
        code=_read_transaction_code(fields.one("BkTxCd")),
        reversal=fields.maybe_value("RvslInd", FLAG) or False,
        booking_date=fields.day("BookgDt"),
        value_date=fields.day("ValDt"),
        bank_reference=fields.text("AcctSvcrRef", MAX35),
        entry_reference=fields.text("NtryRef", MAX35),
        details=tuple(_read_details(one) for one in fields.every("NtryDtls")),
        additional_info=fields.text("AddtlNtryInf", NARRATIVE500),
    )
    check_entry(entry, node.place)
    return entry


def check_entry(entry: Entry, place: str) -> None:
    """What is booked was booked on a day, and a batch holds no more payments than it says. MISSING, INCONSISTENT."""
    if entry.status is EntryStatus.BOOKED and entry.booking_date is None:
        raise refusal(Iso20022Error.MISSING, f"{place}/BookgDt", "missing, and the entry is booked")
    for number, details in enumerate(entry.details, 1):
        count = None if details.batch is None else details.batch.count
        if count is not None and len(details.transactions) > count:
            raise refusal(
                Iso20022Error.INCONSISTENT, f"{place}/NtryDtls[{number}]/Btch/NbOfTxs", "less than the transactions"
            )


def _read_transaction_code(node: Node) -> TransactionCode:
    fields = node.open("Domn? Prtry?")
    domain, proprietary = fields.maybe("Domn"), fields.maybe("Prtry")
    own = "" if proprietary is None else proprietary.open("Cd Issr?").value("Cd", MAX35)
    if domain is None:
        if not own:
            raise refusal(Iso20022Error.MISSING, f"{node.place}/Domn|Prtry", "missing")
        return TransactionCode(proprietary=own)
    parts = domain.open("Cd Fmly")
    family = parts.one("Fmly").open("Cd SubFmlyCd")
    return TransactionCode(parts.value("Cd", CODE4), family.value("Cd", CODE4), family.value("SubFmlyCd", CODE4), own)


def _read_details(node: Node) -> EntryDetails:
    fields = node.open(DETAILS)
    batch = fields.maybe("Btch")
    return EntryDetails(
        None if batch is None else _read_batch(batch.open(BATCH)),
        tuple(_read_transaction(one) for one in fields.every("TxDtls")),
    )


def _read_batch(fields: Fields) -> Batch:
    return Batch(
        message_id=fields.text("MsgId", MAX35),
        payment_information_id=fields.text("PmtInfId", MAX35),
        count=fields.maybe_value("NbOfTxs", COUNT),
        total=fields.money("TtlAmt"),
        direction=fields.maybe_value("CdtDbtInd", DIRECTION),
    )


def _read_transaction(node: Node) -> EntryTransaction:
    fields = node.open(TRANSACTION)
    code, returned, remittance = fields.maybe("BkTxCd"), fields.maybe("RtrInf"), fields.maybe("RmtInf")
    one = EntryTransaction(
        amount=fields.money("Amt"),
        direction=fields.maybe_value("CdtDbtInd", DIRECTION),
        code=None if code is None else _read_transaction_code(code),
        returned=None if returned is None else _read_return(returned),
        remittance=() if remittance is None else remittance.open("Ustrd* Strd*").texts("Ustrd", NARRATIVE140),
        additional_info=fields.text("AddtlTxInf", NARRATIVE500),
    )
    references = fields.maybe("Refs")
    return one if references is None else _with_references(one, references.open(REFERENCES))


def _with_references(one: EntryTransaction, references: Fields) -> EntryTransaction:
    return EntryTransaction(
        message_id=references.text("MsgId", MAX35),
        bank_reference=references.text("AcctSvcrRef", MAX35),
        payment_information_id=references.text("PmtInfId", MAX35),
        instruction_id=references.text("InstrId", MAX35),
        end_to_end_id=references.text("EndToEndId", MAX35),
        uetr=references.text("UETR", UETR),
        transaction_id=references.text("TxId", MAX35),
        clearing_reference=references.text("ClrSysRef", MAX35),
        amount=one.amount,
        direction=one.direction,
        code=one.code,
        returned=one.returned,
        remittance=one.remittance,
        additional_info=one.additional_info,
    )


def _read_return(node: Node) -> ReturnInformation:
    fields = node.open("OrgnlBkTxCd? Orgtr? Rsn? AddtlInf*")
    code = fields.maybe("OrgnlBkTxCd")
    return ReturnInformation(
        read_code(fields.maybe("Rsn")),
        None if code is None else _read_transaction_code(code),
        fields.texts("AddtlInf", NARRATIVE105),
    )


def write_entry(out: Writer, entry: Entry, number: int) -> None:
    """One `Ntry`, in the form of version 08."""
    with out.inside("Ntry", number=number):
        check_entry(entry, out.place)
        out.put_text("NtryRef", MAX35, entry.entry_reference)
        out.money("Amt", entry.amount)
        out.put("CdtDbtInd", DIRECTION, entry.direction)
        if entry.reversal:
            out.put("RvslInd", FLAG, value=True)
        with out.inside("Sts"):
            out.put("Cd", STATUS, entry.status)
        out.put_day("BookgDt", entry.booking_date)
        out.put_day("ValDt", entry.value_date)
        out.put_text("AcctSvcrRef", MAX35, entry.bank_reference)
        _write_transaction_code(out, "BkTxCd", entry.code)
        for at, details in enumerate(entry.details, 1):
            with out.inside("NtryDtls", number=at):
                _write_details(out, details)
        out.put_text("AddtlNtryInf", NARRATIVE500, entry.additional_info)


def _write_details(out: Writer, details: EntryDetails) -> None:
    batch = details.batch
    if batch is not None:
        with out.inside("Btch"):
            out.put_text("MsgId", MAX35, batch.message_id)
            out.put_text("PmtInfId", MAX35, batch.payment_information_id)
            out.put_maybe("NbOfTxs", COUNT, batch.count)
            out.money("TtlAmt", batch.total)
            out.put_maybe("CdtDbtInd", DIRECTION, batch.direction)
    for number, one in enumerate(details.transactions, 1):
        with out.inside("TxDtls", number=number):
            _write_transaction(out, one)


def _write_transaction(out: Writer, one: EntryTransaction) -> None:
    references = (
        ("MsgId", MAX35, one.message_id),
        ("AcctSvcrRef", MAX35, one.bank_reference),
        ("PmtInfId", MAX35, one.payment_information_id),
        ("InstrId", MAX35, one.instruction_id),
        ("EndToEndId", MAX35, one.end_to_end_id),
        ("UETR", UETR, one.uetr),
        ("TxId", MAX35, one.transaction_id),
        ("ClrSysRef", MAX35, one.clearing_reference),
    )
    if any(value for _, _, value in references):
        with out.inside("Refs"):
            for name, kind, value in references:
                out.put_text(name, kind, value)
    out.money("Amt", one.amount)
    out.put_maybe("CdtDbtInd", DIRECTION, one.direction)
    if one.code is not None:
        _write_transaction_code(out, "BkTxCd", one.code)
    if one.remittance:
        with out.inside("RmtInf"):
            out.put_texts("Ustrd", NARRATIVE140, one.remittance)
    if one.returned is not None:
        with out.inside("RtrInf"):
            if one.returned.original_code is not None:
                _write_transaction_code(out, "OrgnlBkTxCd", one.returned.original_code)
            write_code(out, "Rsn", one.returned.reason)
            out.put_texts("AddtlInf", NARRATIVE105, one.returned.additional_info)
    out.put_text("AddtlTxInf", NARRATIVE500, one.additional_info)


def _write_transaction_code(out: Writer, name: str, code: TransactionCode) -> None:
    with out.inside(name):
        if not code.domain and not code.proprietary:
            raise refusal(Iso20022Error.MISSING, f"{out.place}/Domn|Prtry", "missing")
        if code.domain:
            with out.inside("Domn"):
                out.put("Cd", CODE4, code.domain)
                with out.inside("Fmly"):
                    out.put("Cd", CODE4, code.family)
                    out.put("SubFmlyCd", CODE4, code.subfamily)
        if code.proprietary:
            with out.inside("Prtry"):
                out.put("Cd", MAX35, code.proprietary)
