"""Messages for the tests: the least and the most of each, and strategies that make any in between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from hypothesis import strategies as st

from shared.formats.iso20022 import camt, pacs002, pacs004, pacs008, pacs028
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
from shared.formats.iso20022.identifiers import uetr
from shared.formats.iso20022.original import Original
from shared.formats.iso20022.pacs002 import StatusReport
from shared.formats.iso20022.pacs004 import PaymentReturn, ReturnChain
from shared.formats.iso20022.pacs008 import ChargeBearer, CreditTransfer
from shared.formats.iso20022.pacs028 import StatusRequest
from shared.formats.iso20022.parts import Address, Agent, Code, Party
from shared.formats.iso20022.statements import AccountMessage, Balance, MessageKind, Page, Statement
from shared.formats.iso20022.status import ReasonGiven, TransactionStatus
from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.money import Money

AT = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)
DAY = date(2026, 3, 2)
US, THEM = Agent("021040078"), Agent("011104238", "Second Bank")


class Format(Protocol):
    """One message's module."""

    def to_xml(self, message: Any) -> bytes: ...

    def from_xml(self, data: bytes) -> Any: ...


TRANSFER = CreditTransfer(
    message_id="M1",
    created_at=AT,
    clearing_system="TCH",
    end_to_end_id="E1",
    amount=Money(1250, "USD"),
    instructing_agent=US,
    instructed_agent=THEM,
    debtor=Party("Ada Payer", "1001"),
    debtor_agent=US,
    creditor_agent=THEM,
    creditor=Party("Bo Payee", "2002"),
)
FULL_ADDRESS = Address("Main Street", "12b", "10001", "New York", "NY", "US", ("c/o Clerk", "3rd floor"))
FULL_TRANSFER = CreditTransfer(
    message_id="M" * 35,
    created_at=AT,
    clearing_system="FDN",
    end_to_end_id="E2",
    amount=Money(10**15, "USD"),
    instructing_agent=US,
    instructed_agent=THEM,
    debtor=Party("Ada <Payer> & Söhne", "1001", FULL_ADDRESS),
    debtor_agent=THEM,
    creditor_agent=THEM,
    creditor=Party("Bo Payee", "2" * 34, Address()),
    instruction_id="I2",
    transaction_id="T2",
    uetr=uetr("clearway", "T2"),
    settlement_date=DAY,
    charge_bearer=ChargeBearer.SHARED,
    service_levels=(Code("SDVA"), Code("LOCAL", proprietary=True)),
    local_instrument=Code("FDNA", proprietary=True),
    category_purpose=Code("SALA"),
    purpose=Code("GDDS"),
    remittance=("Invoice 7\r\nof March", "and 8"),
)
ORIGINAL = Original("M1", "pacs.008.001.08", end_to_end_id="E1")
FULL_ORIGINAL = Original("M1", "pacs.008.001.08", AT, "I1", "E1", "T1", uetr("E1"))
REPORT = StatusReport("R1", AT, ORIGINAL, TransactionStatus.SETTLED, THEM, US)
FULL_REPORT = StatusReport(
    message_id="R2",
    created_at=AT,
    original=FULL_ORIGINAL,
    status=TransactionStatus.REJECTED,
    instructing_agent=THEM,
    instructed_agent=US,
    reasons=(ReasonGiven(Code("AC04"), ("closed in May",)), ReasonGiven(Code("9912", proprietary=True))),
    status_id="S2",
    accepted_at=AT,
    settlement_date=DAY,
    bank_reference="B2",
    clearing_reference="C2",
    amount=Money(1250, "USD"),
)
REQUEST = StatusRequest("Q1", AT, ORIGINAL, US, THEM)
FULL_REQUEST = StatusRequest("Q2", AT, FULL_ORIGINAL, US, THEM, "ASK-2")
RETURN = PaymentReturn("X1", AT, "TCH", ORIGINAL, Money(1250, "USD"), THEM, US, (ReasonGiven(Code("AC03")),))
FULL_RETURN = PaymentReturn(
    message_id="X2",
    created_at=AT,
    clearing_system="FDN",
    original=FULL_ORIGINAL,
    returned=Money(1000, "USD"),
    instructing_agent=THEM,
    instructed_agent=US,
    reasons=(ReasonGiven(Code("NARR"), ("sent twice", "by mistake")),),
    return_id="RT2",
    original_amount=Money(1250, "USD"),
    original_settlement_date=DAY,
    settlement_date=DAY + timedelta(days=1),
    charge_bearer=ChargeBearer.SERVICE_LEVEL,
    clearing_reference="C3",
    chain=ReturnChain(Party("Bo Payee", "2002", FULL_ADDRESS), Party("Ada Payer", "1001")),
)

