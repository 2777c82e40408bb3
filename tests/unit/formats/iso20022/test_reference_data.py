"""Against the official schemas and the samples of others: what is written is valid, what is read agrees with them."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from hypothesis import HealthCheck, given, settings

from shared.formats.iso20022 import camt, fednow, pacs002, pacs004, pacs008, pacs028
from shared.formats.iso20022.errors import Iso20022Error
from shared.kernel.errors import ClearwayError
from tests.unit.formats.iso20022 import messages
from tests.unit.formats.iso20022.messages import SAMPLES, Format
from tests.unit.formats.iso20022.test_fednow import FULL_HEADER, HEADER

pytestmark = pytest.mark.skipif(
    "CLEARWAY_TEST_DATA" not in os.environ, reason="CLEARWAY_TEST_DATA names no folder with data"
)
INVALID = Iso20022Error.INVALID_VALUE
MISSING = Iso20022Error.MISSING


def folder() -> Path:
    return Path(os.environ["CLEARWAY_TEST_DATA"]) / "payments/iso20022"


@cache
def schema(message: str) -> xmlschema.XMLSchema:
    if message != "camt.053.001.08":
        return xmlschema.XMLSchema(str(folder() / f"xsd/{message}.xsd"))
    # The one that is not at hand is made of camt.052's: the same types under other names, and a balance at least.
    text = (folder() / "xsd/camt.052.001.08.xsd").read_text(encoding="utf-8")
    for old, new in (
        ("camt.052.001.08", "camt.053.001.08"),
        ('name="BkToCstmrAcctRpt"', 'name="BkToCstmrStmt"'),
        ('name="Rpt"', 'name="Stmt"'),
        ('name="RptPgntn"', 'name="StmtPgntn"'),
        ('name="AddtlRptInf"', 'name="AddtlStmtInf"'),
        ('minOccurs="0" name="Bal"', 'minOccurs="1" name="Bal"'),
    ):
        assert old in text
        text = text.replace(old, new)
    return xmlschema.XMLSchema(text)


def namespace_of(data: bytes) -> str:
    found = re.search(rb"urn:iso:std:iso:20022:tech:xsd:([a-z0-9.]+)", data)
    assert found
    return found.group(1).decode()


def assert_valid(data: bytes) -> None:
    errors = [f"{error.path}: {error.reason}" for error in schema(namespace_of(data)).iter_errors(data.decode())]
    assert errors == []


@pytest.mark.parametrize(("form", "message"), [one[1:] for one in SAMPLES], ids=[one[0] for one in SAMPLES])
def test_the_schemas_do_refuse(form: Format, message: Any) -> None:
    """So that the tests below can fail."""
    broken = form.to_xml(message).replace(b"<MsgId>", b"<MsgId>" + b"x" * 36, 1)
    assert not schema(namespace_of(broken)).is_valid(broken.decode())


# A page between the first and the last has no balance of its own, which camt.053 would have there.
VALIDATED = [one for one in SAMPLES if one[0] != "a page of a statement"]


@pytest.mark.parametrize(("form", "message"), [one[1:] for one in VALIDATED], ids=[one[0] for one in VALIDATED])
def test_what_is_written_is_valid(form: Format, message: Any) -> None:
    assert_valid(form.to_xml(message))


@pytest.mark.parametrize("header", [HEADER, FULL_HEADER], ids=["least", "full"])
def test_a_header_that_is_written_is_valid(header: fednow.BusinessHeader) -> None:
    envelope = fednow.Envelope(fednow.Direction.INCOMING, header, pacs008.to_xml(messages.TRANSFER))
    data = fednow.to_xml(envelope)
    found = re.search(rb"<AppHdr.*</AppHdr>", data)
    assert found
    assert_valid(found.group())


@pytest.mark.parametrize(
    ("form", "strategy"),
    [
        (pacs008, messages.transfers),
        (pacs002, messages.reports),
        (pacs028, messages.requests),
        (pacs004, messages.returns),
        (camt, messages.statements()),
    ],
    ids=["pacs008", "pacs002", "pacs028", "pacs004", "camt053"],
)
def test_whatever_is_written_is_valid(form: Format, strategy: Any) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(strategy)
    def check(message: Any) -> None:
        assert_valid(form.to_xml(message))

    check()


FORMS: dict[str, Format] = {
    "pacs.002": pacs002,
    "pacs.004": pacs004,
    "pacs.008": pacs008,
    "pacs.028": pacs028,
    "camt.052": camt,
    "camt.053": camt,
    "camt.054": camt,
}
# Where a sample is refused that its schema would allow (or for which no schema is at hand), and why.
STRICTER = {
    "CustomerCreditTransfer_Variantion6_pacs008.xml": (
        MISSING,
        "accounts by IBAN and agents by BIC: a wire abroad, which RTP and FedNow do not carry",
    ),
    "fednow_incoming.xml": (MISSING, "a report without a transaction reports on nothing"),
    "valid_pacs_v11.xml": (Iso20022Error.UNKNOWN_MESSAGE, "version 11; RTP and FedNow are on version 10"),
    "statement_1.xml": (MISSING, "available balances alone (OPAV, CLAV): booked entries cannot be proven by them"),
}
# What makes a sample invalid against its schema; all write an amount with an exponent.
EXPONENT = {
    "CustomerCreditTransfer_Variantion5_pacs008.xml",
    "Drawdowns_Scenario1_Step3_pacs008.xml",
    "PaymentReturn_Scenario1_Step1_pacs008.xml",
    "PaymentReturn_Scenario3_Step1_pacs008.xml",
    "PaymentReturn_Scenario4_Step1_pacs008.xml",
    "PaymentReturn_Scenario5_Step1_pacs008.xml",
}


def samples() -> list[dict[str, Any]]:
    lines = (folder() / "index.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def form_of(sample: dict[str, Any]) -> Format | None:
    names = [one.removeprefix("urn:iso:std:iso:20022:tech:xsd:")[:8] for one in sample["document_namespaces"]]
    return FORMS.get(names[0]) if names else None


def document_of(data: bytes) -> bytes:
    """The message itself: some samples wear FedNow's wrapper."""
    found = re.search(rb"<Document.*</Document>", data, re.DOTALL)
    assert found
    return found.group()


