"""The proof of the books: every balance is what the journal and the open holds make it, and no limit is broken.

It takes the journal entry by entry, so that whoever compares the entries with something else (the payments) reads them
once for both; what it keeps is bounded by the number of accounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.kernel.errors import ClearwayError
from shared.ledger.documents import (
    ACCOUNTS,
    HOUSE_SHARDS,
    JOURNAL,
    REVERSALS,
    counters_from,
    entry_from,
    opened,
)
from shared.ledger.domain.account import COUNTERS, Account, Counters
from shared.ledger.domain.chart import normal_side
from shared.ledger.domain.journal import JournalEntry
from shared.ports.documents import Document, DocumentReader, every_document

# What reading a document raises that is not what it should be.
_FORMLESS = (KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be: of what (an account, an entry, a payment), what of it, and how."""

    subject: str
    what: str
    expected: str | int
    found: str | int

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}: expected {self.expected}, found {self.found}"

    @property
    def sign(self) -> tuple[str, str, str | int]:
        """What stays the same of it while the books go on: the subject, and by how much it is off."""
        if isinstance(self.expected, int) and isinstance(self.found, int):
            return self.subject, self.what, self.found - self.expected
        return self.subject, self.what, f"{self.expected}/{self.found}"


@dataclass(frozen=True, slots=True)
class Books:
    """What was found. `debits_minor` and `credits_minor` are all that is posted, by currency.

    `house_minor` is the balance of each house account on its normal side.
    """

    debits_minor: Mapping[str, int]
    credits_minor: Mapping[str, int]
    house_minor: Mapping[str, int]
    accounts: int
    entries: int
    differences: tuple[Difference, ...]

    @property
    def balanced(self) -> bool:
        """Whether the trial balance is zero per currency and nothing differs."""
        return self.debits_minor == self.credits_minor and not self.differences