CREDIT, DEBIT = CreditDebit.CREDIT, CreditDebit.DEBIT
DOMESTIC = TransactionCode("PMNT", "RCDT", "DMCT")


def usd(amount_minor: int) -> Money:
    return Money(amount_minor, "USD")


def balance(kind: str, amount_minor: int, day: date = DAY) -> Balance:
    return Balance(kind, usd(abs(amount_minor)), DEBIT if amount_minor < 0 else CREDIT, day)


def booked(amount_minor: int, reference: str = "") -> Entry:
    direction = DEBIT if amount_minor < 0 else CREDIT
    return Entry(
        usd(abs(amount_minor)),
        direction,
        EntryStatus.BOOKED,
        DOMESTIC,
        booking_date=DAY,
        value_date=DAY,
        bank_reference=reference,
    )


FULL_ENTRY = Entry(
    amount=usd(700),
    direction=DEBIT,
    status=EntryStatus.BOOKED,
    code=TransactionCode("PMNT", "ICDT", "RRTN", "NTRF+702"),
    reversal=True,
    booking_date=DAY,
    value_date=DAY + timedelta(days=1),
    bank_reference="BANK-1",
    entry_reference="7",
    details=(
        EntryDetails(
            Batch("FILE-1", "PMT-1", 2, usd(700), DEBIT),
            (
                EntryTransaction(
                    message_id="M1",
                    bank_reference="BANK-1-1",
                    payment_information_id="P1",
                    instruction_id="I1",
                    end_to_end_id="E1",
                    uetr=uetr("E1"),
                    transaction_id="T1",
                    clearing_reference="C1",
                    amount=usd(700),
                    direction=DEBIT,
                    code=DOMESTIC,
                    returned=ReturnInformation(Code("AC04"), DOMESTIC, ("closed",)),
                    remittance=("Invoice 7",),
                    additional_info="a payment that came back",
                ),
                EntryTransaction(returned=ReturnInformation()),
            ),
        ),
        EntryDetails(),
    ),
    additional_info="two of two",
)
STATEMENT = Statement("ST-1", "900100", (balance("OPBD", 0), balance("CLBD", 0)))
FULL_STATEMENT = Statement(
    id="ST-2",
    account="900100",
    balances=(balance("PRCD", -200), balance("ITBD", 500), balance("CLBD", -500), balance("own kind", 5)),
    entries=(booked(400, "B1"), FULL_ENTRY, Entry(usd(99), CREDIT, EntryStatus.PENDING, DOMESTIC)),
    currency="USD",
    created_at=AT,
    sequence_number=61,
    page=Page(number=1, last=True),
    additional_info="a quiet day",
)
IBAN_STATEMENT = Statement("ST-3", "GB33BUKB20201555555555", account_is_iban=True, entries=(booked(1),))
STATEMENTS = AccountMessage(MessageKind.STATEMENT, "A1", AT, (STATEMENT,))
FULL_STATEMENTS = AccountMessage(
    MessageKind.STATEMENT, "A2", AT, (FULL_STATEMENT, STATEMENT), Page(number=1, last=True), "for all accounts"
)
PAGE_OF_MANY = AccountMessage(
    MessageKind.STATEMENT, "A3", AT, (Statement("ST-4", "900100", page=Page(number=2, last=False)),)
)
INTRADAY = AccountMessage(MessageKind.INTRADAY, "A4", AT, (FULL_STATEMENT, IBAN_STATEMENT))
NOTIFICATION = AccountMessage(MessageKind.NOTIFICATION, "A5", AT, (IBAN_STATEMENT,))

SAMPLES: list[tuple[str, Format, Any]] = [
    ("the least transfer", pacs008, TRANSFER),
    ("the fullest transfer", pacs008, FULL_TRANSFER),
    ("the least report", pacs002, REPORT),
    ("the fullest report", pacs002, FULL_REPORT),
    ("the least request", pacs028, REQUEST),
    ("the fullest request", pacs028, FULL_REQUEST),
    ("the least return", pacs004, RETURN),
    ("the fullest return", pacs004, FULL_RETURN),
    ("the least statement", camt, STATEMENTS),
    ("the fullest statement", camt, FULL_STATEMENTS),
    ("a page of a statement", camt, PAGE_OF_MANY),
    ("a report of the day", camt, INTRADAY),
    ("a notification", camt, NOTIFICATION),
]

