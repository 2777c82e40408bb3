"""Reading OFAC's Specially Designated Nationals list in its legacy comma-separated format.

`sdn.csv` has 12 columns without a header: number, name, type, programmes (`A] [B` for two), title, call sign, vessel
type, tonnage, gross tonnage, flag, owner, remarks. `alt.csv` has 5: the entry's number, the alias's own, kind, name,
remarks. A remark that is too long for its column is cut off there; a name on which it ends is lost with it.
`-0- ` stands for nothing, and each file ends with the byte 0x1A. Source: OFAC, "Data specifications: legacy files".
A file that differs is refused whole: half of a sanctions list is worse than yesterday's.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from shared.compliance.domain.errors import ComplianceError
from shared.compliance.domain.watchlist import Alias, Entry, EntryType, Watchlist, make_watchlist
from shared.kernel.errors import ClearwayError

SDN_COLUMNS = 12
ALT_COLUMNS = 5
END_OF_FILE = "\x1a"
NOTHING = "-0-"
ALIAS_KINDS = frozenset({"aka", "fka", "nka"})
_TYPES = {
    "": EntryType.ORGANISATION,
    "individual": EntryType.INDIVIDUAL,
    "vessel": EntryType.VESSEL,
    "aircraft": EntryType.AIRCRAFT,
}
# A remark is clauses with semicolons between them and a full stop at the end; the names hold apostrophes themselves.
_WEAK_ALIAS = re.compile(r"[afn]\.k\.a\. '(.+)'\.?")


def parse_watchlist(name: str, sdn: str, alt: str = "") -> Watchlist:
    """The list of two files' text; raises LIST_MALFORMED with the file and the line.

    Aliases whose entry is not in `sdn` are left out and counted, since the two files are not always of one day.
    """
    aliases = _parse_alt(alt)
    entries = [_entry(line, row, aliases) for line, row in _rows(sdn, SDN_COLUMNS, "sdn.csv")]
    known = {entry.id for entry in entries}
    if len(known) != len(entries):
        raise ClearwayError(ComplianceError.LIST_MALFORMED, "sdn.csv: an entry's number stands twice")
    if not entries:
        raise ClearwayError(ComplianceError.LIST_MALFORMED, "sdn.csv: no entry at all")
    orphans = sum(len(names) for entry_id, names in aliases.items() if entry_id not in known)
    return make_watchlist(name, entries, orphans=orphans)


def weak_aliases(remarks: str) -> tuple[str, ...]:
    """The names that remarks give as `a.k.a. 'X'` (`f.k.a.`, `n.k.a.`): weak aliases are there, not in `alt.csv`."""
    found = (_WEAK_ALIAS.fullmatch(clause.strip()) for clause in remarks.split(";"))
    return tuple(match[1] for match in found if match)


def _parse_alt(text: str) -> Mapping[str, list[Alias]]:
    aliases: dict[str, list[Alias]] = defaultdict(list)
    for line, row in _rows(text, ALT_COLUMNS, "alt.csv"):
        entry_id, number, kind, name, _ = row
        if not entry_id.isdecimal() or not number.isdecimal() or not name:
            raise _malformed("alt.csv", line, "two numbers and a name are needed")
        if kind not in ALIAS_KINDS:
            raise _malformed("alt.csv", line, "the kind of alias is not aka, fka or nka")
        aliases[entry_id].append(Alias(name, weak=False))
    return aliases


def _entry(line: int, row: list[str], aliases: Mapping[str, list[Alias]]) -> Entry:
    entry_id, name, kind, programmes, *_, remarks = row
    if not entry_id.isdecimal() or not name:
        raise _malformed("sdn.csv", line, "a number and a name are needed")
    if kind not in _TYPES:
        raise _malformed("sdn.csv", line, "the type is not individual, vessel, aircraft or nothing")
    if not programmes:
        raise _malformed("sdn.csv", line, "an entry stands under a programme")
    return Entry(
        id=entry_id,
        name=name,
        type=_TYPES[kind],
        programmes=tuple(programmes.split("] [")),
        aliases=(*aliases.get(entry_id, ()), *(Alias(each, weak=True) for each in weak_aliases(remarks))),
    )


def _rows(text: str, columns: int, file: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of each row, with nothing for `-0-`; raises LIST_MALFORMED for a row of another shape."""
    reader = csv.reader(io.StringIO(text.rstrip().removesuffix(END_OF_FILE), newline=""), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise _malformed(file, reader.line_num, "the quotes do not close") from None
        if len(row) != columns:
            raise _malformed(file, reader.line_num, f"{len(row)} columns instead of {columns}")
        fields = [field.strip() for field in row]
        yield reader.line_num, ["" if field == NOTHING else field for field in fields]


def _malformed(file: str, line: int, what: str) -> ClearwayError:
    return ClearwayError(ComplianceError.LIST_MALFORMED, f"{file}, line {line}: {what}")
