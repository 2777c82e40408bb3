"""Which of the bank's files are still to be taken: in the folders of our accounts, as far back as statements count.

The names in a folder stand in the order of days, so a listing begins where the look back begins, and what years have
left there is never listed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.kernel.errors import ClearwayError
from shared.reconciliation.commands.desk import FOLDER, Desk
from shared.reconciliation.documents import FileStatus, file_key
from shared.reconciliation.domain.file_names import FileName, parse_name

PAGE = 200
_BEHIND_DIGITS = ":"  # the code point behind 9, so that in a folder it sorts behind every date


def untaken_files(desk: Desk) -> Iterator[str]:
    """Names of files that are new, or held until the rest of their statement comes: by account, then by day.

    Names that say no account and day are among them, to be refused.
    """
    after = ""
    while first := desk.objects.list(FOLDER, after=after, limit=1):
        folder = f"{first[0].rpartition('/')[0]}/"
        said = _parsed(first[0])
        if said is None:
            yield from _untaken(first, desk)
            after = first[0]
        else:
            yield from _dated(folder, said, desk)
            after = folder + _BEHIND_DIGITS


def _dated(folder: str, said: FileName, desk: Desk) -> Iterator[str]:
    after = folder + desk.tolerance(said.rail).looked_back_to(desk.today).isoformat()
    while names := desk.objects.list(folder, after=after, limit=PAGE):
        dated = [name for name in names if name < folder + _BEHIND_DIGITS]
        yield from _untaken(dated, desk)
        if len(dated) < PAGE:
            return
        after = dated[-1]


def _untaken(names: Sequence[str], desk: Desk) -> Iterator[str]:
    if not names:
        return
    found = desk.documents.run(lambda tx: tx.get(*map(file_key, names))).value
    for name, document in zip(names, found, strict=True):
        if document is None or document.fields["status"] == FileStatus.HELD:
            yield name


def _parsed(name: str) -> FileName | None:
    try:
        return parse_name(name)
    except ClearwayError:
        return None
