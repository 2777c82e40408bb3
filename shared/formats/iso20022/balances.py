"""Whether a statement adds up, on one page or over several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.formats.iso20022.entries import EntryStatus
from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.statements import AccountMessage, Balance, MessageKind, Page, Statement
from shared.kernel.money import Money

OPENING = ("OPBD", "PRCD")  # the opening balance booked, or the closing one of the day before
CLOSING = "CLBD"
# Of these a statement has one: were there two, it would depend on the reader which of them adds up.
SINGLE = ("OPBD", "PRCD", "CLBD")


def check_statement(statement: Statement, place: str) -> None:
    """Opening balance + booked entries = closing balance, all in one currency.

    Raises MISSING without an opening (OPBD, PRCD) or a closing balance (CLBD), INCONSISTENT when they do not add up.
    """
    check_currency(statement, place)
    for kind in SINGLE:
        if len([one for one in statement.balances if one.kind == kind]) > 1:
            raise refusal(Iso20022Error.INCONSISTENT, f"{place}/Bal", f"more than one balance {kind}")
    opening, closing = statement.balance(*OPENING), statement.balance(CLOSING)
    if opening is None:
        raise refusal(Iso20022Error.MISSING, f"{place}/Bal", f"no opening balance ({' or '.join(OPENING)})")
    if closing is None:
        raise refusal(Iso20022Error.MISSING, f"{place}/Bal", f"no closing balance ({CLOSING})")
    if opening.date > closing.date:
        raise refusal(Iso20022Error.INCONSISTENT, f"{place}/Bal", "the opening balance is later than the closing one")
    booked = sum(one.signed.amount_minor for one in statement.entries if one.status is EntryStatus.BOOKED)
    if opening.signed.amount_minor + booked != closing.signed.amount_minor:
        raise refusal(
            Iso20022Error.INCONSISTENT, f"{place}/Bal", "opening balance and booked entries do not make the closing one"
        )


def check_currency(statement: Statement, place: str) -> None:
    """Balances and entries are in the account's one currency; raises INCONSISTENT."""
    amounts: list[tuple[str, Money]] = [
        (f"Bal[{number}]", one.amount) for number, one in enumerate(statement.balances, 1)
    ]
    amounts += [(f"Ntry[{number}]", one.amount) for number, one in enumerate(statement.entries, 1)]
    expected = statement.currency or (amounts[0][1].currency if amounts else "")
    for name, amount in amounts:
        if amount.currency != expected:
            raise refusal(Iso20022Error.INCONSISTENT, f"{place}/{name}/Amt/@Ccy", "another currency than the account's")


def join_pages(messages: Sequence[AccountMessage]) -> Statement:
    """The one statement whose pages these camt.053 messages are, in whatever order they came.

    Each message holds one page, numbered in the statement or in the message. Raises MISSING for a page that is not
    there (or the last one), INCONSISTENT for a page that came twice or is of another statement, or when the whole does
    not add up.
    """
    pages: dict[int, tuple[Page, Statement]] = {}
    for message in messages:
        if message.kind is not MessageKind.STATEMENT or len(message.statements) != 1:
            raise refusal(Iso20022Error.UNEXPECTED, PLACE, "a page is a camt.053 with one statement")
        statement = message.statements[0]
        page = statement.page or message.page or Page(number=1, last=True)
        if page.number in pages:
            raise refusal(Iso20022Error.INCONSISTENT, PLACE, f"page {page.number} came twice")
        pages[page.number] = (page, statement)
    ordered = [pages[number] for number in sorted(pages)]
    for expected, (page, statement) in enumerate(ordered, 1):
        if page.number != expected:
            raise refusal(Iso20022Error.MISSING, PLACE, f"page {expected} is missing")
        if _identity(statement) != _identity(ordered[0][1]):
            raise refusal(Iso20022Error.INCONSISTENT, PLACE, f"page {expected} is of another statement")
        if page.last and expected != len(ordered):
            raise refusal(Iso20022Error.INCONSISTENT, PLACE, f"page {expected} is the last, and more follow")
    if not ordered or not ordered[-1][0].last:
        raise refusal(Iso20022Error.MISSING, PLACE, "the last page is missing")
    joined = replace(
        ordered[0][1],
        page=None,
        balances=_balances([statement for _, statement in ordered]),
        entries=tuple(entry for _, statement in ordered for entry in statement.entries),
        additional_info=next((one.additional_info for _, one in ordered if one.additional_info), ""),
    )
    check_statement(joined, PLACE)
    return joined


PLACE = "/Document/BkToCstmrStmt/Stmt"


def _identity(statement: Statement) -> tuple[str, str, int | None]:
    return statement.id, statement.account, statement.sequence_number


def _balances(pages: Sequence[Statement]) -> tuple[Balance, ...]:
    """Every balance once: banks repeat the opening and the closing one on each page."""
    return tuple(dict.fromkeys(balance for page in pages for balance in page.balances))
