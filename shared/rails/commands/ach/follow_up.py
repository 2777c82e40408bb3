"""What follows from a received entry, outside of its own commit. All of it may be done again at will."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shared.ports.corrections import Correction, Corrections
from shared.ports.documents import Key, Transaction, every_document
from shared.ports.rail import Answer, News
from shared.rails.ach_documents import ENTRIES, entry_from, entry_key, entry_to_fields
from shared.rails.commands.ach.answers import refusal, returned_answer
from shared.rails.commands.ach.desk import RAIL, AchDesk
from shared.rails.commands.ach.take_item import Outcome, Taken
from shared.rails.domain.ach.entry import AchEntry, EntryKind, EntryStatus


def follow_up(
    taken: Taken, code: str, *, desk: AchDesk, take_news: Callable[[News], object], corrections: Corrections
) -> bool:
    """Tell payments of a return; correct an instrument, and entries that still wait; refuse those behind a prenote.

    `code` is what the bank said. False when the instrument of a correction is not there, or has other numbers by now.
    Raises what `take_news` and `corrections` raise.
    """
    entry = taken.entry
    if entry is None:
        return True
    match taken.outcome:
        case Outcome.RETURNED | Outcome.CONTESTED if entry.kind is EntryKind.PAYMENT:
            take_news(News(RAIL, entry.key, returned_answer(entry, entry.reason_code, taken.file)))
        case Outcome.CHANGED:
            return _correct(taken, entry, code, desk, corrections)
        case Outcome.PRENOTE_FAILED:
            for key in _waiting(entry, desk):
                refused = _changed_while_queued(key, lambda waiting: waiting.rejected(entry.reason_code), desk)
                if refused is not None:
                    answer: Answer = refusal(entry.reason_code, refused.reference)
                    take_news(News(RAIL, refused.key, answer))
        case _:
            return True
    return True


def _correct(taken: Taken, entry: AchEntry, code: str, desk: AchDesk, corrections: Corrections) -> bool:
    right = taken.corrected
    if right is None:
        return True
    for key in _waiting(entry, desk):
        _changed_while_queued(
            key,
            lambda waiting: replace(
                waiting,
                routing_number=right.routing_number,
                account_number=right.account_number,
                account_type=right.account_type or waiting.account_type,
            ),
            desk,
        )
    return corrections.apply(
        Correction(
            entry_key=entry.key,
            instrument_id=entry.instrument_id,
            change_code=code,
            was_routing_number=entry.routing_number,
            was_account_number=entry.account_number,
            customer_id=entry.customer_id,
            routing_number=right.routing_number,
            account_number=right.account_number,
            account_type=right.account_type,
        )
    )


def _waiting(entry: AchEntry, desk: AchDesk) -> list[Key]:
    """Queued payments to the account that an entry was for."""
    wanted = {"account_ref": entry.account_ref, "status": EntryStatus.QUEUED.value, "kind": EntryKind.PAYMENT.value}
    return [document.key for document in every_document(desk.documents, ENTRIES, equal=wanted)]


def _changed_while_queued(key: Key, change: Callable[[AchEntry], AchEntry], desk: AchDesk) -> AchEntry | None:
    """The entry after a change; None when a file took it in the meantime, or it was changed before."""

    def work(tx: Transaction) -> AchEntry | None:
        (document,) = tx.get(key)
        entry = entry_from(document) if document else None
        if entry is None or entry.status is not EntryStatus.QUEUED or change(entry) == entry:
            return None
        tx.replace(entry_key(entry.key), entry_to_fields(change(entry)))
        return change(entry)

    return desk.documents.run(work).value
