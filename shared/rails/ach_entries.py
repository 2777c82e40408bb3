"""ACH entries by what banks call them, for those who match what a bank says to payments."""

from __future__ import annotations

from collections.abc import Iterator

from shared.ports.documents import DocumentReader, every_document
from shared.rails.ach_documents import ENTRIES, entry_from
from shared.rails.domain.ach.entry import AchEntry, EntryKind


def entry_of_trace(trace_number: str, reader: DocumentReader) -> AchEntry | None:
    """The entry that was sent under a trace number; of two, after ten million, the newer one. None for a stranger's."""
    if not trace_number:
        return None
    found = [entry_from(one) for one in reader.find(ENTRIES, equal={"trace_number": trace_number})]
    sent = [entry for entry in found if entry.kind is not EntryKind.DISHONORED]
    return max(sent, key=lambda entry: entry.queued_at, default=None)


def entries_of_file(file_id: str, reader: DocumentReader) -> Iterator[AchEntry]:
    """Everything that a file holds, by key."""
    return map(entry_from, every_document(reader, ENTRIES, equal={"file_id": file_id}))
