"""What is written is read back as it was, and always in the same bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.formats.iso20022 import camt, pacs002, pacs004, pacs008, pacs028
from shared.formats.iso20022.errors import Iso20022Error
from shared.formats.iso20022.identifiers import uetr
from shared.formats.iso20022.pacs008 import CreditTransfer
from shared.formats.iso20022.parts import Code
from shared.formats.iso20022.statements import AccountMessage
from shared.formats.iso20022.status import ReasonGiven, TransactionStatus
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from tests.unit.formats.iso20022 import messages
from tests.unit.formats.iso20022.messages import AT, SAMPLES, TRANSFER, Format

CASES = pytest.mark.parametrize(("form", "message"), [one[1:] for one in SAMPLES], ids=[one[0] for one in SAMPLES])


@CASES
def test_a_message_comes_back_as_it_was(form: Format, message: Any) -> None:
    data = form.to_xml(message)
    assert form.from_xml(data) == message
    assert form.to_xml(form.from_xml(data)) == data


@CASES
def test_the_form_is_canonical(form: Format, message: Any) -> None:
    data = form.to_xml(message)
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:')
    assert b">\n<" not in data
    assert data.endswith(b"</Document>")


TRANSACTIONS = st.one_of(
    messages.transfers.map(lambda one: (pacs008, one)),
    messages.reports.map(lambda one: (pacs002, one)),
    messages.requests.map(lambda one: (pacs028, one)),
    messages.returns.map(lambda one: (pacs004, one)),
)


@settings(max_examples=200, deadline=None)
@given(TRANSACTIONS)
def test_any_payment_message_comes_back_as_it_was(case: tuple[Format, Any]) -> None:
    form, message = case
    assert form.from_xml(form.to_xml(message)) == message


@settings(max_examples=50, deadline=None)
@given(messages.statements())
def test_any_statement_comes_back_as_it_was(message: AccountMessage) -> None:
    assert camt.from_xml(camt.to_xml(message)) == message


@settings(max_examples=100, deadline=None)
@given(messages.transfers, st.data())
def test_a_cut_or_changed_message_is_refused_or_read_and_never_breaks(
    message: CreditTransfer, data: st.DataObject
) -> None:
    raw = bytearray(pacs008.to_xml(message))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    codes: list[object] = []
    try:
        message = pacs008.from_xml(bytes(raw))
    except ClearwayError as refusal:
        codes.append(refusal.code)
    assert all(isinstance(one, Iso20022Error) for one in codes)
    assert pacs008.from_xml(pacs008.to_xml(message)) == message


AMOUNTS = [
    (Money(1, "USD"), b'Ccy="USD">0.01<'),
    (Money(1250, "USD"), b'Ccy="USD">12.50<'),
    (Money(10**17, "USD"), b'Ccy="USD">1000000000000000.00<'),
    (Money(5, "JPY"), b'Ccy="JPY">5<'),
    (Money(10**17, "JPY"), b'Ccy="JPY">100000000000000000<'),
    (Money(1, "KWD"), b'Ccy="KWD">0.001<'),
]


@pytest.mark.parametrize(("amount", "written"), AMOUNTS, ids=str)
def test_an_amount_is_a_plain_decimal_with_the_currencys_digits(amount: Money, written: bytes) -> None:
    assert written in pacs008.to_xml(replace(TRANSFER, amount=amount))


READ = [
    ("12.5", "USD", 1250),
    ("12", "USD", 1200),
    ("0000012.50", "USD", 1250),
    ("\n 12.50\t", "USD", 1250),
    ("7", "JPY", 7),
    ("0.125", "KWD", 125),
]


@pytest.mark.parametrize(("text", "currency", "amount_minor"), READ)
def test_an_amount_may_be_written_with_fewer_decimals(text: str, currency: str, amount_minor: int) -> None:
    data = pacs008.to_xml(TRANSFER).replace(b'Ccy="USD">12.50<', f'Ccy="{currency}">{text}<'.encode())
    assert pacs008.from_xml(data).amount == Money(amount_minor, currency)


EASTERN = timezone(timedelta(hours=-5))
MOMENTS = [
    ("2026-03-02T09:30:15Z", datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)),
    ("2026-03-02T09:30:15.25+00:00", AT),
    ("2026-03-02T04:30:15.250-05:00", AT),
    ("2026-03-02T04:30:15.2501234", AT + timedelta(microseconds=123)),  # the sender's local time
]


@pytest.mark.parametrize(("text", "at"), MOMENTS)
def test_a_time_without_an_offset_is_the_senders_local_time(text: str, at: datetime) -> None:
    data = pacs008.to_xml(TRANSFER).replace(b"2026-03-02T09:30:15.250Z", text.encode())
    assert pacs008.from_xml(data, local=EASTERN).created_at == at


def test_a_time_is_written_in_utc_to_the_millisecond() -> None:
    at = datetime(2026, 3, 2, 4, 30, 15, 250_999, tzinfo=EASTERN)
    assert b"<CreDtTm>2026-03-02T09:30:15.250Z</CreDtTm>" in pacs008.to_xml(replace(TRANSFER, created_at=at))


def test_what_the_schema_has_and_the_message_does_not_is_passed_over() -> None:
    agent = b"</MmbId></ClrSysMmbId><PstlAdr><TwnNm>Lisle</TwnNm></PstlAdr></FinInstnId></DbtrAgt>"
    data = pacs008.to_xml(TRANSFER).replace(b"</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt>", agent)
    data = data.replace(b"<ChrgBr>", b'<InstdAmt Ccy="EUR">9.99</InstdAmt><ChrgBr>')
    assert b"Lisle" in data
    assert b"InstdAmt" in data
    assert pacs008.from_xml(data) == TRANSFER


def test_comments_and_white_space_between_elements_are_nothing() -> None:
    data = pacs008.to_xml(TRANSFER).replace(b"><", b">\n  <!-- so --><")
    assert pacs008.from_xml(data) == TRANSFER


def test_a_prefix_for_the_namespace_is_as_good_as_none() -> None:
    data = pacs008.to_xml(TRANSFER).replace(b"</", b"<\x01").replace(b"<", b"<p:").replace(b"<p:\x01", b"</p:")
    data = data.replace(b"<p:?", b"<?").replace(b" xmlns=", b" xmlns:p=")
    assert pacs008.from_xml(data) == TRANSFER


def test_rtp_names_agents_and_date_in_the_header_and_the_original_above_the_transaction() -> None:
    transfer = pacs008.to_xml(replace(TRANSFER, settlement_date=messages.DAY))
    agents = transfer[transfer.index(b"<InstgAgt>") : transfer.index(b"<Dbtr>")]
    day = b"<IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt>"
    moved = transfer.replace(agents, b"").replace(day, b"")
    moved = moved.replace(b"<SttlmInf>", day + b"<SttlmInf>").replace(b"</SttlmInf>", b"</SttlmInf>" + agents)
    assert pacs008.from_xml(moved) == replace(TRANSFER, settlement_date=messages.DAY)

    report = pacs002.to_xml(messages.REPORT)
    group = report[report.index(b"<OrgnlGrpInf>") : report.index(b"<OrgnlEndToEndId>")]
    above = group.replace(b"OrgnlGrpInf>", b"OrgnlGrpInfAndSts>")
    report = report.replace(group, b"").replace(b"</GrpHdr>", b"</GrpHdr>" + above)
    assert pacs002.from_xml(report) == messages.REPORT


def test_the_payment_type_may_stand_in_the_header() -> None:
    transfer = replace(TRANSFER, category_purpose=Code("SALA"))
    data = pacs008.to_xml(transfer)
    kind = data[data.index(b"<PmtTpInf>") : data.index(b"<IntrBkSttlmAmt")]
    moved = data.replace(kind, b"").replace(b"</SttlmInf>", b"</SttlmInf>" + kind)
    assert pacs008.from_xml(moved) == transfer


def test_reasons_above_the_transaction_are_kept_after_its_own() -> None:
    own = ReasonGiven(Code("AC03"))
    group = "<OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId>"
    rejected = replace(messages.REPORT, status=TransactionStatus.REJECTED, reasons=(own,))
    above = f"</GrpHdr><OrgnlGrpInfAndSts>{group}<StsRsnInf><Rsn><Cd>NARR</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts>"
    report = pacs002.from_xml(pacs002.to_xml(rejected).replace(b"</GrpHdr>", above.encode()))
    assert report.reasons == (own, ReasonGiven(Code("NARR")))
    assert report.reason_code == "AC03"

    above = f"</GrpHdr><OrgnlGrpInf>{group}<RtrRsnInf><Rsn><Cd>NARR</Cd></Rsn></RtrRsnInf></OrgnlGrpInf>"
    returned = pacs004.from_xml(pacs004.to_xml(messages.RETURN).replace(b"</GrpHdr>", above.encode()))
    assert returned.reasons == (own, ReasonGiven(Code("NARR")))


def test_a_uetr_is_a_uuid_of_version_4_and_the_same_for_the_same_parts() -> None:
    assert uetr("pay_1", "leg") == uetr("pay_1", "leg")
    assert len({uetr("ab", "c"), uetr("a", "bc"), uetr("abc")}) == 3
    assert pacs008.from_xml(pacs008.to_xml(replace(TRANSFER, uetr=uetr("x")))).uetr == uetr("x")
