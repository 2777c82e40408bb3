"""What may be done to accounts: pend, post (in whole, in part, or at once), give back, reverse. Check all, then apply.

Each decision is a flat ladder of guards in the order of `Outcome`; the first that fires is the answer. After the last
guard it must succeed, and only then is anything changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.kernel.hold import Hold
from shared.kernel.money import AMOUNT_MINOR_MAX
from shared.ledger.domain.account import Account, AccountStatus, Counters
from shared.ledger.domain.chart import is_house
from shared.ledger.domain.journal import JournalEntry, Side
from shared.ledger.domain.outcomes import Outcome
from shared.ledger.domain.reversal import may_reverse
from shared.ledger.domain.transfer import Transfer


@dataclass(frozen=True, slots=True)
class Found:
    """What was read for a transfer: the accounts that it draws on, and what it reverses.

    `reversed_by` is the entry that has reversed it before, or empty.
    """

    accounts: Mapping[str, Account | None] = field(default_factory=dict)
    reversed: JournalEntry | None = None
    reversed_by: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """What a transfer comes to: its entry, the accounts that were read as they are after it, and all other changes."""

    entry: JournalEntry
    accounts: tuple[Account, ...]
    changes: Mapping[str, Counters]


def pend(account: Account | None, hold: Hold) -> Account | Outcome:
    """The account with the hold set aside on it: a pending transfer, of which the booking will say where it goes."""
    outcome = next(_against_pending(account, hold), None)
    if outcome is not None or account is None:
        return outcome or Outcome.ACCOUNT_NOT_FOUND
    # After this point it must succeed.
    return account.with_change(Counters(debits_pending_minor=hold.money.amount_minor))


def give_back(hold: Hold) -> Counters | Outcome:
    """What voiding a pending transfer, or its expiry, adds to its account; to the account the two are the same."""
    if not hold.open:
        return Outcome.HOLD_NOT_OPEN
    return Counters(debits_pending_minor=-hold.money.amount_minor)


def post(transfer: Transfer, found: Found) -> Posted | Outcome:
    """The transfer as it is booked: out of its holds, or at once."""
    outcome = next(against_posting(transfer, found), None)
    if outcome is not None:
        return outcome
    # After this point it must succeed.
    after = tuple(account.with_change(transfer.change(account.id)) for account in found.accounts.values() if account)
    others = [account for account in transfer.accounts if account not in found.accounts]
    return Posted(transfer.entry(), after, {account: transfer.change(account) for account in others})


def same_or_different(present: JournalEntry, wanted: JournalEntry) -> Outcome:
    """What a second booking of an id is: the same as the first, its moment apart, or another one."""
    names = ("id", "payment_id", "currency", "lines", "kind", "reverses", "reference")
    same = all(getattr(present, name) == getattr(wanted, name) for name in names)
    return Outcome.EXISTS if same else Outcome.EXISTS_WITH_DIFFERENT_CONTENT


def has_expired(hold: Hold, at: datetime) -> bool:
    """Whether a hold has come to its end by itself; until it is given back, it weighs on its account all the same."""
    return hold.expires_at is not None and hold.expires_at <= at


def _against_pending(account: Account | None, hold: Hold) -> Iterator[Outcome]:
    if not 0 < hold.money.amount_minor <= AMOUNT_MINOR_MAX:
        yield Outcome.AMOUNT_OUT_OF_RANGE
    if not hold.open:
        yield Outcome.HOLD_NOT_OPEN
    if has_expired(hold, hold.at):
        yield Outcome.HOLD_EXPIRED
    if account is None:
        yield Outcome.ACCOUNT_NOT_FOUND
        return
    if account.currency != hold.money.currency:
        yield Outcome.CURRENCY_MISMATCH
    if account.status is AccountStatus.CLOSED:
        yield Outcome.ACCOUNT_CLOSED
    if account.status is AccountStatus.FROZEN:
        yield Outcome.ACCOUNT_FROZEN
    beyond = account.with_change(Counters(debits_pending_minor=hold.money.amount_minor)).beyond_limit()
    if beyond is not None:
        yield beyond


def against_posting(transfer: Transfer, found: Found) -> Iterator[Outcome]:
    """Everything that speaks against a transfer, in order of precedence."""
    yield from _against_request(transfer)
    if transfer.reverses:
        yield from _against_reversing(transfer, found)
    yield from _against_accounts(transfer, found)
    yield from _against_amounts(transfer, found)


def _against_request(transfer: Transfer) -> Iterator[Outcome]:
    amounts = [line.amount_minor for line in transfer.lines]
    amounts += [hold.money.amount_minor for hold in (*transfer.holds, *transfer.new_holds)]
    if not transfer.lines or any(not 0 < amount_minor <= AMOUNT_MINOR_MAX for amount_minor in amounts):
        yield Outcome.AMOUNT_OUT_OF_RANGE
    sides = [(transfer.side_minor(one, Side.DEBIT), transfer.side_minor(one, Side.CREDIT)) for one in transfer.accounts]
    if all(debits_minor == credits_minor for debits_minor, credits_minor in sides):
        yield Outcome.SAME_ACCOUNT
    listed = [hold.id for hold in transfer.holds]
    if not all(hold.open for hold in (*transfer.holds, *transfer.new_holds)) or len(set(listed)) < len(listed):
        yield Outcome.HOLD_NOT_OPEN
    if any(not transfer.side_minor(hold.account_id, Side.DEBIT) for hold in transfer.holds):
        yield Outcome.HOLD_OF_ANOTHER_ACCOUNT
    # What is undone has left already, so as long as a hold has not been given back, that is what it is there for.
    if not transfer.reverses and any(has_expired(hold, transfer.at) for hold in transfer.holds):
        yield Outcome.HOLD_EXPIRED


def _against_reversing(transfer: Transfer, found: Found) -> Iterator[Outcome]:
    if found.reversed is None:
        yield Outcome.ENTRY_NOT_FOUND
        return
    if found.reversed_by:
        yield Outcome.ALREADY_REVERSED
    if not may_reverse(transfer, found.reversed):
        yield Outcome.NOT_REVERSIBLE


def _against_accounts(transfer: Transfer, found: Found) -> Iterator[Outcome]:
    held_at_house = any(is_house(hold.account_id) for hold in (*transfer.holds, *transfer.new_holds))
    if held_at_house or any(account is None for account in found.accounts.values()):
        yield Outcome.ACCOUNT_NOT_FOUND
    accounts = [account for account in found.accounts.values() if account]
    currencies = [account.currency for account in accounts]
    currencies += [hold.money.currency for hold in (*transfer.holds, *transfer.new_holds)]
    if any(currency != transfer.currency for currency in currencies):
        yield Outcome.CURRENCY_MISMATCH
    # A freeze stops what somebody asks for, not what undoes it.
    if not transfer.reverses:
        statuses = {account.status for account in accounts}
        if AccountStatus.CLOSED in statuses:
            yield Outcome.ACCOUNT_CLOSED
        if AccountStatus.FROZEN in statuses:
            yield Outcome.ACCOUNT_FROZEN


def _against_amounts(transfer: Transfer, found: Found) -> Iterator[Outcome]:
    held = {hold.account_id for hold in transfer.holds}
    # What is undone comes out of the hold first, and then out of what is available.
    over = [one for one in held if transfer.side_minor(one, Side.DEBIT) > transfer.held_minor(one)]
    if over and not transfer.reverses:
        yield Outcome.EXCEEDS_HOLD
    for account in {hold.account_id for hold in transfer.new_holds}:
        kept_minor = transfer.change(account).debits_pending_minor + transfer.held_minor(account)
        if kept_minor > max(0, transfer.freed_minor(account)):
            yield Outcome.EXCEEDS_WHAT_COMES_IN
            break
    after = [account.with_change(transfer.change(account.id)) for account in found.accounts.values() if account]
    beyond = [outcome for account in after if (outcome := account.beyond_limit())]
    yield from sorted(beyond, key=lambda outcome: outcome.precedence)
