"""Reads outbound files: each once, by name and content, and whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath

from emulators.bank.ach.entries import FileTaken
from shared.formats.nacha.errors import NachaError
from shared.formats.nacha.file import Category, NachaFile
from shared.formats.nacha.options import STRICT
from shared.formats.nacha.reading import read
from shared.formats.nacha.records import EntryDetail
from shared.ports.objects import ObjectStore

OUTBOUND = "ach/outbound/"
ACKNOWLEDGEMENTS = "ach/acknowledgements/"
_LISTED = 1_000
_TAKEN = (Category.FORWARD, Category.DISHONORED_RETURN, Category.REFUSED_CHANGE)


class Intake:
    """Looks into the folder of outbound files, and acknowledges what it finds there."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self._seen: set[str] = set()
        self._names_by_digest: dict[str, str] = {}

    def forget(self) -> None:
        """Forget what files held; those that were looked at are not looked at again."""
        self._names_by_digest = {}

    def waiting(self) -> list[str]:
        """Names of files that were not looked at yet, in order."""
        return [name for name in self._names() if name not in self._seen]

    def take(self, name: str, now: datetime) -> tuple[FileTaken, NachaFile | None]:
        """Look at a file: the acknowledgement, and the file itself if it is to be processed."""
        content = self._objects.get(name) or b""
        file_id = PurePosixPath(name).name.removesuffix(".ach")
        digest = hashlib.sha256(content).hexdigest()
        earlier = self._names_by_digest.get(digest)
        if earlier is not None:
            return FileTaken(name, file_id, now, duplicate_of=earlier), None
        try:
            file = read(content, options=STRICT)
        except NachaError as error:
            return FileTaken(name, file_id, now, reason=error.detail), None
        reason = _unwanted(file)
        if reason:
            return FileTaken(name, file_id, now, reason=reason), None
        control = file.control
        totals = control.total_debit_cents, control.total_credit_cents
        return FileTaken(name, file_id, now, "", "", sum(1 for _ in file.entries), *totals, digest), file

    def acknowledge(self, taken: FileTaken) -> None:
        """Write the acknowledgement beside the file, as JSON; from then on the file counts as looked at."""
        content = json.dumps(taken.listed(), indent=2).encode()
        self._objects.put_new(f"{ACKNOWLEDGEMENTS}{taken.file_id}.json", content)
        self._seen.add(taken.name)
        if taken.digest:
            self._names_by_digest[taken.digest] = taken.name

    def _names(self) -> Iterator[str]:
        after = ""
        while page := self._objects.list(OUTBOUND, after=after, limit=_LISTED):
            yield from (name for name in page if name.endswith(".ach"))
            after = page[-1]


def _unwanted(file: NachaFile) -> str:
    """Why a well-formed file is none for this desk; empty when it is."""
    for batch in file.batches:
        for entry in batch.entries:
            if not isinstance(entry.detail, EntryDetail):
                return f"batch {batch.header.batch_number}: class {batch.sec_code} is not taken here"
            if entry.category not in _TAKEN:
                return f"batch {batch.header.batch_number}: a {entry.category.value} does not come from an originator"
    return ""
