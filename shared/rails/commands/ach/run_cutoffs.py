"""The cut-off job: finish what was begun, then cut what is due since the last cut-off that was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kernel.errors import ClearwayError
from shared.rails.ach_documents import CUTOFFS_DONE, FILES, file_from
from shared.rails.commands.ach.cut_file import cut_file, finish_file
from shared.rails.commands.ach.desk import AchDesk
from shared.rails.domain.ach.file import AchFile, FileStatus
from shared.rails.domain.ach.schedule import same_day_is_sooner
from shared.rails.domain.ach_windows import Cutoff

# How far back a house that never cut a file looks for a cut-off: over a long weekend.
FIRST_LOOK = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class CutoffRun:
    """The files that a call brought to their end, also empty ones, and what kept others from it."""

    files: tuple[AchFile, ...]
    errors: tuple[ClearwayError, ...] = ()


def run_cutoffs(now: datetime, desk: AchDesk) -> CutoffRun:
    """Cut what is due; nothing, when no cut-off is. See `cut_file` for the errors.

    After a sleep over several cut-offs of a kind, one file is cut for what was queued by the last of them: it makes the
    next window that is open now, and a file for each missed cut-off could add nothing. Where no same-day window is
    sooner any more, the standard file takes the same-day entries too, now or at its own cut-off.
    A file that cannot be finished does not keep later ones from being cut, and is tried again by every call.
    """
    begun = [
        file_from(document)
        for status in (FileStatus.CUTTING, FileStatus.SEALED)
        for document in desk.documents.find(FILES, equal={"status": status.value})
    ]
    known = {file.id for file in begun}
    done = desk.documents.get(CUTOFFS_DONE)
    due = _due(done.fields["through"] if done else now - FIRST_LOOK, now, desk)
    # In the order of the cut-offs: the mark of what is done moves on, so an earlier one must not be left behind it.
    todo: list[AchFile | Cutoff] = [*begun, *(cutoff for cutoff in due if cutoff.id not in known)]
    todo.sort(key=lambda one: one.cutoff_at if isinstance(one, AchFile) else desk.origin.schedule.reached_at(one))
    files, errors = [], []
    for one in todo:
        try:
            files.append(finish_file(one, desk) if isinstance(one, AchFile) else cut_file(one, desk))
        except ClearwayError as error:
            errors.append(error)
            if not isinstance(one, AchFile):
                break  # it may not even be opened, and then nothing but the mark would know of it
    return CutoffRun(tuple(files), tuple(errors))


def _due(since: datetime, now: datetime, desk: AchDesk) -> list[Cutoff]:
    """The last cut-off of each kind; a same-day one only while it is sooner than the standard."""
    passed = desk.origin.schedule.due(since, now)
    standard = [cutoff for cutoff in passed if not cutoff.same_day][-1:]
    same_day = [cutoff for cutoff in passed if cutoff.same_day][-1:] if same_day_is_sooner(now) else []
    return [*standard, *same_day]
