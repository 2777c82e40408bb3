"""camt.053, camt.052 and camt.054: the bank's word on an account, at the end of the day, during it, or entry by entry.

Read in versions 02, 04 and 08, written in 08. Source: the ISO 20022 schemas of camt.052.001.08 and camt.054.001.08,
whose structure camt.053.001.08 shares; the earlier versions differ in what is read here by the entry's status alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from shared.formats.iso20022.balances import check_currency, check_statement
from shared.formats.iso20022.entries_xml import DIRECTION, read_entry, write_entry
from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.kinds import (
    CODE4,
    FLAG,
    MAX34,
    MAX35,
    NARRATIVE500,
    PAGE_NUMBER,
    SEQUENCE_NUMBER,
    pattern,
)
from shared.formats.iso20022.parts import ACCOUNT
from shared.formats.iso20022.reading import Node, read_document
from shared.formats.iso20022.statements import AccountMessage, Balance, MessageKind, Page, Statement
from shared.formats.iso20022.summary import check_summary, write_summary
from shared.formats.iso20022.writing import Writer

VERSIONS = ("02", "04", "08")
VERSION_WRITTEN = "08"
SIZE_MAX_BYTES = 10 * 2**20  # some 20,000 entries; a bank cuts a longer statement into pages
WHOLE = Page(number=1, last=True)
CODE_LENGTH_MAX = 4
HEADER = "MsgId CreDtTm MsgRcpt? MsgPgntn? OrgnlBizQry? AddtlInf?"
REPORT = (
    "Id {name}Pgntn? ElctrncSeqNb? RptgSeq? LglSeqNb? CreDtTm? FrToDt? CpyDplctInd? RptgSrc? Acct RltdAcct? Intrst* "
    "Bal* TxsSummry? Ntry* Addtl{name}Inf?"
)
OWN_ACCOUNT = f"{ACCOUNT} Ownr? Svcr?"
CURRENCY = pattern(r"[A-Z]{3}", "a currency of three capital letters")
IBAN = pattern(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}", "an IBAN")


@dataclass(frozen=True, slots=True)
class Names:
    """What the elements of one kind of message are called."""

    body: str
    report: str


NAMES = {
    MessageKind.STATEMENT: Names("BkToCstmrStmt", "Stmt"),
    MessageKind.INTRADAY: Names("BkToCstmrAcctRpt", "Rpt"),
    MessageKind.NOTIFICATION: Names("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
ACCEPTED = {f"{kind}.001.{version}": kind for kind in MessageKind for version in VERSIONS}


def from_xml(data: bytes, *, local: tzinfo = UTC) -> AccountMessage:
    """The message in these bytes; `local` is the zone of times that name none. Raises the codes of errors.py.

    A statement that is whole, on one page, must add up: opening balance, booked entries, closing balance. The pages of
    a longer one are put together, and then checked, by `balances.join_pages`.
    """
    name, document = read_document(data, ACCEPTED, local, size_max_bytes=SIZE_MAX_BYTES)
    names = NAMES[ACCEPTED[name]]
    body = document.open(names.body).one(names.body).open(f"GrpHdr {names.report}+ SplmtryData*")
    header = body.one("GrpHdr").open(HEADER)
    page = _read_page(header.maybe("MsgPgntn"))
    message = AccountMessage(
        kind=ACCEPTED[name],
        message_id=header.value("MsgId", MAX35),
        created_at=header.one("CreDtTm").moment(),
        statements=tuple(_read_statement(node, names.report, page) for node in body.every(names.report)),
        page=page,
        additional_info=header.text("AddtlInf", NARRATIVE500),
    )
    _check(message, document.place)
    return message


def to_xml(message: AccountMessage) -> bytes:
    """The message in the canonical form of version 08. Raises MISSING, INVALID_VALUE or INCONSISTENT."""
    names = NAMES[message.kind]
    out = Writer(f"{message.kind}.001.{VERSION_WRITTEN}")
    _check(message, out.place)
    with out.inside(names.body):
        with out.inside("GrpHdr"):
            out.put("MsgId", MAX35, message.message_id)
            out.moment("CreDtTm", message.created_at)
            _write_page(out, "MsgPgntn", message.page)
            out.put_text("AddtlInf", NARRATIVE500, message.additional_info)
        for number, statement in enumerate(message.statements, 1):
            with out.inside(names.report, number=number):
                whole = (statement.page or message.page or WHOLE).whole
                _write_statement(out, statement, names.report, whole=whole)
    return out.done()


def _check(message: AccountMessage, place: str) -> None:
    names = NAMES[message.kind]
    if not message.statements:
        raise refusal(Iso20022Error.MISSING, f"{place}/{names.body}/{names.report}", "missing")
    for number, statement in enumerate(message.statements, 1):
        where = f"{place}/{names.body}/{names.report}[{number}]"
        if message.kind is MessageKind.NOTIFICATION and statement.balances:
            raise refusal(Iso20022Error.UNEXPECTED, f"{where}/Bal", "a notification has no balances")
        if message.kind is MessageKind.STATEMENT and (statement.page or message.page or WHOLE).whole:
            check_statement(statement, where)
        else:
            check_currency(statement, where)


def _read_statement(node: Node, name: str, page: Page | None) -> Statement:
    fields = node.open(REPORT.format(name=name))
    account = fields.one("Acct").open(OWN_ACCOUNT)
    identification = account.one("Id").open("(IBAN|Othr)")
    iban = identification.maybe_value("IBAN", IBAN)
    statement = Statement(
        id=fields.value("Id", MAX35),
        account=iban or identification.one("Othr").open("Id SchmeNm? Issr?").value("Id", MAX34),
        account_is_iban=iban is not None,
        currency=account.text("Ccy", CURRENCY),
        created_at=fields.moment("CreDtTm"),
        sequence_number=fields.maybe_value("ElctrncSeqNb", SEQUENCE_NUMBER),
        page=_read_page(fields.maybe(f"{name}Pgntn")),
        balances=tuple(_read_balance(one) for one in fields.every("Bal")),
        entries=tuple(read_entry(one) for one in fields.every("Ntry")),
        additional_info=fields.text(f"Addtl{name}Inf", NARRATIVE500),
    )
    summary = fields.maybe("TxsSummry")
    if summary is not None and (statement.page or page or WHOLE).whole:
        check_summary(summary, statement)
    return statement


def _read_page(node: Node | None) -> Page | None:
    if node is None:
        return None
    fields = node.open("PgNb LastPgInd")
    return Page(fields.value("PgNb", PAGE_NUMBER), fields.value("LastPgInd", FLAG))


def _read_balance(node: Node) -> Balance:
    fields = node.open("Tp CdtLine* Amt CdtDbtInd Dt Avlbty*")
    kind = fields.one("Tp").open("CdOrPrtry SubTp?").one("CdOrPrtry").open("(Cd|Prtry)")
    return Balance(
        kind=kind.maybe_value("Cd", CODE4) or kind.text("Prtry", MAX35),
        amount=fields.one("Amt").money(),
        direction=fields.value("CdtDbtInd", DIRECTION),
        date=fields.one("Dt").day(),
    )


def _write_page(out: Writer, name: str, page: Page | None) -> None:
    if page is not None:
        with out.inside(name):
            out.put("PgNb", PAGE_NUMBER, page.number)
            out.put("LastPgInd", FLAG, page.last)


def _write_statement(out: Writer, statement: Statement, name: str, *, whole: bool) -> None:
    out.put("Id", MAX35, statement.id)
    _write_page(out, f"{name}Pgntn", statement.page)
    out.put_maybe("ElctrncSeqNb", SEQUENCE_NUMBER, statement.sequence_number)
    out.moment("CreDtTm", statement.created_at)
    with out.inside("Acct"):
        with out.inside("Id"):
            if statement.account_is_iban:
                out.put("IBAN", IBAN, statement.account)
            else:
                with out.inside("Othr"):
                    out.put("Id", MAX34, statement.account)
        out.put_text("Ccy", CURRENCY, statement.currency)
    for number, balance in enumerate(statement.balances, 1):
        with out.inside("Bal", number=number):
            with out.inside("Tp", "CdOrPrtry"):
                is_code = len(balance.kind) <= CODE_LENGTH_MAX
                out.put("Cd" if is_code else "Prtry", CODE4 if is_code else MAX35, balance.kind)
            out.money("Amt", balance.amount)
            out.put("CdtDbtInd", DIRECTION, balance.direction)
            out.put_day("Dt", balance.date)
    if whole:
        write_summary(out, statement)
    for number, entry in enumerate(statement.entries, 1):
        write_entry(out, entry, number)
    out.put_text(f"Addtl{name}Inf", NARRATIVE500, statement.additional_info)
