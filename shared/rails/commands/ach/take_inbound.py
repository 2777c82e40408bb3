"""Take the files that the bank put there: returns, contested returns, notifications of change.

A file is taken entry by entry, each in a commit of its own, and marked at the end. A process that died before that
takes the file again: what was recorded stays, and what follows from it (news to payments, corrections to customers) is
said again, which those who hear it accept.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from shared.formats.nacha.errors import NachaError
from shared.formats.nacha.reading import read
from shared.kernel.errors import ClearwayError, Disposition
from shared.ports.corrections import Corrections
from shared.ports.documents import Key, Transaction
from shared.ports.rail import News
from shared.rails.ach_documents import case_fields, case_key, inbound_entry_key, inbound_key
from shared.rails.commands.ach.desk import AchDesk
from shared.rails.commands.ach.follow_up import follow_up
from shared.rails.commands.ach.take_item import Outcome, take_item
from shared.rails.domain.ach.eastern import EASTERN
from shared.rails.domain.ach.inbound import items_of

FOLDER = "ach/inbound/"
PAGE = 200
_NOT_CORRECTED = (
    "ach_correction_not_applied",
    "a bank corrected an account whose instrument is gone, or has other numbers by now",
)
TAKING, TAKEN, REFUSED = "taking", "taken", "refused"

# Hears of an entry's outcome, any number of times; what it returns is not looked at.
TakeNews = Callable[[News], object]


def take_inbound_files(*, desk: AchDesk, take_news: TakeNews, corrections: Corrections) -> Mapping[str, int]:
    """Take every file that was not taken before, and count: `files`, `refused`, `failed`, and entries by outcome.

    A malformed file is refused whole, with line, field and reason, and a case; it stays where it is. An entry that
    cannot be taken now, or whose consequences cannot be had now, counts as `failed`: its file is taken again by the
    next call, and all others go on. Raises UNAVAILABLE, CONTENDED when there is no looking at the files at all.
    """
    counts: Counter[str] = Counter()
    for name in _untaken(desk):
        counts.update(_take_file(name, desk, take_news, corrections))
    return counts


def _untaken(desk: AchDesk) -> Iterator[str]:
    """Names of objects that are not marked as taken or refused, page by page."""
    after = ""
    while True:
        names = desk.objects.list(FOLDER, after=after, limit=PAGE)
        if names:
            keys = [inbound_key(name.removeprefix(FOLDER)) for name in names]
            found = desk.documents.run(lambda tx, keys=keys: tx.get(*keys)).value  # type: ignore[misc]
            for name, document in zip(names, found, strict=True):
                if document is None or document.fields["status"] == TAKING:
                    yield name
        if len(names) < PAGE:
            return
        after = names[-1]


def _take_file(name: str, desk: AchDesk, take_news: TakeNews, corrections: Corrections) -> Counter[str]:
    data = desk.objects.get(name)
    if data is None:
        return Counter()
    key = inbound_key(name.removeprefix(FOLDER))
    received_at = _received(key, name, data, desk)
    counts: Counter[str] = Counter()
    try:
        file = read(data)
    except NachaError as error:
        _refuse(key, error, desk)
        return Counter(refused=1)
    for item in items_of(file, received_at.astimezone(EASTERN).date()):
        try:
            taken = take_item(item, key, received_at, desk)
            counts[taken.outcome.value] += 1
            done = follow_up(taken, item.code, desk=desk, take_news=take_news, corrections=corrections)
        except ClearwayError as error:
            if error.disposition is Disposition.NOT_FOUND:  # an entry of ours, whose payment is not there
                _open_case(key, item.number, error.code.code, error.detail, desk)
            else:
                counts["failed"] += 1
        else:
            if not done:
                _open_case(key, item.number, *_NOT_CORRECTED, desk)
    if not counts["failed"]:
        _mark(key, {"status": TAKEN, "outcomes": {one.value: counts[one.value] for one in Outcome}}, desk)
        counts["files"] = 1
    return counts


def _received(key: Key, name: str, data: bytes, desk: AchDesk) -> datetime:
    """When the file was first seen: the day that counts for returns which do not say when they settled."""

    def work(tx: Transaction) -> datetime:
        (document,) = tx.get(key)
        if document is not None:
            at: datetime = document.fields["received_at"]
            return at
        now = desk.clock.now()
        digest = hashlib.sha256(data).hexdigest()
        tx.create(key, {"name": name, "status": TAKING, "received_at": now, "bytes": len(data), "sha256": digest})
        return now

    return desk.documents.run(work).value


def _refuse(key: Key, error: NachaError, desk: AchDesk) -> None:
    said = {"line": error.line, "field": error.field_name, "reason": error.reason}
    _mark(key, {"status": REFUSED, "code": error.code.code, **said}, desk, case=(error.code.code, error.detail))


def _mark(key: Key, fields: Mapping[str, object], desk: AchDesk, case: tuple[str, str] | None = None) -> None:
    def work(tx: Transaction) -> None:
        (document,) = tx.get(key)
        if document is not None and document.fields["status"] == TAKING:
            tx.replace(key, {**document.fields, **fields})
            if case is not None:
                text = f"the ACH file {document.fields['name']} is refused: {case[1]}"
                tx.create(case_key(key.id), case_fields(case[0], text, document.fields["received_at"]))

    desk.documents.run(work)


def _open_case(file: Key, number: int, code: str, text: str, desk: AchDesk) -> None:
    key = case_key(inbound_entry_key(file, number).id, code)

    def work(tx: Transaction) -> None:
        if tx.get(key)[0] is None:
            tx.create(key, case_fields(code, text, desk.clock.now()))

    desk.documents.run(work)
