"""The whole job: take what the bank has put there, then compare both ways, account by account.

May be called at any time, by any number of processes, and again after a death at any point: files, entries and breaks
are all known by names of their own, so each counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from shared.kernel.errors import ClearwayError
from shared.ports.documents import every_document
from shared.reconciliation.commands.compare_days import compare_days
from shared.reconciliation.commands.compare_journal import compare_journal
from shared.reconciliation.commands.desk import Desk
from shared.reconciliation.commands.files_done import end_files, pages_held, refuse_pages
from shared.reconciliation.commands.find_files import untaken_files
from shared.reconciliation.commands.receive_file import receive_file
from shared.reconciliation.commands.settle_slots import Settled, settle_slots, unsettled
from shared.reconciliation.commands.take_statement import take_statement, whole_of
from shared.reconciliation.documents import ACCOUNTS, MATCHES
from shared.reconciliation.domain.breaks import NOTHING_YET
from shared.reconciliation.domain.slot import SlotStatus


def reconcile(desk: Desk) -> Mapping[str, int]:
    """Counts: `statements` taken and their `entries`, files `refused` and `held`, slots `matched`, breaks `opened` and
    `closed`. Raises what the stores and the ports raise; what was done until then stays.
    """
    counts: Counter[str] = Counter(dict.fromkeys(NAMES, 0))
    for name in untaken_files(desk):
        _take(name, desk, counts)
    for rail, currency in _accounts(desk):
        _compare(rail, currency, desk, counts)
    return dict(counts)


NAMES = ("statements", "entries", "refused", "held", "matched", "opened", "closed")


def _take(name: str, desk: Desk, counts: Counter[str]) -> None:
    received = receive_file(name, desk)
    if received is None:
        counts["refused"] += 1
        counts["opened"] += 1
        return
    pages = pages_held(received, desk)
    if pages is None:
        counts["held"] += 1
        return
    try:
        whole = whole_of(pages)
    except ClearwayError as error:
        if error.retryable:
            raise
        counts["refused"] += refuse_pages(pages, error, desk)
        counts["opened"] += 1
        return
    taken = take_statement(whole, NOTHING_YET, desk)
    _count(counts, taken.settled)
    counts["closed"] += end_files(whole, desk, superseded=taken.superseded)
    counts["statements"] += not taken.superseded
    counts["entries"] += taken.entries


def _accounts(desk: Desk) -> Iterator[tuple[str, str]]:
    """Every account with a statement, or with something booked on it."""
    known = {(one.fields["rail"], one.fields["currency"]) for one in every_document(desk.documents, ACCOUNTS)}
    booked = {(one.rail, one.currency) for one in desk.journal.accounts()}
    return iter(sorted(known | booked))


def _compare(rail: str, currency: str, desk: Desk, counts: Counter[str]) -> None:
    compared = compare_days(rail, currency, desk)
    counts["opened"] += compared.cases.opened
    counts["closed"] += compared.cases.closed
    limits = desk.tolerance(rail).limits(compared.through, desk.days(rail))
    _count(counts, compare_journal(compared.account, limits, desk))
    for status in (SlotStatus.WAITING, SlotStatus.BROKEN):
        wanted = {"account": compared.account.name, "status": status.value}
        slots = every_document(desk.documents, MATCHES, equal=wanted)
        _count(counts, settle_slots(unsettled(slots), limits, desk))


def _count(counts: Counter[str], settled: Settled) -> None:
    counts["matched"] += settled.matched
    counts["opened"] += settled.cases.opened
    counts["closed"] += settled.cases.closed
