"""The whole proof: the journal against every balance, and against everything that payments say was booked.

Payments and journal entries are read page by page and side by side, in the order of their ids: an entry's id begins
with its payment's. What is kept is bounded by the number of accounts and of open cases.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter

from scripts.verify_payment import payment_differences
from shared.ledger.documents import JOURNAL
from shared.ledger.domain.chart import house_account
from shared.ledger.domain.journal import JournalEntry, Side
from shared.ledger.queries.verify_books import Books, BooksCheck, Difference
from shared.payments.domain.payment import Payment
from shared.payments.queries.all_payments import readable_payments
from shared.payments.queries.owed_entries import in_transit_minor
from shared.payments.queries.parking_cases import parking_cases
from shared.ports.documents import DocumentReader, every_document
from shared.ports.ledger import HouseAccount

_PAYMENT_ID = re.compile(r"pay_[a-z2-7]{26}")


@dataclass(slots=True)
class _Check:
    """What is gathered on the way: differences, open holds by account, and what two house accounts must come to."""

    books: BooksCheck = field(default_factory=BooksCheck)
    differences: list[Difference] = field(default_factory=list)
    held: Counter[str] = field(default_factory=Counter)
    owed: Counter[str] = field(default_factory=Counter)

    def differs(self, subject: str, what: str, expected: str | int, found: str | int) -> None:
        """Note a difference."""
        self.differences.append(Difference(subject, what, expected, found))

    def take(self, payment: Payment, entries: list[JournalEntry], *, parking: bool) -> None:
        """One payment with its entries; `parking` is whether an open case asks about money of it in suspense."""
        self.differences += payment_differences(payment, entries)
        currency = payment.request.money.currency
        for hold in payment.open_holds:
            self.held[hold.account_id] += hold.money.amount_minor
        self.owed[house_account(HouseAccount.IN_TRANSIT.value, currency)] += in_transit_minor(payment)
        suspense = house_account(HouseAccount.SUSPENSE.value, currency)
        parked_minor = sum(
            entry.amount_minor(suspense, Side.CREDIT) - entry.amount_minor(suspense, Side.DEBIT) for entry in entries
        )
        if parking:
            self.owed[suspense] += parked_minor
        if parking != bool(parked_minor):
            found = f"{parked_minor} {currency} and {'an' if parking else 'no'} open case"
            self.differs(f"payment {payment.id}", "parked in suspense", "money and an open case, or neither", found)


def verify(reader: DocumentReader) -> Books:
    """Everything that differs, after one pass over payments, journal, accounts and cases. Exact while nothing moves."""
    check, parking = _Check(), set(parking_cases(reader))
    tagged = heapq.merge(_payments(reader, check), _entries(reader, check), key=itemgetter(0, 1))
    for payment_id, group in groupby(tagged, key=itemgetter(0)):
        members = [member for _, _, member in group]
        entries = [member for member in members if isinstance(member, JournalEntry)]
        payment = members[0]
        if isinstance(payment, Payment):
            check.take(payment, entries, parking=payment_id in parking)
            parking.discard(payment_id)
            continue
        for entry in entries:
            check.differs(f"entry {entry.id}", f"payment {payment_id}", "a payment of that id", "none")
    for payment_id in sorted(parking):
        check.differs(f"payment {payment_id}", "parked in suspense", "a payment", "an open case on none")
    books = check.books.conclude(reader, check.held)
    for account in sorted({*check.owed, *_of_payments(books)}):
        expected, found = check.owed[account], books.house_minor.get(account, 0)
        if expected != found:
            check.differs(f"account {account}", "balance, by what payments and open cases say", expected, found)
    return replace(books, differences=(*books.differences, *check.differences))


def _payments(reader: DocumentReader, check: _Check) -> Iterator[tuple[str, int, Payment | None]]:
    for payment_id, payment in readable_payments(reader):
        if payment is None or payment.id != payment_id:
            found = "not readable" if payment is None else f"the content of {payment.id}"
            check.differs(f"payment {payment_id}", "its form", "a payment of that id", found)
        elif _PAYMENT_ID.fullmatch(payment_id):
            yield payment_id, 0, payment


def _entries(reader: DocumentReader, check: _Check) -> Iterator[tuple[str, int, JournalEntry]]:
    for document in every_document(reader, JOURNAL):
        entry = check.books.take(document)
        payment_id = document.key.id.partition(".")[0]
        if not _PAYMENT_ID.fullmatch(payment_id):
            check.differs(f"entry {document.key.id}", "its payment", "named by its id", "no payment's id")
        elif entry is not None:
            yield payment_id, 1, entry


def _of_payments(books: Books) -> list[str]:
    kinds = tuple(house_account(kind.value, "") for kind in (HouseAccount.IN_TRANSIT, HouseAccount.SUSPENSE))
    return [account for account in books.house_minor if account.startswith(kinds)]
