"""One schedule, or all of them page by page, for their tenant."""

from __future__ import annotations

from collections.abc import Sequence

from shared.kernel.errors import ClearwayError
from shared.ports.documents import Document, DocumentReader
from shared.schedules.documents import SCHEDULES, schedule_from, schedule_key
from shared.schedules.domain.errors import ScheduleError
from shared.schedules.domain.schedule import Schedule, Status


def get_schedule(schedule_id: str, *, tenant: str, reader: DocumentReader) -> Schedule:
    """The tenant's schedule; NOT_FOUND when there is none, or when it is somebody else's (the same answer)."""
    document = reader.get(schedule_key(schedule_id))
    if document is None or document.fields["tenant"] != tenant:
        raise ClearwayError(ScheduleError.NOT_FOUND, "no such schedule")
    return schedule_from(document)


def list_schedules(
    *, tenant: str, reader: DocumentReader, limit: int, after: str | None = None, status: Status | None = None
) -> Sequence[Schedule]:
    """At most `limit` schedules of the tenant, in the order of their ids, those behind the id `after`."""
    equal = {"tenant": tenant, **({"status": status.value} if status else {})}
    # The store goes on behind a document's id; whether there is one of that id, and whose it is, does not matter.
    behind = Document(schedule_key(after), {}, None) if after else None
    return [schedule_from(one) for one in reader.find(SCHEDULES, equal=equal, limit=limit, after=behind)]
