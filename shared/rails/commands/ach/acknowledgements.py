"""What the bank says of a file as a whole: taken, or refused, and then nothing of it was processed.

An acknowledgement is a JSON object beside the file, `ach/acknowledgements/{file id}.json`, with `status` (`accepted`,
`refused`, `duplicate`) and a `reason`. A bank that sends none is taken at its silence.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shared.kernel.errors import ClearwayError
from shared.ports.documents import Document, Transaction
from shared.rails.ach_documents import (
    ENTRIES,
    FILES,
    case_fields,
    case_key,
    day_key,
    entry_from,
    entry_key,
    entry_to_fields,
    file_from,
    file_key,
    file_to_fields,
)
from shared.rails.commands.ach.desk import AchDesk
from shared.rails.domain.ach.entry import EntryStatus
from shared.rails.domain.ach.errors import AchError
from shared.rails.domain.ach.file import FileStatus

FOLDER = "ach/acknowledgements/"
ACCEPTED, REFUSED, DUPLICATE = "accepted", "refused", "duplicate"
UNREADABLE = "unreadable"
# A refusal that comes after the file should have settled is still heard for so long.
LATE = timedelta(days=1)
_REASON_CHARS_MAX = 200


def take_acknowledgements(now: datetime, desk: AchDesk) -> Mapping[str, int]:
    """Take the bank's word on files that were sent and have not long settled; counts by that word.

    Entries of a refused file stay with it, pending, and a case is opened: why it was refused is for people to find out,
    who then `requeue` it. Anything but `accepted` opens a case.
    """
    counts: Counter[str] = Counter()
    sent = {"status": FileStatus.SENT.value}
    for document in desk.documents.find(FILES, equal=sent, at_least=("settles_at", now - LATE)):
        file = file_from(document)
        data = None if file.acknowledged else desk.objects.get(f"{FOLDER}{file.id}.json")
        if data is not None:
            word, reason = _word(data)
            counts[word] += _taken(file.id, word, reason, desk)
    return counts


def requeue(file_id: str, desk: AchDesk) -> int:
    """Put the entries of a refused file back into the queue, for the next file; returns how many this call put back.

    Killed anywhere, the next call goes on. Raises NOT_REFUSED for any other file: its entries may have been processed.
    """
    put_back = 0
    wanted = {"file_id": file_id, "status": EntryStatus.CLAIMED.value}
    while True:
        page = desk.documents.find(ENTRIES, equal=wanted, limit=desk.claim_max)
        put_back += _put_back(file_id, page, desk)
        if not page:
            return put_back


def _put_back(file_id: str, page: Sequence[Document], desk: AchDesk) -> int:
    def work(tx: Transaction) -> int:
        document, *found = tx.get(file_key(file_id), *(one.key for one in page))
        if document is None or file_from(document).status is not FileStatus.REFUSED:
            raise ClearwayError(AchError.NOT_REFUSED, "only what the bank refused may go into another file")
        entries = [entry_from(one) for one in found if one and one.fields["file_id"] == file_id]
        for entry in entries:
            if entry.status is EntryStatus.CLAIMED:
                tx.replace(entry_key(entry.key), entry_to_fields(entry.requeued()))
        return len(entries)

    return desk.documents.run(work).value


def _word(data: bytes) -> tuple[str, str]:
    """Status and reason of an acknowledgement; UNREADABLE for what is none."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return UNREADABLE, "it is no JSON"
    word, reason = (said.get(name, "") for name in ("status", "reason")) if isinstance(said, dict) else ("", "")
    if word not in (ACCEPTED, REFUSED, DUPLICATE) or not isinstance(reason, str):
        return UNREADABLE, "its status is none"
    printable = "".join(one for one in reason if one.isprintable())
    return word, printable[:_REASON_CHARS_MAX]


def _taken(file_id: str, word: str, reason: str, desk: AchDesk) -> bool:
    """Record the bank's word, once; False when that was done before."""

    def work(tx: Transaction) -> bool:
        (document,) = tx.get(file_key(file_id))
        file = file_from(document) if document else None
        if file is None or file.status is not FileStatus.SENT or file.acknowledged:
            return False
        answered = file.answered(word, refused=word == REFUSED)
        tx.replace(file_key(file_id), file_to_fields(answered))
        if word != ACCEPTED:
            text = f"the bank's word on the ACH file {file_id} is {word}: {reason}"
            tx.create(case_key("file", file_id), case_fields(f"ach_file_{word}", text, desk.clock.now()))
        if word == REFUSED and file.debit_entries:
            # They were counted when the file was sealed, and will be again when they go into another.
            tx.add(day_key(file.effective_on), {"debits": -file.debit_entries})
        return True

    return desk.documents.run(work).value
