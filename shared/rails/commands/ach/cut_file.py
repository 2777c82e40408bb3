"""Cut the file of one cut-off: open, claim, seal, hand over, finish. Killed anywhere, the next call goes on from there.

Membership is decided in the claims alone. Each reads the file's document and replaces it, so that it can only commit
while the file is being cut, and two processes that claim for one file take turns. From the seal on, the entries, their
trace numbers and everything in the headers stand in documents, so whoever builds the bytes builds the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from shared.kernel.errors import ClearwayError
from shared.kernel.party import Direction
from shared.ports.documents import Document, Transaction, every_document, keep
from shared.rails.ach_documents import (
    CUTOFFS_DONE,
    ENTRIES,
    TRACE_COUNTER,
    day_key,
    entry_from,
    entry_key,
    entry_to_fields,
    file_from,
    file_key,
    file_to_fields,
    files_of_day_key,
)
from shared.rails.commands.ach.desk import AchDesk
from shared.rails.domain.ach.eastern import EASTERN
from shared.rails.domain.ach.entry import AchEntry, EntryKind, EntryStatus, Service
from shared.rails.domain.ach.errors import AchError
from shared.rails.domain.ach.file import AchFile, FileStatus
from shared.rails.domain.ach.rendering import render
from shared.rails.domain.ach.schedule import same_day_is_sooner, window_of
from shared.rails.domain.ach_windows import Cutoff

TRACES_MAX = 9_999_999


def cut_file(cutoff: Cutoff, desk: AchDesk) -> AchFile:
    """The file of a cut-off, sent or found empty; untouched when that was done before.

    It holds what is queued and due by the cut-off: same-day entries if the cut-off is of a same-day window, else all
    others, and also those same-day entries whose day has no window left.
    Raises FILE_DIFFERS when something else lies under the file's name, and what the stores raise; then the file
    stays as far as it came.
    """
    return finish_file(_opened(cutoff, desk), desk)


def finish_file(file: AchFile, desk: AchDesk) -> AchFile:
    """The file that was opened, from wherever it stands to its end; see `cut_file`."""
    if file.status is FileStatus.CUTTING:
        _claim_all(file, desk)
        file = _sealed(file.id, desk)
    if file.status is FileStatus.SEALED:
        _hand_over(file, desk)
        file = _finished(file.id, desk)
    return file


def _opened(cutoff: Cutoff, desk: AchDesk) -> AchFile:
    def work(tx: Transaction) -> AchFile:
        (document,) = tx.get(file_key(cutoff.id))
        if document is not None:
            return file_from(document)
        now = desk.clock.now()
        sooner = same_day_is_sooner(now)
        same_day = cutoff.same_day and sooner
        planned = window_of(now, same_day=same_day)
        file = AchFile(
            id=cutoff.id,
            cutoff_at=desk.origin.schedule.reached_at(cutoff),
            same_day=same_day,
            all_services=not same_day and not sooner,
            effective_on=planned.settles_on,
            settles_on=planned.settles_on,
            settles_at=planned.settles_at.astimezone(UTC),
            asked_at=planned.settles_at.astimezone(UTC) if same_day else None,
            opened_at=now,
        )
        tx.create(file_key(file.id), file_to_fields(file))
        return file

    return desk.documents.run(work).value


def _claim_all(file: AchFile, desk: AchDesk) -> None:
    """Claim until nothing is left that was due by the cut-off, or until somebody else sealed the file."""
    wanted = {"status": EntryStatus.QUEUED.value}
    if not file.all_services:
        wanted["service"] = (Service.SAME_DAY if file.same_day else Service.STANDARD).value
    while True:
        page = desk.documents.find(ENTRIES, equal=wanted, at_most=("due_from", file.cutoff_at), limit=desk.claim_max)
        if not page or not _claimed(file.id, page, desk):
            return


def _claimed(file_id: str, page: Sequence[Document], desk: AchDesk) -> bool:
    """Take into the file what of a page is still queued, with the next trace numbers; False when it was sealed."""

    def work(tx: Transaction) -> bool:
        document, counter, *found = tx.get(file_key(file_id), TRACE_COUNTER, *(one.key for one in page))
        file = _file(document)
        if file.status is not FileStatus.CUTTING:
            return False
        entries = [entry_from(one) for one in found if one and one.fields["status"] == EntryStatus.QUEUED.value]
        if not entries:
            return True
        number = counter.fields["next"] if counter else 1
        for at, entry in enumerate(entries, number):
            trace = f"{desk.origin.odfi_identification}{(at - 1) % TRACES_MAX + 1:07d}"
            claimed = entry.claimed(file_id, trace)
            tx.replace(entry_key(entry.key), entry_to_fields(claimed))
        keep(tx, TRACE_COUNTER, counter, {"next": number + len(entries)})
        tx.replace(file_key(file_id), file_to_fields(_with(file, entries)))
        return True

    return desk.documents.run(work, known=page).value


def _with(file: AchFile, entries: Sequence[AchEntry]) -> AchFile:
    """The file with the counts and totals of what it has just taken in."""
    debits = [entry for entry in entries if entry.direction is Direction.DEBIT]
    cents = sum(entry.amount_cents for entry in entries)
    debit_cents = sum(entry.amount_cents for entry in debits)
    return replace(
        file,
        entries=file.entries + len(entries),
        debit_entries=file.debit_entries + sum(entry.kind is EntryKind.PAYMENT for entry in debits),
        debit_cents=file.debit_cents + debit_cents,
        credit_cents=file.credit_cents + cents - debit_cents,
    )


def _sealed(file_id: str, desk: AchDesk) -> AchFile:
    """The file closed to further entries, with its modifier; EMPTY when it took none in."""

    def work(tx: Transaction) -> AchFile:
        now = desk.clock.now()
        of_day = files_of_day_key(now.astimezone(EASTERN).date())
        document, count, done = tx.get(file_key(file_id), of_day, CUTOFFS_DONE)
        file = _file(document)
        if file.status is not FileStatus.CUTTING:
            return file
        if file.entries == 0:
            file = replace(file, status=FileStatus.EMPTY, sealed_at=now)
            _mark_done(tx, done, file.cutoff_at)
        else:
            before = count.fields["files"] if count else 0
            file = file.sealed(before, now)
            keep(tx, of_day, count, {"files": before + 1})
            if file.debit_entries:
                tx.add(day_key(file.effective_on), {"debits": file.debit_entries})
        tx.replace(file_key(file_id), file_to_fields(file))
        return file

    return desk.documents.run(work).value


def _hand_over(file: AchFile, desk: AchDesk) -> None:
    """Put the file's bytes where the bank takes them; what lies there already must be the same."""
    found = every_document(desk.documents, ENTRIES, equal={"file_id": file.id})
    data = render(file, [entry_from(document) for document in found], desk.origin)
    if not desk.objects.put_new(file.object_name, data) and desk.objects.get(file.object_name) != data:
        raise ClearwayError(AchError.FILE_DIFFERS, f"{file.object_name} holds another file")


def _finished(file_id: str, desk: AchDesk) -> AchFile:
    def work(tx: Transaction) -> AchFile:
        document, done = tx.get(file_key(file_id), CUTOFFS_DONE)
        file = _file(document)
        if file.status is not FileStatus.SEALED:
            return file
        now = desk.clock.now()
        possible = window_of(now, same_day=file.same_day)
        file = file.sent(now, possible.settles_on, possible.settles_at.astimezone(UTC))
        tx.replace(file_key(file_id), file_to_fields(file))
        _mark_done(tx, done, file.cutoff_at)
        return file

    return desk.documents.run(work).value


def _mark_done(tx: Transaction, done: Document | None, cutoff_at: datetime) -> None:
    if done is None or done.fields["through"] < cutoff_at:
        keep(tx, CUTOFFS_DONE, done, {"through": cutoff_at})


def _file(document: Document | None) -> AchFile:
    if document is None:
        raise ClearwayError(AchError.FILE_DIFFERS, "a file that was opened is gone")
    return file_from(document)