# Strategies ----------------------------------------------------------------------------------------------------------

letters = st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters="\ufffe\uffff")


def texts(length_max: int) -> st.SearchStrategy[str]:
    return st.text(letters, min_size=1, max_size=length_max).filter(lambda one: bool(one.strip()))


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | strategy


ids = texts(35)
narrative = st.text(letters | st.sampled_from("\t\n\r"), min_size=1, max_size=105).filter(lambda one: bool(one.strip()))
moments = st.integers(-2_000_000_000_000, 250_000_000_000_000).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
days = st.dates(date(1000, 1, 1))
money = st.builds(Money, st.integers(1, 10**17), st.sampled_from(sorted(MINOR_UNIT_DIGITS)))
codes = st.builds(Code, st.from_regex(r"[A-Z0-9]{1,4}", fullmatch=True)) | st.builds(Code, ids, st.just(value=True))
agents = st.builds(Agent, st.from_regex(r"[0-9]{9}", fullmatch=True).filter(str.isascii), maybe(texts(140)))
addresses = st.builds(
    Address,
    maybe(texts(70)),
    maybe(texts(16)),
    maybe(texts(16)),
    maybe(ids),
    maybe(ids),
    st.sampled_from(["", "US", "LT"]),
    st.lists(texts(70), max_size=7).map(tuple),
)
parties = st.builds(Party, texts(140), texts(34), st.none() | addresses)
uetrs = st.builds(uetr, st.text(max_size=3))
originals = st.builds(Original, ids, ids, st.none() | moments, maybe(ids), ids, maybe(ids), maybe(uetrs))
reasons = st.lists(
    st.builds(ReasonGiven, codes, st.lists(narrative, max_size=3).map(tuple)), min_size=1, max_size=3
).map(tuple)
transfers = st.builds(
    CreditTransfer,
    message_id=ids,
    created_at=moments,
    clearing_system=st.sampled_from(["TCH", "FDN"]),
    end_to_end_id=ids,
    amount=money,
    instructing_agent=agents,
    instructed_agent=agents,
    debtor=parties,
    debtor_agent=agents,
    creditor_agent=agents,
    creditor=parties,
    instruction_id=maybe(ids),
    transaction_id=maybe(ids),
    uetr=maybe(uetrs),
    settlement_date=st.none() | days,
    charge_bearer=st.sampled_from(ChargeBearer),
    service_levels=st.lists(codes, max_size=2).map(tuple),
    local_instrument=st.none() | codes,
    category_purpose=st.none() | codes,
    purpose=st.none() | codes,
    remittance=st.lists(narrative, max_size=3).map(tuple),
)
reports = st.builds(
    StatusReport,
    ids,
    moments,
    originals,
    st.sampled_from(TransactionStatus),
    agents,
    agents,
    reasons,
    maybe(ids),
    st.none() | moments,
    st.none() | days,
    maybe(ids),
    maybe(ids),
    st.none() | money,
)
requests = st.builds(StatusRequest, ids, moments, originals, agents, agents, maybe(ids))
returns = st.builds(
    PaymentReturn,
    message_id=ids,
    created_at=moments,
    clearing_system=st.sampled_from(["TCH", "FDN"]),
    original=originals,
    returned=money,
    instructing_agent=agents,
    instructed_agent=agents,
    reasons=reasons,
    return_id=maybe(ids),
    settlement_date=st.none() | days,
    charge_bearer=st.none() | st.sampled_from(ChargeBearer),
    clearing_reference=maybe(ids),
    chain=st.none() | st.builds(ReturnChain, parties, parties),
)


@st.composite
def statements(draw: st.DrawFn) -> AccountMessage:
    """A statement that adds up, whatever its entries are."""
    entries = draw(
        st.lists(
            st.builds(booked, st.integers(-(10**9), 10**9), maybe(ids)) | st.just(FULL_ENTRY),
            max_size=6,
        )
    )
    opening = draw(st.integers(-(10**9), 10**9))
    closing = opening + sum(one.signed.amount_minor for one in entries)
    statement = Statement(
        id=draw(ids),
        account=draw(texts(34)),
        balances=(balance("OPBD", opening), balance("CLBD", closing)),
        entries=tuple(entries),
        currency=draw(st.sampled_from(["", "USD"])),
        sequence_number=draw(st.none() | st.integers(0, 10**18 - 1)),
    )
    return AccountMessage(MessageKind.STATEMENT, draw(ids), draw(moments), (statement,))
