"""What becomes of files once their statement is whole: taken, superseded, or refused together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from shared.kernel.errors import ClearwayError
from shared.ports.documents import Key, Transaction, every_document
from shared.reconciliation.commands.cases import stage_cases
from shared.reconciliation.commands.desk import Desk
from shared.reconciliation.commands.receive_file import Received, read_again, refuse_files
from shared.reconciliation.commands.take_statement import Whole
from shared.reconciliation.documents import FILES, FileStatus, case_key, file_key


def pages_held(received: Received, desk: Desk) -> list[Received] | None:
    """All pages of the statement that a page is of; None while some are still to come."""
    if received.page.whole:
        return [received]
    wanted = {"statement_id": received.statement_id, "status": FileStatus.HELD.value}
    names: dict[str, tuple[int, bool]] = {
        one.fields["name"]: (one.fields["page"], one.fields["last"])
        for one in every_document(desk.documents, FILES, equal=wanted)
    }
    numbers = {number for number, _ in names.values()}
    last = max((number for number, is_last in names.values() if is_last), default=None)
    if last is None or not set(range(1, last + 1)) <= numbers:
        return None
    return [received if name == received.name else read_again(name, desk) for name in names]


def end_files(whole: Whole, desk: Desk, *, superseded: bool) -> int:
    """Mark a statement's files; returns how many cases that closed, of files of that day which had been refused."""
    wanted = {"rail": whole.rail, "day": whole.day.isoformat(), "status": FileStatus.REFUSED.value}
    refused = [one for one in every_document(desk.documents, FILES, equal=wanted) if _same_currency(one.fields, whole)]
    # First the cases: a process that dies between the two finds the files held, and comes here again.
    closed = sum(_close(case_key(one.key.id), desk) for one in refused)
    status = FileStatus.SUPERSEDED if superseded else FileStatus.TAKEN
    keys = iter([file_key(name) for name in whole.names])
    while chunk := list(islice(keys, desk.chunk)):
        _mark(chunk, status, desk)
    return closed


def refuse_pages(pages: Sequence[Received], error: ClearwayError, desk: Desk) -> int:
    """Refuse all pages of a statement that is none, with one case; returns their number."""
    names = [page.name for page in sorted(pages, key=lambda one: one.page.number)]
    refuse_files(names, error, desk)
    return len(names)


def _mark(keys: Sequence[Key], status: FileStatus, desk: Desk) -> None:
    def work(tx: Transaction) -> None:
        for document in tx.get(*keys):
            if document is not None and document.fields["status"] == FileStatus.HELD:
                tx.replace(document.key, {**document.fields, "status": status.value})

    desk.documents.run(work)


def _same_currency(fields: object, whole: Whole) -> bool:
    return isinstance(fields, dict) and fields["currency"] in {"", whole.currency}


def _close(key: Key, desk: Desk) -> int:
    def work(tx: Transaction) -> int:
        (document,) = tx.get(key)
        return stage_cases(tx, {key: document}, [], [key], desk.clock.now()).closed

    return desk.documents.run(work).value