@dataclass(slots=True)
class BooksCheck:
    """Give it every journal document, then ask it to conclude."""

    journal: dict[tuple[str, str], Counters] = field(default_factory=lambda: defaultdict(Counters))
    reversed: dict[str, str] = field(default_factory=dict)
    entries: int = 0
    differences: list[Difference] = field(default_factory=list)

    def take(self, document: Document) -> JournalEntry | None:
        """Fold one journal document in; the entry that it is, or None for one that cannot be one."""
        self.entries += 1
        subject = f"entry {document.key.id}"
        try:
            entry = entry_from(document)
        except ClearwayError:
            self.differences.append(Difference(subject, "debits and credits", "equal", "not equal"))
            return None
        except _FORMLESS as error:
            self._formless(subject, "an entry", error)
            return None
        if list(entry.accounts) != document.fields.get("accounts"):
            self.differences.append(Difference(subject, "accounts to find it by", "those of its lines", "others"))
        for line in entry.lines:
            posted = {f"{line.side.value}s_posted_minor": line.amount_minor}
            self.journal[line.account, entry.currency] += Counters(**posted)
        if entry.reverses:
            first = self.reversed.setdefault(entry.reverses, entry.id)
            if first != entry.id:
                self.differences.append(Difference(subject, f"reversal of {entry.reverses}", first, "a second one"))
        return entry

    def conclude(self, reader: DocumentReader, held_minor: Mapping[str, int]) -> Books:
        """Compare with every balance; `held_minor` is what open holds come to, by account."""
        totals: dict[str, Counters] = defaultdict(Counters)
        house: dict[str, Counters] = defaultdict(Counters)
        accounts = 0
        expected_held = {account: minor for account, minor in held_minor.items() if minor}
        for document in every_document(reader, ACCOUNTS):
            accounts += 1
            try:
                counters, wallet = counters_from(document.fields), opened(document)
            except _FORMLESS as error:
                self._formless(f"account {document.key.id}", "an account", error)
                continue
            totals[document.fields.get("currency", "no currency")] += counters
            self._check_wallet(document.key.id, wallet, expected_held.pop(document.key.id, 0))
        for document in every_document(reader, HOUSE_SHARDS):
            try:
                counters, place = counters_from(document.fields), _place_of(document)
            except _FORMLESS as error:
                self._formless(f"shard {document.key.id}", "a shard", error)
                continue
            totals[place[1]] += counters
            house[place[0]] += counters
            self._check_shard(document)
        for account, found in sorted(house.items()):
            self._compare(account, account.rpartition(".")[2], found)
        # What is left is of accounts that have no document.
        for account, currency in sorted(self.journal):
            self._compare(account, currency, Counters())
        for account, minor in sorted(expected_held.items()):
            self.differences.append(Difference(f"account {account}", "debits pending", minor, "no account"))
        self._check_reversals(reader)
        for currency, total in sorted(totals.items()):
            if total.debits_posted_minor != total.credits_posted_minor:
                off_minor = total.debits_posted_minor - total.credits_posted_minor
                self.differences.append(Difference(f"trial balance {currency}", "debits less credits", 0, off_minor))
        return Books(
            {currency: total.debits_posted_minor for currency, total in totals.items() if total.debits_posted_minor},
            {currency: total.credits_posted_minor for currency, total in totals.items() if total.credits_posted_minor},
            {account: total.balance_minor(normal_side(account)) for account, total in house.items()},
            accounts + len(house),
            self.entries,
            tuple(self.differences),
        )

    def _formless(self, subject: str, what: str, error: Exception) -> None:
        self.differences.append(Difference(subject, "its form", what, type(error).__name__))

    def _check_wallet(self, account_id: str, account: Account | None, held_minor: int) -> None:
        subject = f"account {account_id}"
        if account is None:
            self.differences.append(Difference(subject, "opened", "yes", "no"))
            return
        self._compare(account.id, account.currency, account.counters, held_minor)
        beyond = account.beyond_limit()
        if beyond is not None:
            minor = account.counters.balance_minor(account.normal_side) - account.counters.debits_pending_minor
            self.differences.append(Difference(subject, f"available ({beyond.code})", "0 or more", minor))

    def _check_shard(self, document: Document) -> None:
        account, subject = document.fields["account"], f"shard {document.key.id}"
        if not account.endswith(f".{document.fields['currency']}"):
            self.differences.append(Difference(subject, "currency", account, document.fields["currency"]))
        if document.key.id.rpartition("~")[0] != account:
            self.differences.append(Difference(subject, "account", document.key.id.rpartition("~")[0], account))

    def _compare(self, account: str, currency: str, found: Counters, held_minor: int = 0) -> None:
        expected = self.journal.pop((account, currency), Counters()) + Counters(debits_pending_minor=held_minor)
        for name in COUNTERS:
            if getattr(expected, name) != getattr(found, name):
                what = f"{name.removesuffix('_minor').replace('_', ' ')} {currency}"
                difference = Difference(f"account {account}", what, getattr(expected, name), getattr(found, name))
                self.differences.append(difference)

    def _check_reversals(self, reader: DocumentReader) -> None:
        expected = dict(self.reversed)
        for document in every_document(reader, REVERSALS):
            wanted, found = expected.pop(document.key.id, "nothing"), document.fields.get("reversed_by", "nothing")
            if wanted != found:
                self.differences.append(Difference(f"entry {document.key.id}", "reversed by", wanted, found))
        for entry_id, wanted in sorted(expected.items()):
            self.differences.append(Difference(f"entry {entry_id}", "reversed by", wanted, "nothing"))


def _place_of(shard: Document) -> tuple[str, str]:
    """Account and currency of a shard; raises TypeError for one that has no such texts."""
    account, currency = shard.fields["account"], shard.fields["currency"]
    if not isinstance(account, str) or not isinstance(currency, str):
        raise TypeError
    return account, currency


def verify_books(reader: DocumentReader, held_minor: Mapping[str, int]) -> Books:
    """The ledger alone; `held_minor` is what open holds come to, by account. Exact while nothing moves."""
    check = BooksCheck()
    for document in every_document(reader, JOURNAL):
        check.take(document)
    return check.conclude(reader, held_minor)
