"""One payment against its journal entries: what its history says was booked is there, once, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from shared.kernel import ids
from shared.ledger.domain.journal import JournalEntry, Line
from shared.ledger.domain.transfer import Flow, lines_of
from shared.ledger.places import account_of
from shared.ledger.queries.verify_books import Difference
from shared.payments.domain.history import chain_is_whole
from shared.payments.domain.legs import LegStatus
from shared.payments.domain.payment import Payment
from shared.payments.queries.owed_entries import OwedEntry, owed_entries

_BOOKED = frozenset({LegStatus.ACCEPTED, LegStatus.RETURNED})
_NOT_BOOKED = frozenset(LegStatus) - {LegStatus.ACCEPTED}


def payment_differences(payment: Payment, entries: Sequence[JournalEntry]) -> Iterator[Difference]:
    """Everything in which they differ; `entries` are all whose ids begin with the payment's."""
    yield from _history(payment)
    there = {entry.id: entry for entry in entries}
    all_owed = owed_entries(payment)
    yield from _legs(payment, all_owed)
    for owed in all_owed:
        entry = there.pop(owed.entry_id, None)
        if entry is None:
            yield Difference(f"payment {payment.id}", f"entry {owed.entry_id}", owed.kind, "nothing")
        else:
            other = owed.instead
            yield from _entry(payment, other if other and other.kind == entry.kind else owed, entry)
    for entry in there.values():
        yield Difference(f"payment {payment.id}", f"entry {entry.id}", "nothing", entry.kind)


def _history(payment: Payment) -> Iterator[Difference]:
    subject, history = f"payment {payment.id}", payment.history
    if not chain_is_whole(history):
        whole = next(n for n in range(len(history), -1, -1) if chain_is_whole(history[:n]))
        yield Difference(subject, "hash chain of its history", "whole", f"broken at version {whole + 1}")
    if payment.state is not history[-1].state:
        yield Difference(subject, "state", f"{history[-1].state}, its history's last", payment.state.value)


def _legs(payment: Payment, all_owed: Sequence[OwedEntry]) -> Iterator[Difference]:
    """A leg names the entry that its money was booked with, which is how reconciliation finds it."""
    booked = {owed.reference: owed.entry_id for owed in all_owed if owed.reference and not owed.reverses}
    for leg in payment.legs:
        subject, expected = f"leg {leg.key}", booked.get(leg.key, "nothing")
        if expected != (leg.entry_id or "nothing"):
            yield Difference(subject, "entry", expected, leg.entry_id or "nothing")
        # One that came back before it counted as accepted moved nothing, and is returned all the same.
        fits = _BOOKED if leg.key in booked else _NOT_BOOKED
        if leg.status not in fits:
            yield Difference(subject, "status", " or ".join(sorted(fits)), leg.status.value)


def _entry(payment: Payment, owed: OwedEntry, entry: JournalEntry) -> Iterator[Difference]:
    subject = f"payment {payment.id}"
    pairs = (
        ("payment", payment.id, entry.payment_id),
        ("currency", payment.request.money.currency, entry.currency),
        ("kind", owed.kind, entry.kind),
        ("reverses", owed.reverses, entry.reverses),
        ("reference", owed.reference, entry.reference),
        ("moment", _moment(payment, owed.entry_id) or entry.at.isoformat(), entry.at.isoformat()),
    )
    for what, expected, found in pairs:
        if expected != found:
            yield Difference(subject, f"{what} of entry {entry.id}", expected or "nothing", found or "nothing")
    currency = payment.request.money.currency
    flows = [
        Flow(account_of(one.source, currency), account_of(one.destination, currency), one.amount_minor)
        for one in owed.movements
    ]
    split = [account_of(place, currency) for place in owed.split]
    wanted, there = _sides(lines_of(flows), split), _sides(entry.lines, split)
    for place in sorted(wanted.keys() | there.keys()):
        if wanted[place] != there[place]:
            yield Difference(subject, f"{place} of entry {entry.id}", wanted[place], there[place])


def _moment(payment: Payment, entry_id: str) -> str:
    """When the history says that an entry was booked; empty for a return, which may come between two versions."""
    found = (one.at for one in payment.history if ids.event_id(payment.id, one.version) == entry_id)
    at = next(found, None)
    return at.isoformat() if at else ""


def _sides(lines: Sequence[Line], split: Sequence[str]) -> Counter[str]:
    """Minor units by side and account; the accounts of a split count as one."""
    sums: Counter[str] = Counter()
    for line in lines:
        account = " or ".join(split) if line.account in split else line.account
        sums[f"{line.side.value} of {account}"] += line.amount_minor
    return sums