def test_samples_are_read_or_refused_as_their_schemas_say() -> None:
    read, refused = [], {}
    for sample in samples():
        form = form_of(sample)
        if form is None:
            continue
        try:
            message = form.from_xml(document_of((folder() / sample["file"]).read_bytes()))
        except ClearwayError as refusal:
            refused[sample["file"]] = refusal
        else:
            read.append(sample["file"])
            assert form.from_xml(form.to_xml(message)) == message
    assert len(read) > 25
    by_schema = {one["file"] for one in samples() if form_of(one) and one.get("xsd_valid") is False}
    assert by_schema == EXPONENT
    assert set(refused) == EXPONENT | set(STRICTER)
    assert {name: refused[name].code for name in STRICTER} == {name: code for name, (code, _) in STRICTER.items()}
    for name in EXPONENT:
        assert refused[name].field == "/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/IntrBkSttlmAmt"
        assert refused[name].code is INVALID


def test_what_is_read_of_a_sample_is_written_valid() -> None:
    written = 0
    for sample in samples():
        form = form_of(sample)
        if form is None or sample["file"] in EXPONENT | set(STRICTER):
            continue
        assert_valid(form.to_xml(form.from_xml(document_of((folder() / sample["file"]).read_bytes()))))
        written += 1
    assert written > 25


@pytest.mark.parametrize("name", ["sample-participant-to-fednow-message", "fednow-sample-message-outgoing-pacs002"])
def test_fednows_own_samples_are_unwrapped(name: str) -> None:
    envelope = fednow.from_xml((folder() / f"{name}.xml").read_bytes())
    form = FORMS[envelope.header.message[:8]]
    again = fednow.Envelope(envelope.direction, envelope.header, form.to_xml(form.from_xml(envelope.document)))
    assert fednow.from_xml(fednow.to_xml(again)).header == envelope.header


def test_amounts_of_the_samples_are_the_indexs() -> None:
    for sample in samples():
        if form_of(sample) is not pacs008 or sample["file"] in EXPONENT | set(STRICTER):
            continue
        transfer = pacs008.from_xml(document_of((folder() / sample["file"]).read_bytes()))
        currency, text = sample["amounts"][-1]
        units, _, cents = text.partition(".")
        assert (transfer.amount.currency, transfer.amount.amount_minor) == (currency, int(units + cents.ljust(2, "0")))
