"""Statements add up, on one page and over many; entries keep what a payment is found again by."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.formats.iso20022 import camt
from shared.formats.iso20022.balances import join_pages
from shared.formats.iso20022.entries import CreditDebit, Entry, EntryStatus
from shared.formats.iso20022.errors import Iso20022Error
from shared.formats.iso20022.statements import AccountMessage, Balance, MessageKind, Page, Statement
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from tests.unit.formats.iso20022.messages import (
    AT,
    CREDIT,
    DAY,
    DOMESTIC,
    FULL_STATEMENTS,
    STATEMENT,
    balance,
    booked,
    usd,
)

MISSING, INCONSISTENT, UNEXPECTED = Iso20022Error.MISSING, Iso20022Error.INCONSISTENT, Iso20022Error.UNEXPECTED


def message(*statements: Statement, page: Page | None = None) -> AccountMessage:
    return AccountMessage(MessageKind.STATEMENT, "A1", AT, statements, page)


def statement(balances: list[Balance], entries: list[Entry], page: Page | None = None) -> Statement:
    return replace(STATEMENT, balances=tuple(balances), entries=tuple(entries), page=page)


def pending(amount_minor: int) -> Entry:
    return Entry(usd(amount_minor), CREDIT, EntryStatus.PENDING, DOMESTIC)


ADDS_UP = [
    ("nothing happened", [balance("OPBD", 5), balance("CLBD", 5)], []),
    ("credits and debits", [balance("OPBD", 5), balance("CLBD", -2)], [booked(3), booked(-10)]),
    ("from below zero", [balance("OPBD", -100), balance("CLBD", 1)], [booked(101)]),
    ("after yesterday's closing balance", [balance("PRCD", 5), balance("CLBD", 6)], [booked(1)]),
    ("pending entries count for nothing", [balance("OPBD", 5), balance("CLBD", 5)], [pending(7)]),
    ("an interim balance between", [balance("OPBD", 5), balance("ITBD", 99), balance("CLBD", 5)], []),
]


@pytest.mark.parametrize(("balances", "entries"), [one[1:] for one in ADDS_UP], ids=[one[0] for one in ADDS_UP])
def test_a_statement_that_adds_up_is_read(balances: list[Balance], entries: list[Entry]) -> None:
    whole = message(statement(balances, entries))
    assert camt.from_xml(camt.to_xml(whole)) == whole


TOMORROW = DAY + timedelta(days=1)
DOES_NOT = [
    ("a cent too much", [balance("OPBD", 5), balance("CLBD", 9)], [booked(3)], INCONSISTENT),
    ("a debit taken for a credit", [balance("OPBD", 5), balance("CLBD", 8)], [booked(-3)], INCONSISTENT),
    ("a sign of a balance lost", [balance("OPBD", -5), balance("CLBD", 8)], [booked(3)], INCONSISTENT),
    ("no opening balance", [balance("CLBD", 0)], [], MISSING),
    ("no closing balance", [balance("OPBD", 0), balance("ITBD", 0)], [], MISSING),
    ("no balance", [], [], MISSING),
    ("two closing balances", [balance("OPBD", 0), balance("CLBD", 0), balance("CLBD", 1)], [], INCONSISTENT),
    ("closed before it opened", [balance("OPBD", 0, TOMORROW), balance("CLBD", 0)], [], INCONSISTENT),
]  # fmt: skip


@pytest.mark.parametrize(
    ("balances", "entries", "code"), [one[1:] for one in DOES_NOT], ids=[one[0] for one in DOES_NOT]
)
def test_a_statement_that_does_not_add_up_is_neither_written_nor_read(
    balances: list[Balance], entries: list[Entry], code: Iso20022Error
) -> None:
    broken = message(statement(balances, entries))
    with pytest.raises(ClearwayError) as refusal:
        camt.to_xml(broken)
    assert refusal.value.code is code
    page = Page(number=2, last=False)  # a page of many is not judged by itself, so that it can be written
    data = camt.to_xml(replace(broken, page=page))
    cut = data.replace(b"<MsgPgntn><PgNb>2</PgNb><LastPgInd>false</LastPgInd></MsgPgntn>", b"")
    with pytest.raises(ClearwayError) as refusal:
        camt.from_xml(cut)
    assert refusal.value.code is code


@pytest.mark.parametrize("kind", list(MessageKind))
def test_an_account_has_one_currency(kind: MessageKind) -> None:
    euros = Entry(Money(1, "EUR"), CREDIT, EntryStatus.INFORMATION, DOMESTIC)
    mixed = replace(message(statement([], [pending(1), euros], Page(2, last=False))), kind=kind)
    with pytest.raises(ClearwayError) as refusal:
        camt.to_xml(mixed)
    assert str(refusal.value.field).endswith("[1]/Ntry[2]/Amt/@Ccy")
    assert refusal.value.code is INCONSISTENT


FIRST = message(statement([balance("OPBD", 100), balance("ITBD", 150)], [booked(50, "B1")], Page(1, last=False)))
SECOND = message(statement([balance("ITBD", 150)], [booked(-30, "B2")], Page(2, last=False)))
THIRD = message(statement([balance("CLBD", 121)], [booked(1, "B3")], Page(3, last=True)))


def test_pages_make_one_statement_in_whatever_order_they_come() -> None:
    read = [camt.from_xml(camt.to_xml(one)) for one in (THIRD, FIRST, SECOND)]
    joined = join_pages(read)
    assert [one.bank_reference for one in joined.entries] == ["B1", "B2", "B3"]
    assert [one.kind for one in joined.balances] == ["OPBD", "ITBD", "CLBD"]
    assert joined.page is None


def test_pages_may_be_numbered_in_the_message() -> None:
    first = replace(FIRST, statements=(replace(FIRST.statements[0], page=None),), page=Page(1, last=False))
    last = message(statement([balance("CLBD", 150)], []), page=Page(2, last=True))
    assert join_pages([camt.from_xml(camt.to_xml(one)) for one in (first, last)]).entries == (booked(50, "B1"),)


def test_one_whole_page_is_a_statement() -> None:
    assert join_pages([message(STATEMENT)]) == STATEMENT


def other(one: AccountMessage, **changes: object) -> AccountMessage:
    return replace(one, statements=(replace(one.statements[0], **changes),))  # type: ignore[arg-type]


LOST = [
    ("none", [], MISSING),
    ("the first is missing", [SECOND, THIRD], MISSING),
    ("one between is missing", [FIRST, THIRD], MISSING),
    ("the last is missing", [FIRST, SECOND], MISSING),
    ("one came twice", [FIRST, SECOND, SECOND, THIRD], INCONSISTENT),
    ("one is of another statement", [FIRST, other(SECOND, id="ST-9"), THIRD], INCONSISTENT),
    ("one is of another account", [FIRST, other(SECOND, account="1"), THIRD], INCONSISTENT),
    ("two are the last", [FIRST, other(SECOND, page=Page(2, last=True)), THIRD], INCONSISTENT),
    ("they do not add up", [FIRST, other(SECOND, entries=()), THIRD], INCONSISTENT),
    ("two opening balances", [FIRST, other(SECOND, balances=(balance("OPBD", 1),)), THIRD], INCONSISTENT),
    ("one is a page zero", [other(FIRST, page=Page(0, last=False)), SECOND, THIRD], MISSING),
    ("one is no statement", [replace(FIRST, kind=MessageKind.INTRADAY)], UNEXPECTED),
    ("one holds two", [replace(FIRST, statements=FIRST.statements * 2)], UNEXPECTED),
]


@pytest.mark.parametrize(("pages", "code"), [one[1:] for one in LOST], ids=[one[0] for one in LOST])
def test_pages_that_are_not_one_statement_are_refused(pages: list[AccountMessage], code: Iso20022Error) -> None:
    with pytest.raises(ClearwayError) as refusal:
        join_pages(pages)
    assert refusal.value.code is code


def test_earlier_versions_differ_by_the_status_alone() -> None:
    data = camt.to_xml(message(statement([balance("OPBD", 0), balance("CLBD", 3)], [booked(3)])))
    older = data.replace(b"<Sts><Cd>BOOK</Cd></Sts>", b"<Sts>BOOK</Sts>")
    for version in (b"02", b"04"):
        assert camt.from_xml(older.replace(b"camt.053.001.08", b"camt.053.001." + version)) == camt.from_xml(data)


def test_an_entry_knows_what_it_does_to_the_balance_and_which_payments_it_holds() -> None:
    entry = FULL_STATEMENTS.statements[0].entries[1]
    assert entry.signed == usd(-700)
    assert CreditDebit.CREDIT.signed(usd(1)) == usd(1)
    assert [one.end_to_end_id for one in entry.transactions] == ["E1", ""]
    returned = entry.transactions[0].returned
    assert returned is not None
    assert returned.reason is not None
    assert returned.reason.value == "AC04"


def test_totals_are_written_and_held_against_the_entries() -> None:
    data = camt.to_xml(FULL_STATEMENTS)
    assert b"<TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>4.99</Sum></TtlCdtNtries>" in data
    assert b"<TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>7.00</Sum></TtlDbtNtries>" in data
    all_entries = b"<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries><Sum>11.99</Sum></TtlNtries>"
    assert camt.from_xml(data.replace(b"<TxsSummry>", all_entries, 1)) == FULL_STATEMENTS
    with pytest.raises(ClearwayError) as refusal:
        camt.from_xml(data.replace(b"<TxsSummry>", all_entries.replace(b">3<", b">4<"), 1))
    assert refusal.value.field == "/Document/BkToCstmrStmt/Stmt[1]/TxsSummry/TtlNtries/NbOfNtries"


def test_totals_on_a_page_of_many_are_of_the_whole_statement_and_not_held_against_the_page() -> None:
    data = camt.to_xml(SECOND)
    totals = b"<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries></TtlNtries></TxsSummry><Ntry>"
    assert camt.from_xml(data.replace(b"<Ntry>", totals, 1)) == SECOND


def test_a_balance_and_a_booking_may_name_a_time_instead_of_a_day() -> None:
    data = camt.to_xml(message(STATEMENT)).replace(
        b"<Dt><Dt>2026-03-02</Dt></Dt>", b"<Dt><DtTm>2026-03-02T23:59:59Z</DtTm></Dt>"
    )
    assert camt.from_xml(data).statements == (STATEMENT,)
