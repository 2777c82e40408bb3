"""What the ACH rail says of an entry."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.ports.rail import Answer, RailStatus
from shared.rails.domain.ach.entry import AchEntry, EntryStatus
from shared.rails.domain.ach.file import AchFile
from shared.rails.domain.ach.schedule import Schedule
from shared.rails.domain.reasons import reject_reason


def answer_of(entry: AchEntry, file: AchFile | None, now: datetime, schedule: Schedule) -> Answer:
    """The rail's word on an entry and the file that it is in, if it is in one.

    PENDING until the file's settlement, with the moment at which asking again is of use; ACCEPTED from then on, which
    says that the money moved and not that it stays: a return may follow, and then it is RETURNED.
    """
    if entry.status is EntryStatus.REJECTED:
        return refusal(entry.reason_code, entry.reference)
    if entry.status is EntryStatus.RETURNED:
        return returned_answer(entry, entry.reason_code, file)
    if file is not None and file.settled(now):
        return Answer(RailStatus.ACCEPTED, entry.reference, settled_on=file.settles_on)
    if file is not None and file.settles_at > now:
        return Answer(RailStatus.PENDING, entry.reference, check_at=file.settles_at)
    # Queued, or in a file that should have been sent by now: it will be with the next one that can be.
    planned = schedule.next(max(now, entry.due_from), entry.service)
    return Answer(RailStatus.PENDING, entry.reference, check_at=planned.settles_at.astimezone(UTC))


def returned_answer(entry: AchEntry, code: str, file: AchFile | None) -> Answer:
    """The answer for an entry that came back with this code."""
    return Answer(
        RailStatus.RETURNED,
        entry.reference,
        code,
        reject_reason(code).text,
        settled_on=file.settles_on if file else None,
    )


PRENOTE_FAILED = "prenote_failed"


def refusal(code: str, reference: str = "") -> Answer:
    """The answer for an entry that was not sent since the prenote of its account came back with this code."""
    text = f"a prenote of this account came back with {code}: {reject_reason(code).text}"
    return Answer(RailStatus.REJECTED, reference, PRENOTE_FAILED, text)
