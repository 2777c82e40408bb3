"""Messages that are refused: one line is one broken message, with the place and the code that the refusal names."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from shared.formats.iso20022 import camt, pacs002, pacs004, pacs008, pacs028
from shared.formats.iso20022.errors import Iso20022Error
from shared.formats.iso20022.original import Original
from shared.formats.iso20022.pacs008 import CreditTransfer
from shared.formats.iso20022.parts import Address, Agent, Code, Party
from shared.formats.iso20022.status import ReasonGiven, TransactionStatus
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from tests.unit.formats.iso20022 import messages
from tests.unit.formats.iso20022.messages import FULL_TRANSFER, REPORT, REQUEST, RETURN, TRANSFER, Format

MISSING, UNEXPECTED = Iso20022Error.MISSING, Iso20022Error.UNEXPECTED
INVALID, INCONSISTENT = Iso20022Error.INVALID_VALUE, Iso20022Error.INCONSISTENT
UNKNOWN = Iso20022Error.UNKNOWN_MESSAGE

T = "/Document/FIToFICstmrCdtTrf"
TX = f"{T}/CdtTrfTxInf"
AMOUNT = f"{TX}/IntrBkSttlmAmt"
# What is replaced in the least transfer, by what; the place and the code.
TRANSFERS: list[tuple[str, str, str, Iso20022Error]] = [
    ("pacs.008.001.08", "pacs.008.001.09", "/", UNKNOWN),
    ("pacs.008.001.08", "pacs.009.001.08", "/", UNKNOWN),
    ("urn:iso:std:iso:20022:tech:xsd:", "urn:other:", "/", UNKNOWN),
    (' xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"', "", "/", UNKNOWN),
    ("Document", "Envelope", "/", UNKNOWN),
    ("<Document ", '<Document version="8" ', "/Document/@*", UNEXPECTED),
    ("FIToFICstmrCdtTrf", "FIToFIPmtStsRpt", "/Document", UNEXPECTED),
    ("<GrpHdr>", '<GrpHdr xmlns="urn:other">', T, UNEXPECTED),
    ("<GrpHdr>", '<GrpHdr xmlns="">', T, UNEXPECTED),
    ("<GrpHdr>", "<GrpHdr>text", f"{T}/GrpHdr", UNEXPECTED),
    ("</MsgId>", "</MsgId>text", f"{T}/GrpHdr", UNEXPECTED),
    ("<MsgId>M1</MsgId>", "", f"{T}/GrpHdr/MsgId", MISSING),
    ("<MsgId>M1</MsgId>", "<MsgId/>", f"{T}/GrpHdr/MsgId", INVALID),
    ("<MsgId>M1</MsgId>", "<MsgId>  </MsgId>", f"{T}/GrpHdr/MsgId", INVALID),
    ("<MsgId>M1</MsgId>", f"<MsgId>{'M' * 36}</MsgId>", f"{T}/GrpHdr/MsgId", INVALID),
    ("<MsgId>M1</MsgId>", "<MsgId>M\n1</MsgId>", f"{T}/GrpHdr/MsgId", INVALID),
    ("<MsgId>M1</MsgId>", "<MsgId>M&#133;1</MsgId>", f"{T}/GrpHdr/MsgId", INVALID),
    ("<MsgId>M1</MsgId>", "<MsgId><b>M1</b></MsgId>", f"{T}/GrpHdr/MsgId", UNEXPECTED),
    ("<MsgId>M1</MsgId>", '<MsgId a="b">M1</MsgId>', f"{T}/GrpHdr/MsgId/@*", UNEXPECTED),
    ("<MsgId>M1</MsgId>", "<MsgId>M1</MsgId><MsgId>M1</MsgId>", f"{T}/GrpHdr/MsgId", UNEXPECTED),
    ("<MsgId>M1</MsgId>", "<MsgId>M1</MsgId><Shadow>1</Shadow>", f"{T}/GrpHdr", UNEXPECTED),
    ("<NbOfTxs>1</NbOfTxs>", "", f"{T}/GrpHdr/NbOfTxs", MISSING),
    ("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>2</NbOfTxs>", f"{T}/GrpHdr/NbOfTxs", INCONSISTENT),
    ("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>+1</NbOfTxs>", f"{T}/GrpHdr/NbOfTxs", INVALID),
    ("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>1.0</NbOfTxs>", f"{T}/GrpHdr/NbOfTxs", INVALID),
    ("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>\u0661</NbOfTxs>", f"{T}/GrpHdr/NbOfTxs", INVALID),
    ("</NbOfTxs>", "</NbOfTxs><CtrlSum>12.51</CtrlSum>", f"{T}/GrpHdr/CtrlSum", INCONSISTENT),
    ("</NbOfTxs>", "</NbOfTxs><CtrlSum>1.25e1</CtrlSum>", f"{T}/GrpHdr/CtrlSum", INVALID),
    ("</NbOfTxs>", "</NbOfTxs><CtrlSum>NaN</CtrlSum>", f"{T}/GrpHdr/CtrlSum", INVALID),
    (
        "</NbOfTxs>",
        '</NbOfTxs><TtlIntrBkSttlmAmt Ccy="EUR">12.50</TtlIntrBkSttlmAmt>',
        f"{T}/GrpHdr/TtlIntrBkSttlmAmt",
        INCONSISTENT,
    ),
    ("<SttlmMtd>CLRG<", "<SttlmMtd>INDA<", f"{T}/GrpHdr/SttlmInf/SttlmMtd", INVALID),
    ("<ClrSys><Cd>TCH</Cd></ClrSys>", "", f"{T}/GrpHdr/SttlmInf/ClrSys", MISSING),
    ("<Cd>TCH</Cd>", "<Cd>tch</Cd>", f"{T}/GrpHdr/SttlmInf/ClrSys/Cd", INVALID),
    ("<Cd>TCH</Cd>", "", f"{T}/GrpHdr/SttlmInf/ClrSys/Cd|Prtry", MISSING),
    ("<Cd>TCH</Cd>", "<Cd>TCH</Cd><Prtry>RTP</Prtry>", f"{T}/GrpHdr/SttlmInf/ClrSys/Prtry", UNEXPECTED),
    ("2026-03-02T09:30:15.250Z", "2026-03-02", f"{T}/GrpHdr/CreDtTm", INVALID),
    ("2026-03-02T09:30:15.250Z", "2026-02-30T09:30:15Z", f"{T}/GrpHdr/CreDtTm", INVALID),
    ("2026-03-02T09:30:15.250Z", "2026-03-02T24:00:00Z", f"{T}/GrpHdr/CreDtTm", INVALID),
    ("2026-03-02T09:30:15.250Z", "2026-03-02 09:30:15Z", f"{T}/GrpHdr/CreDtTm", INVALID),
    ("2026-03-02T09:30:15.250Z", "0001-01-01T00:00:00Z", f"{T}/GrpHdr/CreDtTm", INVALID),
    ("<EndToEndId>E1</EndToEndId>", "", f"{TX}/PmtId/EndToEndId", MISSING),
    ("</EndToEndId>", "</EndToEndId><InstrId>I1</InstrId>", f"{TX}/PmtId/InstrId", UNEXPECTED),
    ("</EndToEndId>", "</EndToEndId><UETR>8A562C67-CA16-48BA-B074-65581BE6F011</UETR>", f"{TX}/PmtId/UETR", INVALID),
    ("</EndToEndId>", "</EndToEndId><UETR>8a562c67-ca16-18ba-b074-65581be6f011</UETR>", f"{TX}/PmtId/UETR", INVALID),
    ("12.50", "1.25e+01", AMOUNT, INVALID),
    ("12.50", "12.500", AMOUNT, INVALID),
    ("12.50", "-12.50", AMOUNT, INVALID),
    ("12.50", "+12.50", AMOUNT, INVALID),
    ("12.50", "12,50", AMOUNT, INVALID),
    ("12.50", "12.", AMOUNT, INVALID),
    ("12.50", ".50", AMOUNT, INVALID),
    ("12.50", "", AMOUNT, INVALID),
    ("12.50", "0.00", AMOUNT, INVALID),
    ("12.50", "INF", AMOUNT, INVALID),
    ("12.50", "\u0663", AMOUNT, INVALID),
    ("12.50", "1000000000000000.01", AMOUNT, INVALID),
    ("12.50", "1234567890123456789", AMOUNT, INVALID),
    ('Ccy="USD">12.50', 'Ccy="JPY">12.5', AMOUNT, INVALID),
    ('Ccy="USD">12.50', 'Ccy="XXX">12.50', AMOUNT, INVALID),
    ('Ccy="USD">12.50', 'Ccy="usd">12.50', AMOUNT, INVALID),
    (' Ccy="USD"', "", f"{AMOUNT}/@Ccy", MISSING),
    (' Ccy="USD"', ' Ccy="USD" Unit="k"', f"{AMOUNT}/@*", UNEXPECTED),
    ("</CreDtTm><NbOfTxs>1</NbOfTxs>", "</CreDtTm><NbOfTxs>1</NbOfTxs><IntrBkSttlmDt>soon</IntrBkSttlmDt>",
     f"{T}/GrpHdr/IntrBkSttlmDt", INVALID),
    ("<ChrgBr>SLEV</ChrgBr>", "", f"{TX}/ChrgBr", MISSING),
    ("<ChrgBr>SLEV<", "<ChrgBr>FREE<", f"{TX}/ChrgBr", INVALID),
    ("<ChrgBr>", "<IntrBkSttlmDt>2026-03-02Z</IntrBkSttlmDt><ChrgBr>", f"{TX}/IntrBkSttlmDt", INVALID),
    ("<ChrgBr>", "<IntrBkSttlmDt>2026-02-29</IntrBkSttlmDt><ChrgBr>", f"{TX}/IntrBkSttlmDt", INVALID),
    ("<Cd>USABA</Cd></ClrSysId><MmbId>021040078", "<Cd>GBDSC</Cd></ClrSysId><MmbId>021040078",
     f"{TX}/InstgAgt/FinInstnId/ClrSysMmbId/ClrSysId/Cd", INVALID),
    ("<MmbId>021040078</MmbId>", "<MmbId>21040078</MmbId>", f"{TX}/InstgAgt/FinInstnId/ClrSysMmbId/MmbId", INVALID),
    ("<Nm>Ada Payer</Nm>", "", f"{TX}/Dbtr/Nm", MISSING),
    ("<Nm>Bo Payee</Nm>", f"<Nm>{'B' * 141}</Nm>", f"{TX}/Cdtr/Nm", INVALID),
    ("<DbtrAcct><Id><Othr><Id>1001</Id></Othr></Id></DbtrAcct>", "", f"{TX}/DbtrAcct", MISSING),
    ("<Othr><Id>1001</Id></Othr>", "<IBAN>GB33BUKB20201555555555</IBAN>", f"{TX}/DbtrAcct/Id/Othr", MISSING),
    ("<Id>2002</Id>", f"<Id>{'2' * 35}</Id>", f"{TX}/CdtrAcct/Id/Othr/Id", INVALID),
    ("<CdtrAgt>", "<CdtrAgt><Shadow/>", f"{TX}/CdtrAgt", UNEXPECTED),
    ("</CdtTrfTxInf>", "<RmtInf><Ustrd/></RmtInf></CdtTrfTxInf>", f"{TX}/RmtInf/Ustrd[1]", INVALID),
    ("</Nm></Cdtr>", "</Nm><PstlAdr><Ctry>USA</Ctry></PstlAdr></Cdtr>", f"{TX}/Cdtr/PstlAdr/Ctry", INVALID),
    ("</Nm></Cdtr>", f"</Nm><PstlAdr>{'<AdrLine>x</AdrLine>' * 8}</PstlAdr></Cdtr>", f"{TX}/Cdtr/PstlAdr/AdrLine",
     UNEXPECTED),
]  # fmt: skip

S = "/Document/FIToFIPmtStsRpt/TxInfAndSts"
GROUP_STATUS = "/Document/FIToFIPmtStsRpt/OrgnlGrpInfAndSts/GrpSts"


def above(message_id: str, status: str = "") -> str:
    """The original named once above the transaction, as RTP does."""
    inside = f"<OrgnlMsgId>{message_id}</OrgnlMsgId><OrgnlMsgNmId>x</OrgnlMsgNmId>{status}"
    return f"</GrpHdr><OrgnlGrpInfAndSts>{inside}</OrgnlGrpInfAndSts>"


BANK_9 = "<FinInstnId><ClrSysMmbId><MmbId>999999999</MmbId></ClrSysMmbId></FinInstnId>"
REPORTS: list[tuple[str, str, str, Iso20022Error]] = [
    ("pacs.002.001.10", "pacs.002.001.03", "/", UNKNOWN),
    ("<TxSts>ACSC</TxSts>", "", f"{S}/TxSts", MISSING),
    ("<TxSts>ACSC<", "<TxSts>ACCP<", f"{S}/TxSts", INVALID),
    ("<TxSts>ACSC<", "<TxSts>acsc<", f"{S}/TxSts", INVALID),
    ("<TxSts>ACSC<", "<TxSts> ACSC<", f"{S}/TxSts", INVALID),
    ("<TxSts>ACSC<", "<TxSts>RJCT<", f"{S}/StsRsnInf/Rsn", MISSING),
    ("</TxSts>", "</TxSts><StsRsnInf><Rsn><Cd>AC041</Cd></Rsn></StsRsnInf>", f"{S}/StsRsnInf[1]/Rsn/Cd", INVALID),
    ("</TxSts>", "</TxSts><StsRsnInf><Rsn/></StsRsnInf>", f"{S}/StsRsnInf[1]/Rsn/Cd|Prtry", MISSING),
    ("</TxSts>", f"</TxSts><StsRsnInf><AddtlInf>{'x' * 106}</AddtlInf></StsRsnInf>", f"{S}/StsRsnInf[1]/AddtlInf[1]",
     INVALID),
    ("</TxSts>", "</TxSts><FctvIntrBkSttlmDt/>", f"{S}/FctvIntrBkSttlmDt/Dt|DtTm", MISSING),
    ("<OrgnlEndToEndId>E1</OrgnlEndToEndId>", "", f"{S}/OrgnlInstrId|OrgnlEndToEndId|OrgnlTxId|OrgnlUETR", MISSING),
    ("<OrgnlMsgId>M1</OrgnlMsgId>", "", f"{S}/OrgnlGrpInf/OrgnlMsgId", MISSING),
    ("<OrgnlGrpInf><OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId></OrgnlGrpInf>", "",
     f"{S}/OrgnlGrpInf", MISSING),
    ("</GrpHdr>", above("M9"), f"{S}/OrgnlGrpInf/OrgnlMsgId", INCONSISTENT),
    ("</GrpHdr>", above("M1", "<GrpSts>RJCT</GrpSts>"), GROUP_STATUS, INCONSISTENT),
    ("</CreDtTm>", f"</CreDtTm><InstgAgt>{BANK_9}</InstgAgt>", f"{S}/InstgAgt", INCONSISTENT),
    ("</TxInfAndSts>", "</TxInfAndSts><TxInfAndSts><TxSts>RJCT</TxSts></TxInfAndSts>", S, UNEXPECTED),
]  # fmt: skip

Q = "/Document/FIToFIPmtStsReq/TxInf"
REQUESTS: list[tuple[str, str, str, Iso20022Error]] = [
    ("pacs.028.001.03", "pacs.028.001.01", "/", UNKNOWN),
    ("<OrgnlEndToEndId>E1</OrgnlEndToEndId>", "", f"{Q}/OrgnlInstrId|OrgnlEndToEndId|OrgnlTxId|OrgnlUETR", MISSING),
    ("<OrgnlEndToEndId>E1<", f"<OrgnlEndToEndId>{'E' * 36}<", f"{Q}/OrgnlEndToEndId", INVALID),
    ("</TxInf>", "</TxInf><TxInf/>", Q, UNEXPECTED),
]

R = "/Document/PmtRtr"
RETURNS: list[tuple[str, str, str, Iso20022Error]] = [
    ("pacs.004.001.10", "pacs.004.001.09", "/", UNKNOWN),
    ("<RtrdIntrBkSttlmAmt", '<OrgnlIntrBkSttlmAmt Ccy="EUR">12.50</OrgnlIntrBkSttlmAmt><RtrdIntrBkSttlmAmt',
     f"{R}/TxInf/RtrdIntrBkSttlmAmt/@Ccy", INCONSISTENT),
    ("12.50", "0.00", f"{R}/TxInf/RtrdIntrBkSttlmAmt", INVALID),
    ("12.50", "1.25e1", f"{R}/TxInf/RtrdIntrBkSttlmAmt", INVALID),
    ("<RtrRsnInf><Rsn><Cd>AC03</Cd></Rsn></RtrRsnInf>", "", f"{R}/TxInf/RtrRsnInf/Rsn", MISSING),
    ("</NbOfTxs>", "</NbOfTxs><GrpRtr>true</GrpRtr>", f"{R}/GrpHdr/GrpRtr", INVALID),
    ("</NbOfTxs>", "</NbOfTxs><GrpRtr>no</GrpRtr>", f"{R}/GrpHdr/GrpRtr", INVALID),
    ("</NbOfTxs>", '</NbOfTxs><TtlRtrdIntrBkSttlmAmt Ccy="USD">12.51</TtlRtrdIntrBkSttlmAmt>',
     f"{R}/GrpHdr/TtlRtrdIntrBkSttlmAmt", INCONSISTENT),
    ("<NbOfTxs>1<", "<NbOfTxs>0<", f"{R}/GrpHdr/NbOfTxs", INCONSISTENT),
]  # fmt: skip

A = "/Document/BkToCstmrStmt/Stmt[1]"
STATEMENTS: list[tuple[str, str, str, Iso20022Error]] = [
    ("camt.053.001.08", "camt.053.001.03", "/", UNKNOWN),
    ("camt.053.001.08", "camt.052.001.08", "/Document", UNEXPECTED),
    ("<Dt>2026-03-02</Dt></BookgDt>", "<Dt>2026-3-2</Dt></BookgDt>", f"{A}/Ntry[1]/BookgDt/Dt", INVALID),
    ("<BookgDt><Dt>2026-03-02</Dt></BookgDt>", "", f"{A}/Ntry[1]/BookgDt", MISSING),
    ("<Cd>BOOK</Cd>", "<Cd>MAYB</Cd>", f"{A}/Ntry[1]/Sts/Cd", INVALID),
    ("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>", f"{A}/Ntry[1]/Sts", UNEXPECTED),
    ("<Cd>OPBD</Cd>", "<Cd>OPAV</Cd>", f"{A}/Bal", MISSING),
    ("<Cd>CLBD</Cd>", "<Cd>CLAV</Cd>", f"{A}/Bal", MISSING),
    ("<Cd>CLBD</Cd>", "<Cd>OPBD</Cd>", f"{A}/Bal", INCONSISTENT),
    ('<Amt Ccy="USD">7.00</Amt>', '<Amt Ccy="USD">7.01</Amt>', f"{A}/TxsSummry/TtlCdtNtries/Sum", INCONSISTENT),
    ("<NbOfNtries>1</NbOfNtries>", "<NbOfNtries>2</NbOfNtries>", f"{A}/TxsSummry/TtlCdtNtries/NbOfNtries",
     INCONSISTENT),
    ('<Amt Ccy="USD">7.00</Amt>', '<Amt Ccy="EUR">7.00</Amt>', f"{A}/Ntry[1]/Amt/@Ccy", INCONSISTENT),
    ("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<CdtDbtInd>BOTH</CdtDbtInd><Sts>", f"{A}/Ntry[1]/CdtDbtInd", INVALID),
    ("<BkTxCd>", "<BkTxCd><Domain/>", f"{A}/Ntry[1]/BkTxCd", UNEXPECTED),
    ("<SubFmlyCd>DMCT</SubFmlyCd>", "", f"{A}/Ntry[1]/BkTxCd/Domn/Fmly/SubFmlyCd", MISSING),
    ("</BkTxCd>", "</BkTxCd><NtryDtls><Btch><NbOfTxs>0</NbOfTxs></Btch><TxDtls/></NtryDtls>",
     f"{A}/Ntry[1]/NtryDtls[1]/Btch/NbOfTxs", INCONSISTENT),
    ("</BkTxCd>", "</BkTxCd><NtryDtls><TxDtls><Refs><UETR>1</UETR></Refs></TxDtls></NtryDtls>",
     f"{A}/Ntry[1]/NtryDtls[1]/TxDtls[1]/Refs/UETR", INVALID),
    ("<Id>ST-5</Id>", "<Id>ST-5</Id><StmtPgntn><PgNb>1</PgNb></StmtPgntn>", f"{A}/StmtPgntn/LastPgInd", MISSING),
    ("<Id>ST-5</Id>", "<Id>ST-5</Id><StmtPgntn><PgNb>100000</PgNb><LastPgInd>1</LastPgInd></StmtPgntn>",
     f"{A}/StmtPgntn/PgNb", INVALID),
]  # fmt: skip

SMALL_STATEMENT = replace(
    messages.STATEMENTS,
    statements=(
        replace(
            messages.STATEMENT,
            id="ST-5",
            balances=(messages.balance("OPBD", 300), messages.balance("CLBD", 1000)),
            entries=(messages.booked(700),),
        ),
    ),
)
TABLES: list[tuple[str, Format, Any, list[tuple[str, str, str, Iso20022Error]]]] = [
    ("transfer", pacs008, TRANSFER, TRANSFERS),
    ("report", pacs002, REPORT, REPORTS),
    ("request", pacs028, REQUEST, REQUESTS),
    ("return", pacs004, RETURN, RETURNS),
    ("statement", camt, SMALL_STATEMENT, STATEMENTS),
]
CASES = [(form, message, *line) for _, form, message, lines in TABLES for line in lines]
NAMES = [f"{name}: {line[2]} {line[0][:24]} -> {line[1][:24]}" for name, _, _, lines in TABLES for line in lines]


@pytest.mark.parametrize(("form", "message", "old", "new", "place", "code"), CASES, ids=NAMES)
def test_a_broken_message_is_refused_with_its_place(
    form: Format, message: Any, old: str, new: str, place: str, code: Iso20022Error
) -> None:
    good = form.to_xml(message).decode()
    assert old in good
    broken = good.replace(old, new) if old in {"Document", "FIToFICstmrCdtTrf"} else good.replace(old, new, 1)
    with pytest.raises(ClearwayError) as refusal:
        form.from_xml(broken.encode())
    assert (refusal.value.field, refusal.value.code) == (place, code)


# What cannot be written; the place and the code.
UNWRITABLE: list[tuple[Format, Any, str, Iso20022Error]] = [
    (pacs008, replace(TRANSFER, message_id=""), f"{T}/GrpHdr/MsgId", INVALID),
    (pacs008, replace(TRANSFER, message_id="M" * 36), f"{T}/GrpHdr/MsgId", INVALID),
    (pacs008, replace(TRANSFER, message_id="M\x00"), f"{T}/GrpHdr/MsgId", INVALID),
    (pacs008, replace(TRANSFER, message_id="M\ud800"), f"{T}/GrpHdr/MsgId", INVALID),
    (pacs008, replace(TRANSFER, message_id="M\uffff"), f"{T}/GrpHdr/MsgId", INVALID),
    (pacs008, replace(TRANSFER, created_at=datetime(2026, 3, 2)), f"{T}/GrpHdr/CreDtTm", INVALID),  # noqa: DTZ001
    (pacs008, replace(TRANSFER, clearing_system="RTPX"), f"{T}/GrpHdr/SttlmInf/ClrSys/Cd", INVALID),
    (pacs008, replace(TRANSFER, end_to_end_id=""), f"{TX}/PmtId/EndToEndId", INVALID),
    (pacs008, replace(TRANSFER, uetr="none"), f"{TX}/PmtId/UETR", INVALID),
    (pacs008, replace(TRANSFER, amount=Money(0, "USD")), AMOUNT, INVALID),
    (pacs008, replace(TRANSFER, amount=Money(-1, "USD")), AMOUNT, INVALID),
    (pacs008, replace(TRANSFER, debtor=Party("", "1")), f"{TX}/Dbtr/Nm", MISSING),
    (pacs008, replace(TRANSFER, creditor=Party("Bo")), f"{TX}/CdtrAcct", MISSING),
    (pacs008, replace(TRANSFER, creditor_agent=Agent("12345678")), f"{TX}/CdtrAgt/FinInstnId/ClrSysMmbId/MmbId",
     INVALID),
    (pacs008, replace(TRANSFER, local_instrument=Code("")), f"{TX}/PmtTpInf/LclInstrm/Cd", INVALID),
    (pacs008, replace(TRANSFER, category_purpose=Code("SALAD")), f"{TX}/PmtTpInf/CtgyPurp/Cd", INVALID),
    (pacs008, replace(TRANSFER, remittance=("",)), f"{TX}/RmtInf/Ustrd", INVALID),
    (pacs008, replace(TRANSFER, creditor=Party("Bo", "2", Address(lines=("x",) * 8))), f"{TX}/Cdtr/PstlAdr/AdrLine",
     UNEXPECTED),
    (pacs002, replace(REPORT, status=TransactionStatus.REJECTED), f"{S}/StsRsnInf/Rsn", MISSING),
    (pacs002, replace(REPORT, reasons=(ReasonGiven(Code("AC041")),)), f"{S}/StsRsnInf[1]/Rsn/Cd", INVALID),
    (pacs002, replace(REPORT, original=Original("M1", "pacs.008.001.08")),
     f"{S}/OrgnlInstrId|OrgnlEndToEndId|OrgnlTxId|OrgnlUETR", MISSING),
    (pacs028, replace(REQUEST, original=Original("", "x", end_to_end_id="E1")), f"{Q}/OrgnlGrpInf/OrgnlMsgId", INVALID),
    (pacs004, replace(RETURN, reasons=()), f"{R}/TxInf/RtrRsnInf/Rsn", MISSING),
    (pacs004, replace(RETURN, original_amount=Money(1, "EUR")), f"{R}/TxInf/RtrdIntrBkSttlmAmt/@Ccy", INCONSISTENT),
    (camt, replace(messages.STATEMENTS, statements=()), "/Document/BkToCstmrStmt/Stmt", MISSING),
    (camt, replace(messages.STATEMENTS, statements=(messages.IBAN_STATEMENT,)), f"{A}/Bal", MISSING),
    (camt, replace(messages.NOTIFICATION, statements=(messages.STATEMENT,)),
     "/Document/BkToCstmrDbtCdtNtfctn/Ntfctn[1]/Bal", UNEXPECTED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "message", "place", "code"), UNWRITABLE, ids=[f"{one[2]} {n}" for n, one in enumerate(UNWRITABLE)]
)
def test_what_would_not_be_valid_is_not_written(form: Format, message: Any, place: str, code: Iso20022Error) -> None:
    with pytest.raises(ClearwayError) as refusal:
        form.to_xml(message)
    assert (refusal.value.field, refusal.value.code) == (place, code)


def test_header_and_transaction_agree_on_the_settlement_date() -> None:
    good = pacs008.to_xml(FULL_TRANSFER).decode()
    above = good.replace("<SttlmInf>", "<IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt><SttlmInf>")
    assert pacs008.from_xml(above.encode()) == FULL_TRANSFER
    with pytest.raises(ClearwayError) as refusal:
        pacs008.from_xml(
            above.replace("2026-03-02</IntrBkSttlmDt><SttlmInf>", "2026-03-03</IntrBkSttlmDt><SttlmInf>").encode()
        )
    assert (refusal.value.field, refusal.value.code) == (f"{TX}/IntrBkSttlmDt", INCONSISTENT)


PERSONAL = [
    ("Ada &lt;Payer&gt; &amp; Söhne", "Zoë\x85Secret"),
    ("<Id>1001<", "<Id>4111111111111111111111111111111111111<"),
    ("<StrtNm>Main Street<", f"<StrtNm>{'Secret Lane' * 9}<"),
    ("<Ustrd>and 8<", f"<Ustrd>{'secret' * 30}<"),
    ('Ccy="USD">10000000000000.00<', 'Ccy="USD">secret<'),
]


@pytest.mark.parametrize(("old", "new"), PERSONAL)
def test_a_refusal_never_repeats_what_it_refuses(old: str, new: str) -> None:
    good = pacs008.to_xml(FULL_TRANSFER).decode()
    assert old in good
    with pytest.raises(ClearwayError) as refusal:
        pacs008.from_xml(good.replace(old, new, 1).encode())
    assert refusal.value.code is INVALID
    shown = str(refusal.value).lower()
    assert not any(word in shown for word in ("secret", "41111111", "ada", "zoë"))
    assert refusal.value.__cause__ is None


def test_a_message_does_not_show_names_and_accounts() -> None:
    shown = repr(FULL_TRANSFER) + repr(messages.FULL_RETURN) + repr(messages.FULL_STATEMENTS)
    assert not any(word in shown for word in ("Payer", "Payee", "1001", "2002", "Main Street", "Invoice", "900100"))
    assert isinstance(FULL_TRANSFER, CreditTransfer)
