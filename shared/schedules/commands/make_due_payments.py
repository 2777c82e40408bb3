"""The timer's part: what is due is made, one occurrence a commit, and the schedule moves on in that same commit.

The payment is created and the schedule moved on together, so a process may die anywhere, two may run at once, and a
client may cancel between: an occurrence is made once or not at all. After an outage each missed occurrence is made, in
order, at most ten of one schedule in a run, the rest in the next; a schedule that skips what it missed leaves out what
is more than a day late, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.kernel.assessment import Reason
from shared.ports.clock import Clock
from shared.ports.documents import Document, DocumentReader, Transaction, Transactor
from shared.schedules.documents import SCHEDULES, schedule_from, schedule_to_fields
from shared.schedules.domain.occurrences import BankingDay
from shared.schedules.domain.schedule import DUE_SHARDS, Outcome, Past
from shared.schedules.ports import MakePayment

BATCH = 100
OCCURRENCES_A_RUN_MAX = 10


@dataclass(frozen=True, slots=True)
class Making:
    """What making due payments needs."""

    transactor: Transactor
    reader: DocumentReader
    clock: Clock
    make: MakePayment
    is_banking_day: BankingDay


def due_schedules(making: Making) -> Iterator[Document]:
    """Schedules with an occurrence that is due, the longest due first; at most 100 a shard and call."""
    for shard in range(DUE_SHARDS):
        yield from making.reader.find(
            SCHEDULES, equal={"due_shard": shard}, at_most=("due_at", making.clock.now()), limit=BATCH
        )


def make_due_payments(found: Document, making: Making) -> Iterator[Past]:
    """What was done for each due occurrence of a schedule as it was found, each safe when it is handed over.

    Ends early when somebody else did it, or paused or cancelled the schedule. Raises retryable errors of the store.
    """
    known = [found]
    for _ in range(OCCURRENCES_A_RUN_MAX):
        committed = making.transactor.run(lambda tx: _make_next(tx, found, making), known=known)
        if committed.value is None:
            return
        known = [committed.documents[found.key]]
        yield committed.value


def _make_next(tx: Transaction, found: Document, making: Making) -> Past | None:
    (document,) = tx.get(found.key)
    if document is None:
        return None
    schedule, now = schedule_from(document), making.clock.now()
    due = schedule.next
    if due is None or schedule.due_at is None or schedule.due_at > now:
        return None
    if schedule.missed(now):
        past = Past(due.nominal, due.due_at, now, Outcome.SKIPPED)
    else:
        made = making.make(tx, schedule.payment(due))
        if isinstance(made, Reason):
            past = Past(due.nominal, due.due_at, now, Outcome.REFUSED, reason=made)
        else:
            past = Past(due.nominal, due.due_at, now, Outcome.MADE, payment_id=made)
    tx.replace(document.key, schedule_to_fields(schedule.done(past, is_banking_day=making.is_banking_day)))
    return past
